import type { GatewireError } from '../errors/gatewire-error.js';

const PASSING = ['UNAVAILABLE', 'OVERLOADED', 'TIMEOUT', 'RATE_LIMITED'];
const MIN_MS = 1_000;
const MAX_MS = 30_000;
/** A timer that has to wait longer does not wait at all. */
export const MAX_TIMER_MS = 2_147_483_647;

/** Tells whether a refusal is likely to pass by itself. */
export function isPassing(refusal: GatewireError): boolean {
  return PASSING.includes(refusal.code);
}

/**
 * The wait before the next try after a refusal, in milliseconds: what the server said, else 1 s growing to 30 s.
 *
 * @param attempt - tries that were refused already
 */
export function waitAfter({ retryAfterMs }: GatewireError, attempt: number): number {
  return retryAfterMs === undefined ? backoff(attempt, MIN_MS, MAX_MS) : Math.min(retryAfterMs, MAX_TIMER_MS);
}

/** A wait that doubles with each attempt, plus up to the same again, so that clients do not come back all at once. */
export function backoff(attempt: number, minMs: number, maxMs: number): number {
  return Math.min(maxMs, minMs * 2 ** attempt * (1 + Math.random()));
}
