import { setImmediate } from 'node:timers/promises';
import type { Socket } from 'socket.io-client';
import { createStatus } from '../../../src/client/status.js';
import type { TopicSubscription } from '../../../src/client/topic-types.js';
import { createTopics } from '../../../src/client/topics.js';
import { type Position, readPosition, writePosition } from '../../../src/contract/position.js';
import type { Change, TopicListener, TopicRead, TopicStore } from '../../../src/stores/topics.js';
import { ActiveTopic } from '../../../src/topics/active-topic.js';
import { changesFrame, type Frame, resetFrames, wireState } from '../../../src/topics/frames.js';

const NAME = 'prices';

/** A published value, with the one before it in the log: what a client has to see next to each other. */
interface Published {
  readonly value: number;
  readonly before: number | null;
  readonly key: string;
}

interface Request {
  readonly since?: string;
  readonly isNew?: boolean;
}

/** An operation of the store that is under way. Its effect and its answer come at moments of their own. */
interface Operation {
  readonly run: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  result: { readonly value: unknown } | null;
}

/** The log of one topic, as Redis has it: it can lose its end, be deleted, or be lost altogether. */
class Log {
  epoch: string | null = null;
  position = { offset: 0, tag: '' };
  changes: Change[] = [];
  values = new Map<string, string>();
  readonly published = new Map<number, Published>();
  /** States behind each change, for a log that loses its end. */
  #past: { position: { offset: number; tag: string }; values: Map<string, string> }[] = [];
  #marks = 0;

  constructor(readonly history: number) {}

  get last(): number | null {
    const { offset } = this.position;
    const value = this.changes.at(-1)?.value;
    return offset === 0 || value == null ? null : JSON.parse(value);
  }

  at(): Position {
    this.epoch ??= this.#mark();
    return { epoch: this.epoch, ...this.position };
  }

  publish(key: string, value: number | null): readonly Change[] {
    this.at();
    const { offset, tag } = this.position;
    if (value !== null) this.published.set(value, { value, before: this.last, key });
    this.#past.push({ position: this.position, values: new Map(this.values) });
    const json = value === null ? null : JSON.stringify(value);
    const change = { offset: offset + 1, tag: this.#mark(), before: tag, key, value: json };
    this.position = { offset: change.offset, tag: change.tag };
    this.changes = [...this.changes, change].slice(-this.history);
    if (json === null) this.values.delete(key);
    else this.values.set(key, json);
    return [change];
  }

  /** Goes back to what it was some changes ago, and knows nothing of it. */
  loseEnd(count: number): void {
    for (let i = 0; i < count && this.changes.length > 1; i++) {
      this.changes.pop();
      const past = this.#past.pop();
      if (past !== undefined) Object.assign(this, past);
    }
  }

  delete(epoch: string | null = this.#mark()): void {
    Object.assign(this, { epoch, position: { offset: 0, tag: '' }, changes: [], values: new Map() });
    this.#past = [];
  }

  fork({ epoch, offset, tag }: Position): boolean {
    if (this.epoch !== epoch) return false;
    const following = this.changes.find((change) => change.offset === offset + 1);
    const isLast = offset === this.position.offset && tag === this.position.tag;
    const isPart =
      isLast || (offset < this.position.offset && (following === undefined || following.before === tag));
    if (!isPart) this.epoch = this.#mark();
    return !isPart;
  }

  #mark(): string {
    return `m${++this.#marks}`;
  }
}

/** A log, the nodes that follow it, and the clients of these; nothing moves but by a call. */
export class TopicWorld {
  readonly log: Log;
  readonly operations: Operation[] = [];
  /** Messages of the store on their way to a node. */
  readonly messages: { readonly node: Node; readonly take: (listener: TopicListener) => void }[] = [];
  readonly nodes: readonly Node[];
  readonly clients: Client[] = [];
  /** What nodes passed on out of order. */
  readonly faults: string[] = [];
  /** Whether clients may be told to begin anew. */
  mayReset = false;
  #values = 0;

  constructor(
    nodes: number,
    history: number,
    readonly isKeyed: boolean,
  ) {
    this.log = new Log(history);
    this.mayReset = history < 1_000;
    this.nodes = Array.from({ length: nodes }, () => new Node(this));
  }

  nodeOf(pick: number): Node {
    return this.nodes[pick % this.nodes.length] as Node;
  }

  publish(key: string, isRemoval: boolean): void {
    const value = this.isKeyed && isRemoval ? null : ++this.#values;
    const changes = this.log.publish(this.isKeyed ? key : '', value);
    const { epoch } = this.log.at();
    this.tell((listener) => listener.changed(epoch, changes));
  }

