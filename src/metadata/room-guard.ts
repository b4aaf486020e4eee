import { CallSite } from '../base/call-site.js';
import type { ConnectContext } from './context.js';

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
