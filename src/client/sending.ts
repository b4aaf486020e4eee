import type { Socket } from 'socket.io-client';
import { MAX_TIMER_MS } from './retry.js';

/**
 * Refuses what cannot be encoded while it would only be stored. socket.io-client would find out when it connects,
 * fail there, and find it stored again at each further try.
 *
 * @throws {TypeError} for a circle or a bigint
 */
export function checkEncodable(socket: Socket, args: readonly unknown[]): void {
  if (!socket.connected) JSON.stringify(args, (_, value) => (ArrayBuffer.isView(value) ? 0 : value));
}

/**
 * Checks the limit of a call.
 *
 * @throws {RangeError} when it is no number of milliseconds that a timer can wait
 */
export function checkTimeout(timeoutMs: number): number {
  if (timeoutMs >= 1 && timeoutMs <= MAX_TIMER_MS) return timeoutMs;
  throw new RangeError(`timeoutMs is a number from 1 to ${MAX_TIMER_MS}, not ${String(timeoutMs)}`);
}
