import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { INTERNAL_EVENTS } from '../base/reserved-names.js';
import { checkStackOf } from '../base/stack-check.js';
import { type AckReply, sentArguments, type WireError } from '../contract/wire.js';
import { BootError, type Problem } from '../errors/boot-error.js';
import { GatewireError, readWireError } from '../errors/gatewire-error.js';
import type { Link } from './link.js';
import { type TestTopic, testTopics } from './test-topic.js';

const TIMEOUT_MS = 5_000;
const CLOSE_MS = 1_000;

/** Names of the events that a server sends, with the types of their payloads. */
export type ServerEvents = Readonly<Record<string, unknown>>;

/** Receiver of the next event of a name. */
type Receiver = (args: readonly unknown[]) => void;

let found: readonly Problem[] | null = null;

/**
 * Checks the members of socket.io-client that gatewire/client touches, on a socket that connects nowhere. It is done
 * for tests only: in a browser they are not essential.
 *
 * @throws {BootError} GW_ERR_BOOT_STACK
 */
export function checkClient(): void {
  found ??= checkStackOf('socket.io-client', () => {
    const socket = io('http://127.0.0.1', { autoConnect: false, forceNew: true });
    socket.emit('check', () => {});
    return { Socket: socket, Manager: socket.io };
  });
  if (found.length > 0) throw new BootError(found);
}

/** A socket.io-client that keeps received events until they are taken, so that a test misses none between two lines. */
export class TestClient<TEvents extends ServerEvents = ServerEvents> {
  /** Socket of socket.io-client. */
  readonly socket: Socket;
  readonly #received = new Map<string, (readonly unknown[])[]>();
  readonly #receivers = new Map<string, Receiver[]>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Reason of the end of the connection; null while it is open. */
  #reason: string | null = null;

  readonly #link: Link | null;
  #openTopic: ((name: string) => TestTopic) | null = null;

