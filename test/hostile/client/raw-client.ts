import { within } from '../../support/within.js';
import { PollingWire } from './polling-wire.js';
import type { Target } from './target.js';
import { WebSocketWire } from './websocket-wire.js';
import type { Frame, TransportName, Wire } from './wire.js';

/** An acknowledgement that arrived. */
export interface Answered {
  readonly id: number;
  /** Arguments of the acknowledgement. */
  readonly args: readonly unknown[];
  /** Milliseconds since the event was sent. */
  readonly ms: number;
}

/** A Socket.IO client that writes its packets by hand. */
export class RawClient {
  #lastId = 0;
  readonly #waiting = new Set<() => void>();

  /** Opens a connection; no namespace is joined yet. */
  static async open(target: Target, transport: TransportName): Promise<RawClient> {
    const client = new RawClient(
      transport === 'polling' ? new PollingWire(target) : new WebSocketWire(target),
    );
    await client.waitFor(({ text }) => text.startsWith('0{'), 'the handshake');
    return client;
  }

  constructor(readonly wire: Wire) {
    wire.listen(() => {
      for (const check of [...this.#waiting]) check();
    });
  }

  /** Everything that the server sent. */
  get frames(): readonly Frame[] {
    return this.wire.frames;
  }

  /** Joins a namespace. @returns what CONNECT or CONNECT_ERROR carried */
  async connect(namespace = '/', auth?: unknown): Promise<Record<string, unknown>> {
    const from = this.frames.length;
    const data = auth === undefined ? '' : JSON.stringify(auth);
    this.packet(`0${prefix(namespace)}${data}`);
    const { text } = await this.waitFor(
      (frame) => isPacket(frame.text, '0', namespace) || isPacket(frame.text, '4', namespace),
      `an answer to CONNECT ${namespace}`,
      from,
    );
    return JSON.parse(text.slice(text.indexOf('{')));
  }

  /** Sends Socket.IO packets, all in one piece. */
  packet(...packets: (string | Buffer)[]): void {
    this.wire.send(...packets.map((packet) => (typeof packet === 'string' ? `4${packet}` : packet)));
  }

  /** Sends an event without asking for an acknowledgement. */
  emit(namespace: string, event: string, ...args: readonly unknown[]): void {
    this.packet(eventPacket(namespace, null, event, args));
  }

  /** Sends an event and waits for its acknowledgement. */
  async call(namespace: string, event: string, ...args: readonly unknown[]): Promise<Answered> {
    const id = this.send(namespace, event, ...args);
    return this.answer(namespace, id);
  }

  /** Sends an event that asks for an acknowledgement. @returns its id */
  send(namespace: string, event: string, ...args: readonly unknown[]): number {
    const id = ++this.#lastId;
    this.#sentAt.set(id, performance.now());
    this.packet(eventPacket(namespace, id, event, args));
    return id;
  }

  /** Waits for the acknowledgement of an event that was sent. */
  async answer(namespace: string, id: number): Promise<Answered> {
    const { text, at } = await this.waitFor(
      (frame) => isAnswer(frame.text, namespace, id),
      `an answer to ${id} in ${namespace}`,
    );
    return {
      id,
      args: JSON.parse(text.slice(text.indexOf('['))),
      ms: at - (this.#sentAt.get(id) ?? Number.NaN),
    };
  }

  readonly #sentAt = new Map<number, number>();

  /** How many acknowledgements arrived for an event. */
  countAnswers(namespace: string, id: number): number {
    return this.frames.filter(({ text }) => isAnswer(text, namespace, id)).length;
  }

  /** Goes to the server and back: what was sent before that has arrived. */
  async roundTrip(namespace: string): Promise<void> {
    await this.call(namespace, 'ping');
  }

  /** Waits for a frame, from the one of that number on. */
  waitFor(match: (frame: Frame) => boolean, what: string, from = 0): Promise<Frame> {
    let seen = from;
    let check = (): void => {};
    const found = new Promise<Frame>((resolve, reject) => {
      check = () => {
        for (; seen < this.frames.length; seen++) {
          const frame = this.frames[seen] as Frame;
          if (match(frame)) return resolve(frame);
        }
        if (this.wire.isClosed) reject(new Error(`closed before: ${what}; received ${this.#last()}`));
      };
      this.#waiting.add(check);
      check();
    });
    return within(() => `${what}; received ${this.#last()}`, found).finally(() =>
      this.#waiting.delete(check),
    );
  }

  /** Waits until the server has ended the connection. */
  async ended(): Promise<void> {
    await within('the end of the connection', this.wire.closed);
  }

  /** Ends the connection without a word. */
  destroy(): void {
    this.wire.destroy();
  }

  #last(): string {
    return JSON.stringify(this.frames.slice(-5).map(({ text }) => text.slice(0, 200)));
  }
}

/** An event packet, without Engine.IO's type. */
export function eventPacket(
  namespace: string,
  id: number | null,
  event: string,
  args: readonly unknown[],
): string {
  return `2${prefix(namespace)}${id ?? ''}${JSON.stringify([event, ...args])}`;
}

/** Tells whether a frame is a packet of this type and namespace. */
export function isPacket(text: string, type: string, namespace: string): boolean {
  const head = `4${type}${prefix(namespace)}`;
  return text.startsWith(head) && (namespace !== '/' || text.charAt(head.length) !== '/');
}

function isAnswer(text: string, namespace: string, id: number): boolean {
  if (text.startsWith(`43${prefix(namespace)}${id}[`)) return true;
  return text.startsWith('46') && text.slice(text.indexOf('-') + 1).startsWith(`${prefix(namespace)}${id}[`);
}

function prefix(namespace: string): string {
  return namespace === '/' ? '' : `${namespace},`;
}
