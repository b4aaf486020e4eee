import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from '../../base/logger.js';
import type { NodeBus, Traits } from './node-adapter.js';
import {
  ANNOUNCE_MS,
  type Answers,
  decodeMessage,
  encodeMessage,
  NOBODY,
  Nodes,
  Request,
  type RequestOptions,
} from './request.js';

/** Answers a question of another node; `reply` may be called several times, the last one with `isLast`. */
export type Answerer = (body: Body, reply: Reply, from: string) => unknown;
export type Body = Readonly<Record<string, unknown>>;
export type Reply = (body: Body, isLast?: boolean) => void;

/** Of how many namespaces a node tells the others. */
const MAX_NAMES = 32;
/** Time for which a start waits for the nodes that are there already. */
const MEET_MS = 500;

/**
 * The nodes of an application, and questions to all of them. On one node, or without an adapter that gatewire looks
 * after, there are no others, and every question is answered at once by nobody.
 */
export class Cluster {
  name: string;
  readonly #nodes = new Nodes();
  readonly #requests = new Map<number, Request>();
  readonly #answerers = new Map<string, Answerer>();
  #bus: NodeBus | null = null;
  /** Names of the application's namespaces, by which nodes of another application are told. */
  #namespaces: readonly string[] = [];
  #timer: NodeJS.Timeout | null = null;
  #lastId = 0;
  #onMet: (() => void) | null = null;
  #warnedAt = 0;
  /** Messages that were no messages. */
  malformed = 0;

  /**
   * @param id - identity of this node and of the application on it
   * @param isGuest - whether it asks and tells the nodes without being one: no node asks it or waits for it
   */
  constructor(
    readonly id: string,
    private readonly logger: Logger,
    private readonly timeoutMs: number,
    readonly isGuest = false,
  ) {
    this.name = `${hostname()}:${process.pid}:${id.slice(0, 4)}`;
  }

  /** Makes an identity. */
  static newId(): string {
    return randomBytes(8).toString('hex');
  }

  /** Says how a kind of question is answered here. */
  answer(operation: string, answerer: Answerer): void {
    this.#answerers.set(operation, answerer);
  }

