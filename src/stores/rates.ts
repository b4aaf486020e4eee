import type { RateLimiterMemory } from 'rate-limiter-flexible';

/** How often something may happen for each key. */
export interface RateRule {
  readonly limit: number;
  readonly windowMs: number;
  readonly burst: number;
}

/** Counts what happens for users, addresses and keys of the application's own. */
export interface RateStore {
  /**
   * Counts one event.
   *
   * @param key - whose event it is, and under which rule
   * @returns 0 when it is within the rule, else milliseconds until another one is
   */
  take(key: string, rule: RateRule): Promise<number>;
}

interface Limiter {
  consume(key: string): Promise<unknown>;
}

/** Counts with limiters of rate-limiter-flexible, one for each rule. */
export class LimiterRates implements RateStore {
  readonly #limiters = new WeakMap<RateRule, Limiter>();

  constructor(private readonly make: (rule: RateRule) => Limiter) {}

  async take(key: string, rule: RateRule): Promise<number> {
    const limiter = this.#limiters.get(rule) ?? this.make(rule);
    this.#limiters.set(rule, limiter);
    try {
      await limiter.consume(key);
      return 0;
    } catch (refusal) {
      if (refusal instanceof Error) throw refusal;
      return Math.max(1, (refusal as { readonly msBeforeNext: number }).msBeforeNext);
    }
  }
}

/** Counts in the memory of one node. Keys go by themselves when their window is over. */
export class MemoryRates extends LimiterRates {
  /** Loads what it counts with; an application without such limits starts faster without it. */
  static async create(): Promise<MemoryRates> {
    const { BurstyRateLimiter, RateLimiterMemory } = await import('rate-limiter-flexible');
    const limiter = (points: number, windowMs: number): RateLimiterMemory =>
      new RateLimiterMemory({ points, duration: windowMs / 1_000 });
    return new MemoryRates(({ limit, windowMs, burst }) => {
      const steady = limiter(limit, windowMs);
      return burst === limit ? steady : new BurstyRateLimiter(steady, limiter(burst - limit, windowMs * 2));
    });
  }
}
