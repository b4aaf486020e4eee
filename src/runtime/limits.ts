/** Bounds of an application, each an option of `createApp({ limits })`. */
export interface Limits {
  /**
   * Milliseconds that auth and connect middleware may take together.
   * @default 5000
   */
  readonly authTimeoutMs: number;
  /**
   * Milliseconds that the `@OnConnect` hooks of a namespace may take together; the disconnect hooks likewise.
   * @default 10000
   */
  readonly connectHookTimeoutMs: number;
  /**
   * Events of one socket that may wait for `@OnConnect`; more are answered with OVERLOADED.
   * @default 2000
   */
  readonly waitingEvents: number;
  /**
   * Milliseconds until an unfinished handler is answered for with TIMEOUT.
   * @default 30000
   */
  readonly handlerTimeoutMs: number;
  /**
   * Milliseconds that `close()` waits for running calls, and again for disconnect hooks.
   * Connections get at most 2 s of it to take their last packets.
   * @default 10000
   */
  readonly closeTimeoutMs: number;
}

/** What holds where the application says nothing. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  authTimeoutMs: 5_000,
  connectHookTimeoutMs: 10_000,
  waitingEvents: 2_000,
  handlerTimeoutMs: 30_000,
  closeTimeoutMs: 10_000,
});
