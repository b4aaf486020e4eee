import { getHeapStatistics } from 'node:v8';

/** What one packet costs besides its bytes. */
const PACKET_BYTES = 256;
/** What a connection may always use: others that fill the budget of the process do not stop it. */
export const SPARE_BYTES = 16_384;
const HEAP_SHARE = 8;

/** Budget of what waits in this process for its clients, and because of them. */
export class InputBudget {
  /** Bytes of packets that were handed on and are not done. */
  used = 0;
  /** Bytes of packets that are kept until they may be handed on. */
  kept = 0;

  /**
   * @param perConnection - bytes of one connection
   * @param inAll - bytes of all connections
   */
  constructor(
    readonly perConnection: number,
    readonly inAll: number = Math.max(perConnection, getHeapStatistics().heap_size_limit / HEAP_SHARE),
  ) {}
}

/**
 * Count of what waits for one connection, and because of it. Reading stops beyond the budget, and starts again at half
 * of it.
 */
export class InputAccount {
  #used = 0;
  #kept = 0;
  #isFull = false;

  constructor(private readonly budget: InputBudget) {}

  /** Counts a packet that was handed on. */
  enter(bytes: number): void {
    this.grow(bytes + PACKET_BYTES);
  }

  /** Counts more bytes of a packet that has been counted. */
  grow(bytes: number): void {
    this.#used += bytes;
    this.budget.used += bytes;
  }

  /** Takes a packet out of the count. */
  leave(bytes: number): void {
    this.grow(-bytes - PACKET_BYTES);
  }

  /** Counts a piece that is kept. */
  keep(bytes: number): void {
    this.#kept += bytes + PACKET_BYTES;
    this.budget.kept += bytes + PACKET_BYTES;
  }

  /** Takes a piece that was kept out of the count. */
  release(bytes: number): void {
    this.keep(-bytes - 2 * PACKET_BYTES);
  }

  /** Takes all that was kept out of the count. */
  releaseAll(): void {
    this.budget.kept -= this.#kept;
    this.#kept = 0;
  }

  /**
   * Tells whether a packet of the connection has to wait. What is kept does not count: it would stop itself from being
   * handed on.
   */
  isFullFor(bytes: number): boolean {
    const { used, inAll, perConnection } = this.budget;
    const share = this.#isFull ? 2 : 1;
    this.#isFull =
      this.#used > perConnection / share || (used > inAll / share && this.#used + bytes > SPARE_BYTES);
    return this.#isFull;
  }

  /** Tells whether the connection has to end: stopping to read did not keep the process within its budget. */
  get isExcessive(): boolean {
    const { used, kept, inAll } = this.budget;
    return used + kept > 2 * inAll && this.#used + this.#kept > SPARE_BYTES;
  }
}
