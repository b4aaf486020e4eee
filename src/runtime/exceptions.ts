import type { Socket } from 'socket.io';
import type { Exception, WireError } from '../contract/wire.js';

const WINDOW_MS = 1_000;
const MAX_PER_WINDOW = 10;
const MAX_NAME_LENGTH = 128;

/** Lets through at most one `exception` per event and second, and ten per client and second. */
export class ExceptionWindow {
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

/** Tells a client that an event without acknowledgement failed, unless it was told enough for now. */
export function sendException(
  socket: Socket,
  window: ExceptionWindow,
  event: unknown,
  error: WireError,
  onUnsent: (cause: unknown) => WireError,
): void {
  const name = String(event).slice(0, MAX_NAME_LENGTH);
  if (!socket.connected || !window.admits(name, performance.now())) return;
  const exception: Exception = { event: name, error };
  try {
    socket.emit('exception', exception);
  } catch (cause) {
    const exception: Exception = { event: name, error: onUnsent(cause) };
    try {
      socket.emit('exception', exception);
    } catch {
      // A listener of the application's for all that goes out throws; the first time was logged.
    }
  }
}
