import type { Exception, WireError } from '../contract/wire.js';
import { emitToSocket } from './send.js';
import type { ExceptionLimit, SocketState } from './types.js';

const WINDOW_MS = 1_000;
const MAX_PER_WINDOW = 10;
const MAX_NAME_LENGTH = 128;

/** Lets through at most one `exception` per event and second, and ten per client and second. */
export class ExceptionWindow implements ExceptionLimit {
  #endsAt = 0;
  readonly #events = new Set<string>();

  /** @param now - milliseconds on any clock that only goes forward */
  admits(event: string, now: number): boolean {
    if (now >= this.#endsAt) {
      this.#endsAt = now + WINDOW_MS;
      this.#events.clear();
    }
    if (this.#events.has(event) || this.#events.size >= MAX_PER_WINDOW) return false;
    this.#events.add(event);
    return true;
  }
}

/** Tells a client that an event without acknowledgement failed, within the bounds of such messages. */
export function sendException(
  { socket, exceptions, namespace }: SocketState,
  event: unknown,
  error: WireError,
  onUnsent: (cause: unknown) => WireError,
): void {
  const name = String(event).slice(0, MAX_NAME_LENGTH);
  if (!socket.connected || !exceptions.admits(name, performance.now())) return;
  const send = (exception: Exception): void => emitToSocket(namespace.app, socket, 'exception', [exception]);
  try {
    send({ event: name, error });
  } catch (cause) {
    const replacement = onUnsent(cause);
    try {
      send({ event: name, error: replacement });
    } catch {
      // A listener of the application's for all that goes out throws; the first time was logged.
    }
  }
}
