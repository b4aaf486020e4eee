import { INTERNAL_EVENTS } from '../base/reserved-names.js';
import type { GatewireError } from '../errors/gatewire-error.js';
import { sendException } from './exceptions.js';
import { expired, hasExpired } from './identity.js';
import { emitToSocket } from './send.js';
import type { IdentityExpiry, SocketState } from './types.js';

/** A client whose identity ended is gone within a second: half of it goes by until it is noticed. */
const SWEEP_MS = 500;
/** A client is asked for a new identity that long before the old one ends, or at three quarters of a short life. */
const RENEW_MS = 60_000;

/**
 * Ends the stay of clients whose identity has ended. One timer for all: a timer each would cost memory, and one above
 * 2^31 ms would fire at once.
 */
export class Expiry implements IdentityExpiry {
  /** Every client whose identity ends some day, and when it is to be asked for another; null once it was. */
  readonly #watched = new Map<SocketState, number | null>();
  #timer: NodeJS.Timeout | null = null;

  /** Watches a client from now on, or anew with another identity. */
  watch(state: SocketState): void {
    if (state.expiresAt === null) return this.forget(state);
    const left = state.expiresAt - Date.now();
    this.#watched.set(state, state.expiresAt - Math.min(RENEW_MS, left / 4));
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** The client has left. */
  forget(state: SocketState): void {
    this.#watched.delete(state);
    if (this.#watched.size === 0) this.close();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #sweep(): void {
    const now = Date.now();
    for (const [state, renewAt] of this.#watched) {
      if (hasExpired(state, now)) sendAway(state, expired());
      else if (renewAt !== null && renewAt <= now) {
        this.#watched.set(state, null);
        ask(state);
      }
    }
  }
}

/** Asks a client for a new identity. Clients that do not know the event ignore it. */
function ask({ socket, namespace, stay }: SocketState): void {
  try {
    emitToSocket(namespace.app, socket, INTERNAL_EVENTS.auth, []);
  } catch (error) {
    // A listener of the application's for all that goes out throws; in a timer, that would end the process.
    namespace.failures.report(error, stay.failurePlace('auth'));
  }
}

/** Disconnects a client, and tells it why first. */
export function sendAway(state: SocketState, error: GatewireError): void {
  const { socket, namespace, stay } = state;
  const report = (cause: unknown) => namespace.failures.report(cause, stay.failurePlace('auth'));
  sendException(state, 'connect', report(error), report);
  socket.disconnect();
}
