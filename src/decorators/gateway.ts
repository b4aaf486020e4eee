import { CallSite } from '../base/call-site.js';
import type { Auth, User } from '../metadata/context.js';
import { type Class, editRecord, type GatewayDeclaration } from '../metadata/record.js';
import type { RoomGuard } from '../metadata/room-guard.js';
import { assertExperimental } from './experimental.js';

/** Options of `@Gateway`. */
export interface GatewayOptions<TUser extends User = User, TData = unknown> {
  /**
   * Who may come in; false is everybody.
   * @default the application's `auth`
   */
  readonly auth?: Auth<TUser> | false;
  /**
   * Makes the first `ctx.data` of each socket.
   * @default an empty object
   */
  readonly data?: () => TData;
  /**
   * Who may join which rooms by `ctx.join`, made by `guardRoom`, besides what the application declares.
   * @default every room is open
   */
  readonly rooms?: readonly RoomGuard[];
  /**
   * How acknowledgements look: `{ ok, data }` or the bare value.
   * @default the application's `reply`
   */
  readonly reply?: 'envelope' | 'raw';
}

/**
 * Binds a class to a namespace. Several classes may share one.
 *
 * @param namespace - `'/chat'`, a path with parameters such as `'/team/:team'`, or a RegExp
 * @param options - auth, first data, shape of the replies
 * @example
 * @Gateway('/team/:team')
 * class TeamGateway {
 *   @OnEvent('whoami') whoami(_payload: unknown, ctx: EventContext) {
 *     return { team: ctx.params.team };
 *   }
 * }
 */
export function Gateway<TUser extends User = User, TData = unknown>(
  namespace: string | RegExp = '/',
  options: GatewayOptions<TUser, TData> = {},
): ClassDecorator {
  return gatewayDecorator({ namespace, options, contract: null, at: new CallSite(Gateway) });
}

/** Writes down one `@Gateway`, plain or of a kit. */
export function gatewayDecorator(declaration: GatewayDeclaration): ClassDecorator {
  return (target: unknown, second?: unknown) => {
    assertExperimental('Gateway', second);
    editRecord(target as Class).gateways.unshift(declaration);
  };
}