  loseEnd(count: number): void {
    this.mayReset = true;
    this.log.loseEnd(count);
  }

  delete(): void {
    this.mayReset = true;
    this.log.delete();
    this.tell((listener) => listener.touched());
  }

  /** The store lost everything, without a word. */
  wipe(): void {
    this.mayReset = true;
    this.log.delete(null);
  }

  tell(take: (listener: TopicListener) => void): void {
    for (const node of this.nodes) if (node.isWatched) this.messages.push({ node, take });
  }

  /** Begins an operation of the store. */
  operate<T>(run: () => T): Promise<T> {
    return new Promise<unknown>((resolve, reject) => {
      this.operations.push({ run, resolve, reject, result: null });
    }) as Promise<T>;
  }

  perform(index: number): void {
    const operation = this.operations[index];
    if (operation !== undefined) operation.result ??= { value: operation.run() };
  }

  answer(index: number): void {
    this.perform(index);
    const [operation] = this.operations.splice(index, 1);
    operation?.resolve(operation.result?.value);
  }

  fail(index: number): void {
    const [operation] = this.operations.splice(index, 1);
    operation?.reject(new Error('the store is away'));
  }

  deliver(index: number, isKept: boolean): void {
    const message = this.messages[index];
    if (!isKept) this.messages.splice(index, 1);
    if (message !== undefined) message.take(message.node.topic);
  }

  /**
   * Lets everything come to its end: nothing is lost any more.
   *
   * @param pass - lets time pass
   */
  async rest(pass: (ms: number) => void, isCompared: boolean): Promise<void> {
    for (let i = 0; i < 40; i++) {
      await this.#drain();
      const isQuiet = this.clients.every((client) => client.isQuiet);
      if (isQuiet && i > 2) return;
      pass(i < 2 ? 1_000 : 20_000);
      if (isCompared) for (const node of this.nodes) node.compare();
    }
  }

  close(): void {
    for (const client of this.clients) client.close();
    for (const node of this.nodes) node.topic.close();
  }

  async #drain(): Promise<void> {
    for (let idle = 0; idle < 2; idle++) {
      while (this.#step()) idle = 0;
      await setImmediate();
    }
  }

  #step(): boolean {
    const before = this.operations.length + this.messages.length;
    while (this.operations.length > 0) this.answer(0);
    while (this.messages.length > 0) this.deliver(0, false);
    let moved = before > 0;
    for (const client of this.clients) while (client.move()) moved = true;
    return moved;
  }
}

/** A node: the topic as it follows it, and its subscribers. */
class Node {
  readonly topic: ActiveTopic;
  readonly members = new Set<Connection>();
  isWatched = false;
  /** Tag of the change that was passed on last. */
  #tag: string | null = null;

  constructor(private readonly world: TopicWorld) {
    const { isKeyed } = world;
    this.topic = new ActiveTopic(NAME, isKeyed, this.#store(), {
      changes: (epoch, changes) => {
        for (const { offset, tag, before } of changes) {
          if (this.#tag !== null && before !== this.#tag) world.faults.push(`${offset} does not follow`);
          this.#tag = tag;
        }
        this.#send([changesFrame(NAME, isKeyed, epoch, changes)]);
      },
      reset: (position, state) => {
        this.#tag = position.tag;
        this.#send(resetFrames(NAME, isKeyed, position, state));
      },
      failed: () => {},
    });
  }

  compare(): void {
    const { log } = this.world;
    const position = this.world.operate(() => (log.epoch === null ? null : log.at()));
    position.then(
      (known) => this.topic.compare(known),
      () => {},
    );
  }

  subscribe(connection: Connection, request: Request, ack: (reply: object) => void): void {
    const { isKeyed } = this.world;
    const given = request.isNew === true && isKeyed ? null : readPosition(request.since);
    const needsState = given === null || request.isNew === true;
    this.members.add(connection);
    this.topic.catchUp({ since: given, needsState }).then(
      (caughtUp) => {
        const { pages, last } = wireState(NAME, isKeyed, caughtUp);
        for (const page of pages) connection.send(page);
        connection.answer(() => ack({ ok: true, data: last }));
      },
      () => {
        const error = { code: 'UNAVAILABLE', message: 'away' };
        connection.answer(() => ack({ ok: false, error }));
      },
    );
  }

