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
  const renewal = new Renewal(state, handshake);
  const renewing = withinAuthTime(check(renewal, identify), namespace.limits)
    .then((identity) => {
      if (!socket.connected || identity === null) return;
      assume(state, identity);
      namespace.expiry.watch(state);
      for (const extension of namespace.extensions) extension.renewed(state);
      answer.succeed(state.expiresAt === null ? {} : { expiresAt: state.expiresAt });
    })
    .catch((error: unknown) => {
      renewal.abort(error as Error);
      answer.fail(error);
    })
    .finally(() => {
      state.isRenewing = false;
    });
  namespace.calls.track(renewing);
}

/** Resolves with an identity that auth and middleware agree to. */
async function check(renewal: Renewal, identify: Identify): Promise<Identity | null> {
  const { state } = renewal;
  const { namespace, socket, stay } = state;
  const identity = await identify(stay, renewal.handshake);
  if (!socket.connected || identity === null) return null;
  const { user, expiresAt } = identity;
  if (user.id !== (state.user as { readonly id?: unknown } | undefined)?.id) {
    throw new GatewireError('FORBIDDEN', { message: 'this is another user' });
  }
  if (namespace.renewal === null) return identity;
  renewal.user = user;
  try {
    await namespace.renewal(renewal);
  } finally {
    await renewal.release((error) => namespace.failures.report(error, stay.failurePlace('dispose')));
  }
  if (expiresAt !== undefined && expiresAt.getTime() <= Date.now()) throw expired();
  return identity;
}

/** Activity of a renewal: its context has the identity that is not in force yet. */
class Renewal extends SocketActivity {
  user: unknown;

  constructor(
    state: SocketState,
    readonly handshake: Handshake,
  ) {
    super(state);
  }

  protected override createContext(): ConnectContext {
    return new RenewalContext(this);
  }
}

class RenewalContext extends SocketContext {
  readonly #renewal: Renewal;

  constructor(renewal: Renewal) {
    super(renewal);
    this.#renewal = renewal;
  }

  override get handshake(): Handshake {
    return this.#renewal.handshake;
  }

  override get user(): unknown {
    return this.#renewal.user;
  }
}
