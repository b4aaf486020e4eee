/** Rule of a rate: a bucket holds `burst` tokens, and `limit` tokens flow in evenly during each `windowMs`. */
export interface RateRule {
  readonly limit: number;
  readonly windowMs: number;
  readonly burst: number;
}

/** Counter of events by key, for one node or for several. */
export interface RateStore {
  /**
   * Takes a token out of the bucket of a key.
   *
   * @param key - whose events are counted, and under which rule
   * @returns 0 when there was a token, else milliseconds until there is one
   */
  take(key: string, rule: RateRule): number | Promise<number>;
}

/** Token bucket of one key. A new one is full. */
export class TokenBucket {
  #tokens = Number.POSITIVE_INFINITY;
  #filledAt = 0;
  #fullAt = 0;

  /**
   * Takes a token.
   *
   * @param now - milliseconds on a clock that does not go back
   * @returns 0 when there was a token, else milliseconds until there is one
   */
  take({ limit, windowMs, burst }: RateRule, now: number): number {
    const msPerToken = windowMs / limit;
    const tokens = Math.min(burst, this.#tokens + (now - this.#filledAt) / msPerToken);
    this.#filledAt = now;
    if (tokens < 1) {
      this.#tokens = tokens;
      return Math.ceil((1 - tokens) * msPerToken);
    }
    this.#tokens = tokens - 1;
    this.#fullAt = now + (burst - this.#tokens) * msPerToken;
    return 0;
  }

  /** Tells whether the bucket is full again, and so the same as a new one. */
  isFull(now: number): boolean {
    return now >= this.#fullAt;
  }
}

const SWEEP_MS = 10_000;

/**
 * Buckets in the memory of one process. One timer removes those that are full again: what stays is bounded by the number
 * of keys that were used within the time that a bucket takes to fill.
 */
export class MemoryRates implements RateStore {
  readonly #buckets = new Map<string, TokenBucket>();
  #sweeper: NodeJS.Timeout | null = null;

  take(key: string, rule: RateRule): number {
    const known = this.#buckets.get(key);
    const bucket = known ?? new TokenBucket();
    if (known === undefined) this.#add(key, bucket);
    return bucket.take(rule, performance.now());
  }

  /** Forgets all buckets. */
  close(): void {
    this.#buckets.clear();
    this.#stop();
  }

  #add(key: string, bucket: TokenBucket): void {
    this.#buckets.set(key, bucket);
    this.#sweeper ??= setInterval(this.#sweep, SWEEP_MS).unref();
  }

  readonly #sweep = (): void => {
    const now = performance.now();
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(key);
    if (this.#buckets.size === 0) this.#stop();
  };

  #stop(): void {
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
    this.#sweeper = null;
  }
}
