import type { EventContext } from './context.js';

/** Whose events are counted together. A function returns the key. */
export type LimitKey<TContext, TFixed extends string> = TFixed | ((ctx: TContext) => string);

/** Options of `@RateLimit`. */
export interface RateLimitOptions<TContext = EventContext> {
  /** Events that are let through in `windowMs`, 1 or more. */
  readonly limit: number;
  /** Milliseconds, 1 to 2147483647. */
  readonly windowMs: number;
  /**
   * Events that may come at once before the rate holds; at least `limit`.
   * @default limit
   */
  readonly burst?: number;
  /**
   * Whose events are counted together. `'user'` needs a namespace with auth.
   * @default 'socket'
   */
  readonly per?: LimitKey<TContext, 'socket' | 'user' | 'address'>;
  /**
   * Whether each node counts for itself, or all count together in the store that they share.
   * @default 'node'
   */
  readonly scope?: 'node' | 'cluster';
  /**
   * What becomes of an event beyond the limit: answered with RATE_LIMITED, dropped when it asks for no
   * acknowledgement, or answered and its client disconnected.
   * @default 'reject'
   */
  readonly onExceed?: 'reject' | 'drop' | 'disconnect';
  /**
   * What becomes of an event when the shared store does not answer.
   * @default 'allow'
   */
  readonly whenStoreFails?: 'allow' | 'reject';
}

/** Options of `@Concurrency`. */
export interface ConcurrencyOptions<TContext = EventContext> {
  /** Handlers that may run at the same time, 1 or more. 1 keeps events in order. */
  readonly limit: number;
  /**
   * Whose events share the limit: one socket's, the application's, or those of a key.
   * @default 'socket'
   */
  readonly per?: LimitKey<TContext, 'socket' | 'app'>;
  /**
   * Events that may wait, for each key; more are answered with OVERLOADED. 0 lets none wait.
   * @default 1000
   */
  readonly queue?: number;
}
