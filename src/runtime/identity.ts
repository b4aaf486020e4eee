import { isThenable, withDeadline } from '../base/deadline.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { Authenticator, Handshake, Identity, User } from '../metadata/context.js';
import type { AuthPlan } from '../plan/types.js';
import type { Limits } from './limits.js';
import { isRoomName } from './rooms.js';
import type { Activity, Identify, InstanceSource, SocketState } from './types.js';

/** Authenticator of the test kit, asked ahead of the application's; undefined leaves the decision to the application. */
export type Impersonate = (handshake: Handshake) => User | undefined;

/**
 * Makes what asks the authenticator of a namespace.
 *
 * @param source - where a class, or what was made, comes from; null for a function or an object
 */
export function identifier({ value }: AuthPlan, source: InstanceSource | null): Identify {
  const authenticate = authenticator(value, source);
  return async (activity, handshake) => {
    let given: unknown;
    try {
      const result = authenticate(handshake, activity);
      given = isThenable(result) ? await result : result;
    } catch (cause) {
      // Whatever auth throws refuses; only a GatewireError says so in its own words.
      throw GatewireError.is(cause) ? cause : new GatewireError('UNAUTHENTICATED', { cause });
    }
    return checkIdentity(given);
  };
}

/** Puts the authenticator of the test kit ahead of that of a namespace. */
export function identifyFirst(impersonate: Impersonate | null, own: Identify | null): Identify | null {
  if (impersonate === null) return own;
  return async (activity, handshake) => {
    const user = impersonate(handshake);
    if (user !== undefined) return { user };
    return own === null ? null : own(activity, handshake);
  };
}

/** Waits for authentication up to `limits.authTimeoutMs`. */
export function withinAuthTime<TValue>(
  authenticating: Promise<TValue>,
  { authTimeoutMs }: Pick<Limits, 'authTimeoutMs'>,
): Promise<TValue> {
  const late = () => new GatewireError('TIMEOUT', { message: 'authentication took too long' });
  return withDeadline(authenticating, authTimeoutMs, late);
}

/** Puts an identity in force. */
export function assume(state: SocketState, { user, expiresAt }: Identity): void {
  state.user = user;
  state.expiresAt = expiresAt === undefined ? null : expiresAt.getTime();
}

type Authenticate = (handshake: Handshake, activity: Activity) => unknown;

function authenticator(value: object, source: InstanceSource | null): Authenticate {
  if (source !== null)
    return (handshake, activity) => (source.of(activity) as Authenticator).authenticate(handshake);
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

/** Error for a client whose identity has ended. */
export function expired(): GatewireError {
  return new GatewireError('UNAUTHENTICATED', { message: 'the authentication has expired' });
}

function refused(reason: string): GatewireError {
  return new GatewireError('UNAUTHENTICATED', { cause: new Error(reason) });
}
