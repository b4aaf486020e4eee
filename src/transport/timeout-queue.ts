/** Time limits of equal length for many things, with one timer for all of them. */
export class TimeoutQueue<TItem> {
  /** Ends of the time limits, in their order. */
  readonly #endings = new Map<TItem, number>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly ms: number,
    private readonly onLate: (item: TItem) => void,
  ) {}

  /** Begins the time of an item, again if it had begun. */
  begin(item: TItem): void {
    this.#endings.delete(item);
    this.#endings.set(item, performance.now() + this.ms);
    if (this.#timer === null) this.#arm(this.ms);
  }

  end(item: TItem): void {
    this.#endings.delete(item);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#endings.clear();
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => this.#check(), ms).unref();
  }

  #check(): void {
    this.#timer = null;
    for (const [item, endsAt] of this.#endings) {
      const rest = endsAt - performance.now();
      if (rest > 1) return this.#arm(rest);
      this.#endings.delete(item);
      this.onLate(item);
    }
  }
}
