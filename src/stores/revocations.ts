/** Time that a revocation is remembered, for nodes that cannot be reached meanwhile. */
export const REVOCATION_KEEP_MS = 3_600_000;

/** Store of the users whose access was revoked lately. */
export interface RevocationStore {
  /** Adds a user whose access ends now. */
  add(userId: string): Promise<void>;
  /** Lists the users whose access ended lately, with the milliseconds since. */
  recent(): Promise<ReadonlyMap<string, number>>;
}

/** Revocations in the memory of one node. */
export class MemoryRevocations implements RevocationStore {
  /** Times of revocation by user, on `performance.now()`, which nobody sets back; the oldest first. */
  readonly #times = new Map<string, number>();

  constructor(private readonly keepMs = REVOCATION_KEEP_MS) {}

  /** Whether no access ended lately. */
  get isEmpty(): boolean {
    return this.#times.size === 0;
  }

  async add(userId: string): Promise<void> {
    this.note(userId, performance.now());
  }

  async recent(): Promise<ReadonlyMap<string, number>> {
    const now = performance.now();
    this.#forgetOld(now);
    return new Map([...this.#times].map(([userId, at]) => [userId, now - at]));
  }

  /** Adds a user with the time of revocation on `performance.now()`; a later one that is known stays. */
  note(userId: string, at: number): void {
    this.#forgetOld(performance.now());
    if (at <= (this.#times.get(userId) ?? Number.NEGATIVE_INFINITY)) return;
    this.#times.delete(userId);
    this.#times.set(userId, at);
  }

  /** Finds the time at which a user's access ended, on `performance.now()`; null when it did not. */
  timeOf(userId: string): number | null {
    return this.#times.get(userId) ?? null;
  }

  #forgetOld(now: number): void {
    for (const [userId, at] of this.#times) {
      if (at > now - this.keepMs) return;
      this.#times.delete(userId);
    }
  }
}
