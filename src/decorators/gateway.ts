import { CallSite } from '../base/call-site.js';
import type { Auth, User } from '../metadata/context.js';
import { type Class, editRecord, type GatewayDeclaration } from '../metadata/record.js';
import type { RoomGuard } from '../metadata/steps.js';
import { assertExperimental } from './experimental.js';

/** Options of `@Gateway`. */
export interface GatewayOptions<TUser extends User = User, TData = unknown> {
  /**
   * Authenticator of the namespace; false makes it public.
   * @default the application's `auth`
   */
  readonly auth?: Auth<TUser> | false;
  /**
   * Makes the first `ctx.data` of each socket.
   * @default an empty object
   */
  readonly data?: () => TData;
  /**
   * Guards of the rooms that clients join by `ctx.join`, made by `guardRoom`, besides those of the application.
   * @default every room is open
   */
  readonly rooms?: readonly RoomGuard[];
  /**
   * Shape of acknowledgements: `{ ok, data }` or the bare value.
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

/** Records one `@Gateway`, plain or of a kit. */
export function gatewayDecorator(declaration: GatewayDeclaration): ClassDecorator {
  return (target: unknown, second?: unknown) => {
    assertExperimental('Gateway', second, declaration.at);
    editRecord(target as Class).gateways.unshift(declaration);
  };
}