  #send(frames: readonly Frame[]): void {
    for (const member of this.members) for (const frame of frames) member.send(frame);
  }

  #store(): TopicStore {
    const { world } = this;
    const { log } = world;
    return {
      isRemote: true,
      watch: () =>
        world.operate(() => {
          this.isWatched = true;
        }),
      read: (_topic, { after, state }) =>
        world.operate(
          (): TopicRead => ({
            position: log.at(),
            changes: after === null ? [] : log.changes.filter(({ offset }) => offset > after),
            state: state ? [...log.values] : [],
          }),
        ),
      fork: (_topic, position) =>
        world.operate(() => {
          if (log.fork(position)) world.tell((listener) => listener.touched());
        }),
      unwatch: () => {},
      close: () => {},
    } as Partial<TopicStore> as TopicStore;
  }
}

/** The connection of a client to a node. What is on its way is lost when it is cut. */
class Connection {
  readonly toClient: (() => void)[] = [];
  readonly toNode: (() => void)[] = [];
  isCut = false;

  constructor(
    private readonly node: Node,
    private readonly client: Client,
  ) {}

  send({ event, args }: Frame): void {
    // Values are shared by all clients otherwise, as they never are on a wire.
    if (!this.isCut) this.toClient.push(() => this.client.emit(event, ...args));
  }

  answer(answer: () => void): void {
    if (!this.isCut) this.toClient.push(answer);
  }

  emit(event: string, args: readonly unknown[]): void {
    const [, request, ack] = args as [string, Request, (reply: object) => void];
    if (event === 'gw:subscribe') this.toNode.push(() => this.node.subscribe(this, request, ack));
    else this.toNode.push(() => this.node.members.delete(this));
  }

  cut(): void {
    this.isCut = true;
    this.toClient.length = 0;
    this.toNode.length = 0;
    this.node.members.delete(this);
  }
}

/** What a client's application saw. */
type Seen = { readonly value: number; readonly key: string | undefined } | 'reset';

/** A client of gatewire, its connection replaced. */
export class Client {
  readonly seen: Seen[] = [];
  readonly subscription: TopicSubscription<unknown>;
  #connection: Connection | null = null;
  readonly #status = createStatus();
  readonly #listeners = new Map<string, ((...args: unknown[]) => void)[]>();

  /** @param from - the value behind which it begins; null where it begins with the present one */
  constructor(
    since: string | undefined,
    readonly from: number | null | 'present',
  ) {
    const listeners = this.#listeners;
    const client = this;
    const socket = {
      sendBuffer: [],
      get connected() {
        return client.#connection !== null;
      },
      on(event: string, listener: (...args: unknown[]) => void) {
        listeners.set(event, [...(listeners.get(event) ?? []), listener]);
      },
      emit(event: string, ...args: unknown[]) {
        client.#connection?.emit(event, args);
      },
    };
    const subscribe = createTopics(socket as unknown as Socket, this.#status);
    this.subscription = subscribe(NAME, {
      ...(since !== undefined && { since }),
      onValue: (value, key) => this.seen.push({ value: value as number, key }),
      onReset: () => this.seen.push('reset'),
    });
  }

  get isConnected(): boolean {
    return this.#connection !== null;
  }

  get isQuiet(): boolean {
    return this.subscription.state === (this.#connection === null ? 'resuming' : 'live');
  }

  connect(node: Node): void {
    this.disconnect();
    this.#connection = new Connection(node, this);
    this.emit('connect');
  }

  disconnect(): void {
    if (this.#connection === null) return;
    this.#connection.cut();
    this.#connection = null;
    this.emit('disconnect', 'transport close');
  }

  /** Moves what is on its way by one. */
  move(): boolean {
    const { toNode = [], toClient = [] } = this.#connection ?? {};
    const next = toNode.shift() ?? toClient.shift();
    next?.();
    return next !== undefined;
  }

  emit(event: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(...args);
  }

  close(): void {
    this.disconnect();
    this.#status.set('closed', null);
  }
}

/** Position that a client may claim: a true one, or one that nobody gave it. */
export function claim(world: TopicWorld, kind: number, pick: number): Client {
  const { log } = world;
  const known = log.changes[pick % Math.max(1, log.changes.length)];
  if (kind === 1 && known !== undefined) {
    const since = writePosition({ ...log.at(), offset: known.offset, tag: known.tag });
    return new Client(since, known.value === null ? null : JSON.parse(known.value));
  }
  if (kind === 2) {
    world.mayReset = true;
    const epoch = pick % 2 === 0 ? log.at().epoch : 'forged';
    return new Client(writePosition({ epoch, offset: pick, tag: 'forged' }), 'present');
  }
  return new Client(undefined, 'present');
}
