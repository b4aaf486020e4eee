import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { AckReply, WireError } from '../contract/wire.js';
import { GatewireError } from '../errors/gatewire-error.js';
import { readWireError } from '../errors/wire-error.js';

const TIMEOUT_MS = 5_000;
const CLOSE_MS = 1_000;

/** Names of the events that a server sends, with what each carries. */
export type ServerEvents = Readonly<Record<string, unknown>>;

interface Waiting {
  readonly resolve: (args: readonly unknown[]) => void;
}

/** A real socket.io-client that remembers what it received, so that no event is missed between two lines of a test. */
export class TestClient<TEvents extends ServerEvents = ServerEvents> {
  /** The socket itself. */
  readonly socket: Socket;
  readonly #received = new Map<string, (readonly unknown[])[]>();
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Why the connection ended; null while it stands. */
  #reason: string | null = null;

  constructor(url: string, options: Partial<ManagerOptions & SocketOptions>) {
    this.socket = io(url, { forceNew: true, reconnection: false, ...options, autoConnect: false });
    this.socket.on('connect', () => {
      this.#reason = null;
    });
    this.socket.on('disconnect', (reason) => {
      this.#reason = reason;
    });
    this.socket.onAny((event: string, ...args: unknown[]) => this.#receive(event, args));
  }

  /** @throws {GatewireError} the refusal, when the server refuses */
  async connect(): Promise<this> {
    const connected = this.#once('connect');
    this.socket.connect();
    await connected;
    return this;
  }

  /** Sends an event without asking for an answer. */
  emit(event: string, ...args: readonly unknown[]): void {
    this.socket.emit(event, ...args);
  }

  /**
   * Sends an event and waits for its answer.
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

  /** Sends an event and waits for the arguments of its acknowledgement, as they are. */
  ack(event: string, ...args: readonly unknown[]): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      const late = () =>
        reject(new GatewireError('TIMEOUT', { message: `\`${event}\` was not acknowledged` }));
      const stop = this.#after(TIMEOUT_MS, late);
      this.socket.emit(event, ...args, (...answer: unknown[]) => {
        stop();
        resolve(answer);
      });
    });
  }

  /**
   * The first argument of the next event of this name, counted from the last one taken. One that arrived
   * before this call counts.
   *
   * @param timeoutMs - limit in milliseconds
   */
  async next<TEvent extends keyof TEvents & string>(
    event: TEvent,
    timeoutMs = TIMEOUT_MS,
  ): Promise<TEvents[TEvent]> {
    const [payload] = await this.nextArgs(event, timeoutMs);
    return payload as TEvents[TEvent];
  }

  /** All arguments of the next event of this name. */
  nextArgs(event: string, timeoutMs = TIMEOUT_MS): Promise<readonly unknown[]> {
    const ready = this.#received.get(event)?.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        resolve: (args) => {
          stop();
          resolve(args);
        },
      };
      const stop = this.#after(timeoutMs, () => {
        const queue = this.#waiting.get(event) ?? [];
        queue.splice(queue.indexOf(waiting), 1);
        reject(new Error(`no \`${event}\` within ${timeoutMs} ms; unread: ${this.#unread()}`));
      });
      this.#waiting.set(event, [...(this.#waiting.get(event) ?? []), waiting]);
    });
  }

  /**
   * Fails when an event of this name has arrived and was not taken. A round trip to the server comes first:
   * whatever the server sent before answering is here by then.
   */
  async expectNone(event: keyof TEvents & string): Promise<void> {
    await this.flush();
    const received = this.#received.get(event) ?? [];
    if (received.length === 0) return;
    throw new Error(`expected no \`${event}\`, received ${received.length}: ${JSON.stringify(received[0])}`);
  }

  /** Makes a round trip to the server. */
  async flush(): Promise<void> {
    await this.ack('gw:flush'); // reserved, hence answered with UNKNOWN_EVENT by every gateway
  }

  /** Resolves with the reason once the server, the network or this client ended the connection. */
  async disconnected(): Promise<string> {
    if (this.#reason === null) await this.#once('disconnect');
    return this.#reason ?? '';
  }

  /** Leaves and closes; what was still waited for stays unanswered. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    const { engine } = this.socket.io;
    this.socket.disconnect();
    if (engine === undefined || engine.readyState === 'closed') return;
    // Over polling, closing takes requests of its own; they must not outlive the test.
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_MS);
      engine.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Starts a timer that ends with the client, and returns what stops it. */
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
    const [first, ...others] = this.#waiting.get(event) ?? [];
    if (first !== undefined) {
      this.#waiting.set(event, others);
      first.resolve(args);
    } else this.#received.set(event, [...(this.#received.get(event) ?? []), args]);
  }

  #unread(): string {
    const counts = [...this.#received].filter(([, queue]) => queue.length > 0);
    return counts.map(([event, queue]) => `${event} (${queue.length})`).join(', ') || 'nothing';
  }
}
