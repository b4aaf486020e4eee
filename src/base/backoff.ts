/** First and longest wait of a backoff, in milliseconds. */
export interface BackoffRange {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Exponents above it only overflow. */
const MAX_DOUBLINGS = 30;

/**
 * Computes the wait before another attempt: it doubles with each failed one up to the longest. Half of it is random, so that
 * clients or nodes that failed together do not try again together.
 *
 * @param failures - attempts that failed before the last one, 0 or more
 * @returns milliseconds, between half of the full wait and all of it
 */
export function backoffMs(failures: number, { firstMs, maxMs }: BackoffRange): number {
  const full = Math.min(firstMs * 2 ** Math.min(failures, MAX_DOUBLINGS), Math.max(firstMs, maxMs));
  return full * (0.5 + Math.random() / 2);
}
