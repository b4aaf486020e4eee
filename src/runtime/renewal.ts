import { INTERNAL_EVENTS } from '../base/reserved-names.js';
import { GatewireError } from '../errors/gatewire-error.js';
import { assume, withinAuthTime } from './identity.js';
import type { SocketState } from './types.js';

/** Answer that a renewal gives, one way or the other. */
export interface RenewalAnswer {
  succeed(data: { readonly expiresAt?: number }): void;
  fail(error: unknown): void;
}

/**
 * Asks the authenticator again with what the client sends, and puts the outcome in force. The user has to be the same.
 * When it fails, the old identity holds until its end.
 */
export function renew(state: SocketState, auth: unknown, answer: RenewalAnswer): void {
  const { namespace, socket, stay } = state;
  if (namespace.identify === null) return answer.fail(new GatewireError('UNKNOWN_EVENT'));
  if (typeof auth !== 'object' || auth === null || Array.isArray(auth)) {
    const message = `${INTERNAL_EVENTS.auth} carries an object`;
    return answer.fail(new GatewireError('INVALID_PAYLOAD', { message }));
  }
  if (state.isRenewing)
    return answer.fail(new GatewireError('CONFLICT', { message: 'a renewal is under way' }));
  state.isRenewing = true;
  const handshake = { ...stay.ctx.handshake, auth: auth as Readonly<Record<string, unknown>> };
  const renewing = withinAuthTime(namespace.identify(stay, handshake), namespace.limits)
    .then((identity) => {
      if (!socket.connected || identity === null) return;
      if (identity.user.id !== (state.user as { readonly id?: unknown } | undefined)?.id) {
        throw new GatewireError('FORBIDDEN', { message: 'this is another user' });
      }
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
