/** How long a revocation is remembered: a node that could not be told of one is told when it is back. */
export const REVOCATION_KEEP_MS = 3_600_000;

/** Remembers for a while whose access was taken back. */
export interface RevocationStore {
  /** Remembers that a user's access ended now. */
  add(userId: string): Promise<void>;
  /** The users whose access ended lately, and how many milliseconds ago. */
  recent(): Promise<ReadonlyMap<string, number>>;
}

/** Remembers in the memory of one node. */
export class MemoryRevocations implements RevocationStore {
  /** When it was, in milliseconds since 1970; the oldest first. */
  readonly #times = new Map<string, number>();

  constructor(private readonly keepMs = REVOCATION_KEEP_MS) {}

  /** Whether nobody's access ended lately. */
  get isEmpty(): boolean {
    return this.#times.size === 0;
  }

  async add(userId: string): Promise<void> {
    this.note(userId, Date.now());
  }

  async recent(): Promise<ReadonlyMap<string, number>> {
    const now = Date.now();
    this.#forgetOld(now);
    return new Map([...this.#times].map(([userId, at]) => [userId, now - at]));
  }

  /** Remembers when it was; what is known to be later stays. */
  note(userId: string, at: number): void {
    this.#forgetOld(Date.now());
    if (at <= (this.#times.get(userId) ?? 0)) return;
    this.#times.delete(userId);
    this.#times.set(userId, at);
  }

  /** When a user's access ended, in milliseconds since 1970; null when it did not. */
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
