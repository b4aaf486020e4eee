/** How many tokens are taken out of the bucket in one go: reading the clock costs as much as decoding a small packet. */
const SLICE = 64;

/** Says how fast one connection may send. */
export interface Rate {
  readonly eventsPerSecond: number;
  readonly eventsBurst: number;
}

/** Counts the events of one connection. */
export class TokenBucket {
  #slice = 0;
  #tokens: number;
  #filledAt = performance.now();

  constructor(private readonly rate: Rate) {
    this.#tokens = rate.eventsBurst;
  }

  /** @returns whether there was a token to take */
  take(): boolean {
    if (this.#slice > 0) {
      this.#slice--;
      return true;
    }
    const { eventsPerSecond, eventsBurst } = this.rate;
    const now = performance.now();
    const filled = this.#tokens + ((now - this.#filledAt) * eventsPerSecond) / 1_000;
    this.#tokens = Math.min(eventsBurst, filled);
    this.#filledAt = now;
    const slice = Math.min(SLICE, Math.floor(this.#tokens));
    if (slice === 0) return false;
    this.#tokens -= slice;
    this.#slice = slice - 1;
    return true;
  }
}
