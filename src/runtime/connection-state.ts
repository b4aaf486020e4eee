import { type RateRule, TokenBucket } from '../stores/rates.js';
import type { Semaphore } from './semaphore.js';

/** How often a client may make the server ask who it is, by CONNECT or a renewal: 64 times at once, 10 times a second. */
const AUTH_RATE: RateRule = { limit: 10, windowMs: 1_000, burst: 64 };

/** Hooks of one namespace that run, and what waits for their end. */
interface RunningHooks {
  count: number;
  onEnd: (() => void) | null;
}

// One property of the connection would do, and would be visible to the application.
const states = new WeakMap<object, ConnectionState>();

/**
 * State of one connection that all of its sockets share. Bounds belong here: a client makes as many sockets as it likes,
 * by leaving a namespace and entering it again.
 */
export class ConnectionState {
  /** Limit of the calls that run; null as long as no call needed a promise. */
  semaphore: Semaphore | null = null;
  #auth: TokenBucket | null = null;
  #hooks: Map<string, RunningHooks> | null = null;

  /** @param connection - what Socket.IO calls `socket.conn` */
  static of(connection: object): ConnectionState {
    const known = states.get(connection);
    if (known !== undefined) return known;
    const state = new ConnectionState();
    states.set(connection, state);
    return state;
  }

  /** Counts one question to auth. @returns 0, or milliseconds to wait when it is one too many */
  takeAuth(): number {
    this.#auth ??= new TokenBucket();
    return this.#auth.take(AUTH_RATE, performance.now());
  }

  /** Counts a hook of a stay in a namespace until its promise settles, which must not reject. */
  addHook(namespace: string, hook: Promise<unknown>): void {
    this.#hooks ??= new Map();
    const running = this.#hooks.get(namespace) ?? { count: 0, onEnd: null };
    this.#hooks.set(namespace, running);
    running.count++;
    void hook.then(() => {
      if (--running.count > 0) return;
      this.#hooks?.delete(namespace);
      running.onEnd?.();
    });
  }

  /** Calls back when no hook of a namespace runs any more: at once, or later. A later call takes the place of an earlier one. */
  afterHooks(namespace: string, run: () => void): void {
    const running = this.#hooks?.get(namespace);
    if (running === undefined) run();
    else running.onEnd = run;
  }
}
