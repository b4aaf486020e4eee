import type { ConnectContext, EventContext } from './context.js';

/**
 * Wraps what happens at a connect or at an event. Whoever neither calls `next()` nor returns a value refuses.
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
  /** Runs after auth and before the client is let in. */
  connect?(ctx: ConnectContext, next: () => Promise<void>): unknown;
  /** Runs around the handler. A value other than undefined is the answer; else what `next()` gave is. */
  event?(ctx: EventContext, next: () => Promise<unknown>): unknown;
}

/** A middleware, or an injectable class of one. */
export type Usable = Middleware | (new (...args: never[]) => Middleware);

/** Decides about one event. */
export interface GuardClass<TContext = EventContext> {
  /** Whether the event may go on. */
  check(ctx: TContext): boolean | Promise<boolean>;
}

/** A function of ctx, or an injectable class with `check(ctx)`. */
// `never` lets a check ask for a narrower context than the plain decorators know.
export type Check<TContext = never> =
  | ((ctx: TContext) => boolean | Promise<boolean>)
  | (new (
      ...args: never[]
    ) => GuardClass<TContext>);
