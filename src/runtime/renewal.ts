import { INTERNAL_EVENTS } from '../base/reserved-names.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { ConnectContext, Handshake, Identity } from '../metadata/context.js';
import { SocketActivity } from './activity.js';
import { SocketContext } from './context.js';
import { assume, expired, withinAuthTime } from './identity.js';
import type { Identify, SocketState } from './types.js';

/** Answer that a renewal gives, one way or the other. */
export interface RenewalAnswer {
  succeed(data: { readonly expiresAt?: number }): void;
  fail(error: unknown): void;
}

/**
 * Asks the authenticator again with what the client sends, and the connect middleware that has `renew`, and puts the
 * outcome in force. The user has to be the same. When it fails, the old identity holds until its end.
 */
export function renew(state: SocketState, auth: unknown, answer: RenewalAnswer): void {
  const { namespace, socket, stay } = state;
  const { identify } = namespace;
  if (identify === null) return answer.fail(new GatewireError('UNKNOWN_EVENT'));
  if (typeof auth !== 'object' || auth === null || Array.isArray(auth)) {
    const message = `${INTERNAL_EVENTS.auth} carries an object`;
    return answer.fail(new GatewireError('INVALID_PAYLOAD', { message }));
  }
  if (state.isRenewing)
    return answer.fail(new GatewireError('CONFLICT', { message: 'a renewal is under way' }));
  const retryAfterMs = state.connection.takeAuth();
  if (retryAfterMs > 0) return answer.fail(new GatewireError('RATE_LIMITED', { retryAfterMs }));
  state.isRenewing = true;
  const handshake = { ...stay.ctx.handshake, auth: auth as Readonly<Record<string, unknown>> };
  const renewing = withinAuthTime(check(state, identify, handshake), namespace.limits)
    .then((identity) => {
      if (!socket.connected || identity === null) return;
      assume(state, identity);
      namespace.expiry.watch(state);
      answer.succeed(state.expiresAt === null ? {} : { expiresAt: state.expiresAt });
    })
    .catch((error: unknown) => answer.fail(error))
    .finally(() => {
      state.isRenewing = false;
    });
  namespace.calls.track(renewing);
}

/** Resolves with an identity that auth and middleware agree to. */
async function check(state: SocketState, identify: Identify, handshake: Handshake): Promise<Identity | null> {
  const { namespace, socket, stay } = state;
  const identity = await identify(stay, handshake);
  if (!socket.connected || identity === null) return null;
  const { user, expiresAt } = identity;
  if (user.id !== (state.user as { readonly id?: unknown } | undefined)?.id) {
    throw new GatewireError('FORBIDDEN', { message: 'this is another user' });
  }
  if (namespace.renewal === null) return identity;
  const activity = new Renewal(state, handshake, user);
  try {
    await namespace.renewal(activity);
  } finally {
    await activity.release((error) => namespace.failures.report(error, stay.failurePlace('dispose')));
  }
  if (expiresAt !== undefined && expiresAt.getTime() <= Date.now()) throw expired();
  return identity;
}

/** Activity of a renewal: its context has the identity that is not in force yet. */
class Renewal extends SocketActivity {
  constructor(
    state: SocketState,
    private readonly handshake: Handshake,
    private readonly user: unknown,
  ) {
    super(state);
  }

  protected override createContext(): ConnectContext {
    return new RenewalContext(this, this.handshake, this.user);
  }
}

class RenewalContext extends SocketContext {
  readonly #handshake: Handshake;
  readonly #user: unknown;

  constructor(activity: Renewal, handshake: Handshake, user: unknown) {
    super(activity);
    this.#handshake = handshake;
    this.#user = user;
  }

  override get handshake(): Handshake {
    return this.#handshake;
  }

  override get user(): unknown {
    return this.#user;
  }
}
