import { LimiterRates } from '../../stores/rates.js';

/** The primary gets as long to count; it does nothing else. */
const TIMEOUT_MS = 2_000;

/** Counts in the primary, for all nodes together. */
export async function primaryRates(): Promise<LimiterRates> {
  const { BurstyRateLimiter, RateLimiterCluster } = await import('rate-limiter-flexible');
  const limiter = (kind: string, points: number, windowMs: number) =>
    new RateLimiterCluster({
      keyPrefix: `gatewire:${kind}:${points}:${windowMs}`,
      points,
      duration: windowMs / 1_000,
      timeoutMs: TIMEOUT_MS,
    });
  return new LimiterRates(({ limit, windowMs, burst }) => {
    const steady = limiter('rate', limit, windowMs);
    return burst === limit
      ? steady
      : new BurstyRateLimiter(steady, limiter('burst', burst - limit, windowMs * 2) as never);
  });
}