  constructor(url: string, options: Partial<ManagerOptions & SocketOptions>, link: Link | null = null) {
    this.#link = link;
    this.socket = io(url, { forceNew: true, reconnection: link !== null, ...options, autoConnect: false });
    this.socket.on('connect', () => {
      this.#reason = null;
    });
    this.socket.on('disconnect', (reason) => {
      this.#reason = reason;
    });
    this.socket.onAny((event: string, ...args: unknown[]) => this.#receive(event, args));
  }

  /**
   * Connects.
   *
   * @throws {GatewireError} the refusal, when the server refuses
   */
  async connect(): Promise<this> {
    const connected = this.#once('connect');
    this.socket.connect();
    await connected;
    return this;
  }

  /** Sends an event without asking for an answer. */
  emit(event: string, ...args: readonly unknown[]): void {
    this.socket.emit(event, ...sentArguments(args));
  }

  /**
   * Sends an event, and returns its answer.
   *
   * @returns `data` of the answer
   * @throws {GatewireError} the error of the answer; TIMEOUT when there is none within 5 s
   */
  async call<TAnswer = unknown>(event: string, ...args: readonly unknown[]): Promise<TAnswer> {
    const [reply] = (await this.ack(event, ...args)) as [AckReply<TAnswer>];
    if (reply?.ok === true) return reply.data as TAnswer;
    const error = reply?.ok === false ? readWireError(reply.error) : null;
    throw error ?? new TypeError(`the answer to \`${event}\` is no envelope; use ack() for reply: 'raw'`);
  }

  /** Sends an event, and returns the arguments of its acknowledgement as they are. */
  ack(event: string, ...args: readonly unknown[]): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      const late = () =>
        reject(new GatewireError('TIMEOUT', { message: `\`${event}\` was not acknowledged` }));
      const stop = this.#after(TIMEOUT_MS, late);
      this.socket.emit(event, ...sentArguments(args), (...answer: unknown[]) => {
        stop();
        resolve(answer);
      });
    });
  }

  /**
   * Returns the first argument of the next event of this name. An event that arrived before this call counts; each
   * is taken once, in order.
   *
   * @param timeoutMs - time limit in milliseconds
   */
  async next<TEvent extends keyof TEvents & string>(
    event: TEvent,
    timeoutMs = TIMEOUT_MS,
  ): Promise<TEvents[TEvent]> {
    const [payload] = await this.nextArgs(event, timeoutMs);
    return payload as TEvents[TEvent];
  }

  /** Returns all arguments of the next event of this name. */
  nextArgs(event: string, timeoutMs = TIMEOUT_MS): Promise<readonly unknown[]> {
    const ready = this.#received.get(event)?.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve, reject) => {
      const receiver: Receiver = (args) => {
        stop();
        resolve(args);
      };
      const stop = this.#after(timeoutMs, () => {
        const queue = this.#receivers.get(event) ?? [];
        queue.splice(queue.indexOf(receiver), 1);
        reject(new Error(`no \`${event}\` within ${timeoutMs} ms; unread: ${this.#unread()}`));
      });
      append(this.#receivers, event, receiver);
    });
  }

  /**
   * Fails when an event of this name has arrived and was not taken. It makes a round trip to the server first, so that
   * everything that the server sent before its answer has arrived.
   */
  async expectNone(event: keyof TEvents & string): Promise<void> {
    await this.flush();
    const received = this.#received.get(event) ?? [];
    if (received.length === 0) return;
    throw new Error(`expected no \`${event}\`, received ${received.length}: ${JSON.stringify(received[0])}`);
  }

  /** Makes a round trip to the server. */
  async flush(): Promise<void> {
    await this.ack(INTERNAL_EVENTS.flush); // every gateway answers UNKNOWN_EVENT
  }

  /**
   * Subscribes to a topic, as gatewire/client does.
   *
   * @example
   * const price = client.topic<number>('prices/BTC');
   * await price.live();
   * await test.topics.namespace('/live').publish('prices/BTC', 7);
   * expect(await price.next()).toBe(7);
   */
  topic<TValue = unknown>(name: string): TestTopic<TValue> {
    this.#openTopic ??= testTopics(this.socket);
    return this.#openTopic(name) as TestTopic<TValue>;
  }

  /**
   * Breaks the connection, as a network does; the client connects again by itself.
   *
   * @throws {TypeError} for a client that was connected without `faults: true`
   */
  cut(): void {
    this.#faults().cut();
  }

  /**
   * Has the network lose everything in both directions for a while; then the connection breaks, and the client connects again.
   *
   * @throws {TypeError} for a client that was connected without `faults: true`
   */
  blackHole(ms: number): void {
    this.#faults().blackHole(ms);
  }

  /** Waits for the end of the connection, and returns its reason. */
  async disconnected(): Promise<string> {
    if (this.#reason === null) await this.#once('disconnect');
    return this.#reason ?? '';
  }

  /** Disconnects and closes the connection; pending calls and waits do not settle. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.socket.io.reconnection(false);
    const { engine } = this.socket.io;
    this.socket.disconnect();
    if (engine === undefined || engine.readyState === 'closed') return this.#link?.close();
    // Closing a polling transport takes more requests, which must not outlive the test.
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_MS);
      engine.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#link?.close();
  }

  #faults(): Link {
    if (this.#link !== null) return this.#link;
    throw new TypeError('faults need a network of their own: connect(namespace, { faults: true })');
  }

  /** Starts a timer that ends with the client, and returns the function that stops it. */
  #after(ms: number, run: () => void): () => void {
    const timer = setTimeout(run, ms);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  #once(event: 'connect' | 'disconnect'): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = this.#after(TIMEOUT_MS, () => {
        end();
        reject(new GatewireError('TIMEOUT', { message: `no ${event} within ${TIMEOUT_MS} ms` }));
      });
      const done = (): void => {
        end();
        resolve();
      };
      const refused = (error: Error & { data?: WireError }): void => {
        end();
        reject(readWireError(error.data) ?? error);
      };
      const end = (): void => {
        stop();
        this.socket.off(event, done).off('connect_error', refused);
      };
      this.socket.on(event, done).on('connect_error', refused);
    });
  }

  #receive(event: string, args: readonly unknown[]): void {
    const receiver = this.#receivers.get(event)?.shift();
    if (receiver !== undefined) receiver(args);
    else append(this.#received, event, args);
  }

  #unread(): string {
    const counts = [...this.#received].filter(([, queue]) => queue.length > 0);
    return counts.map(([event, queue]) => `${event} (${queue.length})`).join(', ') || 'nothing';
  }
}

/** Adds an item to the queue of an event. */
function append<TItem>(queues: Map<string, TItem[]>, event: string, item: TItem): void {
  const queue = queues.get(event);
  if (queue === undefined) queues.set(event, [item]);
  else queue.push(item);
}
