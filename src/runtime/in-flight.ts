import { GatewireError } from '../errors/gatewire-error.js';
import type { Call, CallRegistry } from './types.js';

type Refuse = (error: GatewireError) => void;
/** Connection that Socket.IO calls `socket.conn`; nothing of it is used here. */
type Connection = object;

/** Error that answers calls while the server closes. */
export function shuttingDown(): GatewireError {
  return new GatewireError('UNAVAILABLE', { message: 'the server is shutting down' });
}

/** Something that waits until calls have ended. */
interface Waiter {
  isOver(): boolean;
  readonly done: () => void;
}

/** The calls that wait for a promise, and who is told that no new ones are taken. `close()` waits for them. */
export class InFlight implements CallRegistry {
  readonly #running = new Set<Call>();
  /** Work that no client waits for, such as a disconnect hook, with its connection. */
  readonly #settling = new Map<Promise<unknown>, Connection | null>();
  readonly #waiting = new Set<Refuse>();
  readonly #waiters = new Set<Waiter>();
  #check: NodeJS.Immediate | null = null;
  #leaving: WeakSet<Connection> | 'all' | null = null;

  /** Number of calls that wait for a promise. */
  get running(): number {
    return this.#running.size;
  }

  add(call: Call): void {
    this.#running.add(call);
  }

  delete(call: Call): void {
    this.#running.delete(call);
    if (this.#waiters.size > 0) this.#checkSoon();
  }

  /**
   * Keeps `close()` waiting for a promise, which must not reject.
   *
   * @param of - the connection that has to stay open for it
   */
  track(promise: Promise<unknown>, of: Connection | null = null): void {
    const settled = promise.finally(() => {
      this.#settling.delete(settled);
      if (this.#waiters.size > 0) this.#checkSoon();
    });
    this.#settling.set(settled, of);
  }

  /** Names a function that answers for calls that have not begun, in case they never will. */
  addWaiting(refuse: Refuse): void {
    this.#waiting.add(refuse);
  }

  deleteWaiting(refuse: Refuse): void {
    this.#waiting.delete(refuse);
  }

  /** Whether nothing new of a connection is taken, because the server is closing. */
  refuses(connection: Connection): boolean {
    if (this.#leaving === null) return false;
    return this.#leaving === 'all' || this.#leaving.has(connection);
  }

  /** Takes nothing new of these connections. */
  refuseNew(connections: readonly Connection[]): void {
    this.#leaving ??= new WeakSet();
    if (this.#leaving !== 'all') for (const connection of connections) this.#leaving.add(connection);
  }

  /** Takes nothing new of anybody. */
  refuseAll(): void {
    this.#leaving = 'all';
  }

  /**
   * Waits until nothing runs any more.
   *
   * @param of - the connections that count; all, where it is left out
   * @returns whether that was so within the limit
   */
  async idle(timeoutMs: number, of: ReadonlySet<Connection> | null = null): Promise<boolean> {
    const isOver = () => !this.#isBusy(of);
    if (isOver()) return true;
    let timer: NodeJS.Timeout | undefined;
    let waiter: Waiter | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
      waiter = { isOver, done: resolve };
      this.#waiters.add(waiter);
    });
    clearTimeout(timer);
    if (waiter !== undefined) this.#waiters.delete(waiter);
    return isOver();
  }

  /** Hands every call that still runs to a function that answers for it, and refuses those that wait. */
  abandon(answer: (call: Call, error: GatewireError) => void): void {
    const error = shuttingDown();
    for (const call of [...this.#running]) answer(call, error);
    for (const refuse of [...this.#waiting]) refuse(error);
  }

  #isBusy(of: ReadonlySet<Connection> | null): boolean {
    if (of === null) return this.#running.size + this.#settling.size > 0;
    for (const { state } of this.#running) if (of.has(state.socket.conn)) return true;
    for (const connection of this.#settling.values())
      if (connection !== null && of.has(connection)) return true;
    return false;
  }

  /** Once for all calls that end in the same turn: a batch of connections looks through all that run. */
  #checkSoon(): void {
    this.#check ??= setImmediate(() => {
      this.#check = null;
      for (const waiter of this.#waiters) if (waiter.isOver()) waiter.done();
    });
  }
}
