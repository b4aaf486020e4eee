import { isThenable } from '../../base/thenable.js';
import { GatewireError } from '../../errors/gatewire-error.js';
import type { Authenticator, Handshake, Identity } from '../../metadata/context.js';
import type { AuthPlan } from '../../plan/types.js';
import type { SocketContext } from '../context.js';
import type { InstanceSource } from '../injection/resolver.js';
import { isRoomName } from '../rooms.js';
import type { SocketState } from '../socket-state.js';

/** Finds out who a client is by what it brought along. */
export type Identify = (state: SocketState, handshake: Handshake) => Promise<Identity>;

/**
 * Makes what asks the authenticator of a namespace.
 *
 * @param source - where a class, or what was made, comes from; null for a function or an object
 */
export function identifier({ value }: AuthPlan, source: InstanceSource | null): Identify {
  const authenticate = authenticator(value, source);
  return async (state, handshake) => {
    let given: unknown;
    try {
      const result = authenticate(handshake, state.context);
      given = isThenable(result) ? await result : result;
    } catch (cause) {
      // Whatever auth throws refuses; only a GatewireError says so in its own words.
      throw GatewireError.is(cause) ? cause : new GatewireError('UNAUTHENTICATED', { cause });
    }
    return checkIdentity(given);
  };
}

/** Puts an identity in force. */
export function assume(state: SocketState, { user, expiresAt }: Identity): void {
  state.user = user;
  state.expiresAt = expiresAt === undefined ? null : expiresAt.getTime();
}

type Authenticate = (handshake: Handshake, ctx: SocketContext) => unknown;

function authenticator(value: object, source: InstanceSource | null): Authenticate {
  if (source !== null) return (handshake, ctx) => (source.of(ctx) as Authenticator).authenticate(handshake);
  if (typeof value === 'function') return value as Authenticate;
  return (handshake) => (value as Authenticator).authenticate(handshake);
}

function checkIdentity(given: unknown): Identity {
  const { user, expiresAt } = (given ?? {}) as Partial<Identity>;
  if (typeof user?.id !== 'string' || !isRoomName(user.id)) {
    throw refused('auth has to return { user: { id } }, an id of 1 to 128 characters, or to throw');
  }
  if (expiresAt === undefined) return { user };
  if (!(expiresAt instanceof Date) || Number.isNaN(expiresAt.getTime())) {
    throw refused('`expiresAt` of what auth returned is no valid Date');
  }
  if (expiresAt.getTime() > Date.now()) return { user, expiresAt };
  throw expired();
}

/** Tells whether the identity of a client has ended. */
export function hasExpired({ expiresAt }: SocketState, now = Date.now()): boolean {
  return expiresAt !== null && expiresAt <= now;
}

/** What a client hears whose identity has ended. */
export function expired(): GatewireError {
  return new GatewireError('UNAUTHENTICATED', { message: 'the authentication has expired' });
}

function refused(reason: string): GatewireError {
  return new GatewireError('UNAUTHENTICATED', { cause: new Error(reason) });
}
