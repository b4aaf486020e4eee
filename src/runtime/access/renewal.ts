import { withDeadline } from '../../base/deadline.js';
import { INTERNAL_EVENTS } from '../../base/reserved-names.js';
import { GatewireError } from '../../errors/gatewire-error.js';
import { refuse } from '../call.js';
import { Reply, type SendAck } from '../reply.js';
import type { SocketState } from '../socket-state.js';
import { assume } from './identity.js';

/** The reserved event by which a client renews its identity; by the same name the server asks for it. */
export const RENEWAL = INTERNAL_EVENTS.auth;

/**
 * Asks the authenticator again with what the client sends, and puts the outcome in force. The user has to be the same.
 * When it fails, the old identity holds until its end. The answer is an envelope, whatever `reply` says.
 */
export function renew(state: SocketState, auth: unknown, send: SendAck | null): void {
  const { namespace, socket } = state;
  const fail = (error: unknown): void => refuse(state, RENEWAL, 'envelope', send, error);
  if (namespace.identify === null) return fail(new GatewireError('UNKNOWN_EVENT'));
  if (typeof auth !== 'object' || auth === null || Array.isArray(auth)) {
    return fail(new GatewireError('INVALID_PAYLOAD', { message: `${RENEWAL} carries an object` }));
  }
  if (state.isRenewing) return fail(new GatewireError('CONFLICT', { message: 'a renewal is under way' }));
  state.isRenewing = true;
  const handshake = { ...state.context.handshake, auth: auth as Readonly<Record<string, unknown>> };
  const late = () => new GatewireError('TIMEOUT', { message: 'authentication took too long' });
  const asked = withDeadline(namespace.identify(state, handshake), namespace.limits.authTimeoutMs, late);
  const renewing = asked
    .then((identity) => {
      if (!socket.connected) return;
      if (identity.user.id !== (state.user as { readonly id?: unknown } | undefined)?.id) {
        throw new GatewireError('FORBIDDEN', { message: 'this is another user' });
      }
      assume(state, identity);
      namespace.expiry.watch(state);
      const data = state.expiresAt === null ? {} : { expiresAt: state.expiresAt };
      const onUnsent = (cause: unknown) =>
        namespace.failures.report(cause, state.context.failurePlace(RENEWAL));
      if (send !== null) new Reply(send, 'envelope', onUnsent).value(data);
    })
    .catch(fail)
    .finally(() => {
      state.isRenewing = false;
    });
  namespace.calls.track(renewing);
}
