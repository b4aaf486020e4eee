import { getHeapStatistics } from 'node:v8';

/** What one packet costs besides its bytes. */
const PACKET_BYTES = 256;
/** What a connection may always use: others that fill the budget of the process do not stop it. */
const SPARE_BYTES = 16_384;
const HEAP_SHARE = 8;

/** Budget of what waits in this process for its clients, and because of them. */
export class InputBudget {
  /** Bytes that wait now. */
  bytes = 0;

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
  /** Bytes of packets that were handed on and are not done. */
  #used = 0;
  /** Bytes of packets that are kept until they may be handed on. */
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
    this.budget.bytes += bytes;
  }

  /** Takes a packet out of the count. */
  leave(bytes: number): void {
    this.grow(-bytes - PACKET_BYTES);
  }

  /** Counts a piece that is kept. */
  keep(bytes: number): void {
    this.#kept += bytes + PACKET_BYTES;
    this.budget.bytes += bytes + PACKET_BYTES;
  }

  /** Takes a piece that was kept out of the count. */
  release(bytes: number): void {
    this.keep(-bytes - 2 * PACKET_BYTES);
  }

  /** Takes all that was kept out of the count. */
  releaseAll(): void {
    this.budget.bytes -= this.#kept;
    this.#kept = 0;
  }

  /** Tells whether nothing more of the connection may be handed on until there is room. */
  get isFull(): boolean {
    const { bytes, inAll, perConnection } = this.budget;
    const share = this.#isFull ? 2 : 1;
    this.#isFull = this.#used > perConnection / share || (bytes > inAll / share && this.#used > SPARE_BYTES);
    return this.#isFull;
  }

  /** Tells whether the connection has to end: stopping to read did not keep the process within its budget. */
  get isExcessive(): boolean {
    const { bytes, inAll } = this.budget;
    return bytes > 2 * inAll && this.#used + this.#kept > SPARE_BYTES;
  }
}
