import { CallSite } from '../base/call-site.js';
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
  /**
   * Runs after auth, before the client is connected. `next()` rejects and `ctx.signal` is aborted when the client leaves
   * (UNAVAILABLE), when the time is up (TIMEOUT) and when the client is refused. Hooks and events of the client run
   * inside of each AsyncLocalStorage that was open where `next()` was called.
   */
  connect?(ctx: ConnectContext, next: () => Promise<void>): unknown;
  /**
   * Runs when the client renews its identity, after auth; only where there is `connect`, too. `ctx.user` and
   * `ctx.handshake.auth` are those that are to come into force.
   */
  renew?(ctx: ConnectContext, next: () => Promise<void>): unknown;
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
// As a method, a check may ask for a narrower context than the plain decorators know.
export type Check<TContext = EventContext> =
  | GuardClass<TContext>['check']
  | (new (
      ...args: never[]
    ) => GuardClass<TContext>);

/** Names and values of the parameters of a room pattern: `{ id }` of `order/:id`. A RegExp has those of its groups. */
export type RoomParams<TPattern> = TPattern extends RegExp
  ? Readonly<Record<string, string>>
  : string extends TPattern
    ? Readonly<Record<string, string>>
    : TPattern extends `${infer TSegment}/${infer TRest}`
      ? SegmentParam<TSegment> & RoomParams<TRest>
      : SegmentParam<TPattern>;

type SegmentParam<TSegment> = TSegment extends `:${infer TName}`
  ? { readonly [P in TName]: string }
  : unknown;

/** Check of the clients that join the rooms of a pattern; `guardRoom` makes one. Values are as written; the plan checks them. */
export class RoomGuard {
  constructor(
    readonly pattern: unknown,
    readonly check: unknown,
    readonly at: CallSite,
  ) {}
}

/**
 * Declares rooms, and which clients may join them by `ctx.join`. As soon as a namespace has a guard, a room that is not
 * declared is FORBIDDEN; `guardRoom('*', () => true)` opens all others again.
 *
 * @param pattern - `'lobby'`, a path with parameters such as `'order/:id'`, a RegExp, or `'*'` for rooms that no other matches
 * @param check - tells whether the client may join. Falsy is FORBIDDEN, and so is a throw, unless of a GatewireError
 * @example
 * createApp({
 *   gateways: [OrderGateway],
 *   rooms: [guardRoom('order/:id', (ctx: ConnectContext<AnyContract, Member>, { id }) => ctx.user.orders.includes(id))],
 * });
 */
export function guardRoom<const TPattern extends string | RegExp, TContext = ConnectContext>(
  pattern: TPattern,
  check: (ctx: TContext, params: RoomParams<TPattern>) => boolean | Promise<boolean>,
): RoomGuard {
  return new RoomGuard(pattern, check, new CallSite(guardRoom));
}