  /**
   * Announces this node, and waits a moment for the others to do so.
   *
   * @param namespaces - names of the application's namespaces
   */
  async open(bus: NodeBus, namespaces: readonly string[]): Promise<void> {
    this.#bus = bus;
    this.#namespaces = namespaces.slice(0, MAX_NAMES);
    if (!this.isGuest) this.#timer = setInterval(() => this.#announce('here'), ANNOUNCE_MS).unref();
    this.#announce('hello');
    const count = await bus.nodes();
    if (count === null || count - 1 <= this.#nodes.living().length) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, MEET_MS);
      this.#onMet = () => this.#nodes.living().length >= count - 1 && resolve();
    });
    clearTimeout(timer);
    this.#onMet = null;
  }

  /** The way to the others is open again: they hear of it, and are not held to their silence. */
  readonly reachable = (): void => {
    this.#nodes.excuse();
    this.#announce('hello');
  };

  /** Whether there is a way to the others, or nobody to have one to. */
  get isReachable(): boolean {
    return this.#bus?.isOpen ?? true;
  }

  get nodeCount(): number {
    return this.#nodes.living().length + 1;
  }

  /** Tells the others without waiting for them. */
  tell(operation: string, body: Body): void {
    if (this.#bus === null) return;
    this.#bus.send(this.#encode({ t: 'ask', op: operation, body }), null, true);
  }

  /**
   * Asks all other nodes. It ends when all of them have answered, or at the time limit, with the names of those that
   * have not. It rejects only when the question cannot be encoded.
   */
  ask(operation: string, body: Body, options: RequestOptions = {}): Promise<Answers> {
    const bus = this.#bus;
    if (bus === null) return Promise.resolve(NOBODY);
    const living = this.#nodes.living();
    const silent = this.#nodes.silent();
    const missing = silent.map(({ name }) => name);
    if (living.length === 0 && silent.length === 0) return Promise.resolve(NOBODY);
    const id = ++this.#lastId;
    const message = this.#encode({ t: 'ask', op: operation, id, body });
    if (!bus.send(message, null, options.inOrder ?? true)) {
      return Promise.resolve(
        this.#warn(operation, { replies: [], missing: [...missing, ...living.map(nameOf)] }),
      );
    }
    const { promise, request } = Request.start(living, { timeoutMs: this.timeoutMs, ...options });
    this.#requests.set(id, request);
    return promise.then((answers) => {
      this.#requests.delete(id);
      return this.#warn(operation, { ...answers, missing: [...missing, ...answers.missing] });
    });
  }

  /** Takes a message of another node. */
  readonly receive = (text: string): void => {
    // Before it is open it knows nothing of itself to compare with. Its greeting will be answered by all who are there.
    if (this.#bus === null) return;
    const message = decodeMessage(text);
    const { from, name, t } = message ?? {};
    if (message === null || typeof from !== 'string' || typeof name !== 'string')
      return void this.malformed++;
    if (from === this.id) return;
    if (t === 'bye') return this.#forget(from);
    const isNode = message['guest'] !== true;
    if (isNode && (t === 'hello' || t === 'here')) this.#bus.heard?.(from, traitsOf(message));
    const isNew = isNode && this.#nodes.heard(from, name);
    if (isNew) this.#welcome(name, message['namespaces']);
    if (isNew || t === 'hello') this.#onMet?.();
    if (t === 'hello' && !this.isGuest) this.#announce('here', from);
    else if (t === 'ask') this.#onQuestion(from, message);
    else if (t === 're') this.#onAnswer(from, message);
  };

  /** Says goodbye: nobody waits for this node any more. */
  close(): void {
    if (this.#bus === null) return;
    if (this.#timer !== null) clearInterval(this.#timer);
    if (!this.isGuest) this.#announce('bye');
    this.#bus = null;
    for (const request of this.#requests.values()) request.end();
  }

  #onQuestion(from: string, message: Body): void {
    const { op, id } = message;
    const body = (typeof message['body'] === 'object' && message['body']) || {};
    const reply: Reply = (answer, isLast = true) => {
      if (id === undefined) return;
      this.#bus?.send(this.#encode({ t: 're', id, last: isLast, body: answer }), from, false);
    };
    const fail = (error: unknown): void => {
      this.logger.error({ event: 'cluster.answer-failed', operation: String(op), error });
      reply({ failed: true });
    };
    const answerer = this.#answerers.get(String(op));
    // A node of a newer release may ask what this one does not know: it is told at once.
    if (answerer === undefined) return reply({ failed: true });
    // It begins at once: a broadcast that comes right behind it finds what it has changed.
    new Promise((resolve) => {
      resolve(answerer(body as Body, reply, this.#nodes.nameOf(from) ?? from));
    }).catch(fail);
  }

  #onAnswer(from: string, { id, last, body }: Body): void {
    if (typeof body !== 'object' || body === null) return void this.malformed++;
    this.#requests.get(id as number)?.take(from, body as Body, last === true);
  }

  #welcome(node: string, namespaces: unknown): void {
    this.logger.info({ event: 'cluster.node-joined', node });
    if (!Array.isArray(namespaces) || namespaces.some((name) => this.#namespaces.includes(name))) return;
    // What is broadcast here reaches them, and what they ask is answered by this application.
    this.logger.warn({
      event: 'cluster.foreign-node',
      node,
      namespaces: namespaces.map(String).slice(0, MAX_NAMES),
      help: 'another application speaks here: give each a `prefix` of its own',
    });
  }

  #forget(id: string): void {
    const name = this.#nodes.nameOf(id);
    this.#nodes.left(id);
    this.#bus?.heard?.(id, null);
    if (name !== null) this.logger.info({ event: 'cluster.node-left', node: name });
    for (const request of this.#requests.values()) request.left(id);
  }

  #announce(t: 'hello' | 'here' | 'bye', to: string | null = null): void {
    this.#nodes.forgetLost();
    const traits = this.#bus?.traits;
    const greeting = t === 'bye' ? { t } : { t, namespaces: this.#namespaces, traits };
    this.#bus?.send(this.#encode(greeting), to, false);
  }

  #encode(message: object): string {
    const guest = this.isGuest ? { guest: true } : null;
    return encodeMessage({ ...message, ...guest, from: this.id, name: this.name });
  }

  /** Partial answers are worth a line, but not one for each question of a busy server. */
  #warn(operation: string, answers: Answers): Answers {
    const now = Date.now();
    if (answers.missing.length > 0 && now - this.#warnedAt > 1_000) {
      this.#warnedAt = now;
      this.logger.warn({ event: 'cluster.partial', operation, missing: answers.missing });
    }
    return answers;
  }
}

/** What a node announces of itself; nothing where it is of an older release. */
function traitsOf({ traits }: Body): Traits {
  return typeof traits === 'object' && traits !== null ? (traits as Traits) : {};
}

const nameOf = ({ name }: { readonly name: string }): string => name;
