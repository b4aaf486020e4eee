import type { ConnectContext, EventContext } from './context.js';

/**
 * Middleware around a connect or an event. One that neither calls `next()` nor returns a value refuses.
 *
 * @example
 * const timing: Middleware = {
 *   async event(ctx, next) {
 *     const start = performance.now();
 *     await next();
 *     ctx.log.info({ event: 'call.timed', ms: performance.now() - start });
 *   },
 * };
 */
export interface Middleware {
  /** Runs after auth, before the client is connected. */
  connect?(ctx: ConnectContext, next: () => Promise<void>): unknown;
  /** Runs around the handler. Its return value is the answer; undefined keeps the answer of `next()`. */
  event?(ctx: EventContext, next: () => Promise<unknown>): unknown;
}

/** Middleware, or an injectable class of one. */
export type Usable = Middleware | (new (...args: never[]) => Middleware);

/** Guard of events, as an injectable class. */
export interface GuardClass<TContext = EventContext> {
  /** Tells whether the event may go on. */
  check(ctx: TContext): boolean | Promise<boolean>;
}

/** Guard as an option: a function of ctx, or an injectable class with `check(ctx)`. */
// `never` lets a check ask for a narrower context than the plain decorators know.
export type Check<TContext = never> =
  | ((ctx: TContext) => boolean | Promise<boolean>)
  | (new (
      ...args: never[]
    ) => GuardClass<TContext>);
