import type { IncomingMessage, ServerResponse } from 'node:http';
import { type EngineConnection, pauseReading, resumeReading } from './engineio.js';

const DRAIN_MS = 20;
/** Tokens that are taken out of a bucket at once: reading the clock costs as much as decoding a small packet. */
const TOKENS_AT_ONCE = 64;
/** Bytes after which a connection is not read again in the same turn of the event loop. */
const LONG_BYTES = 65_536;
/** Bytes that cost a token. */
const BYTES_PER_TOKEN = 4_096;

/** Keeper of what a client sent too fast. */
export interface Keeper {
  /** Hands on as much as may be by now, or all of it. @returns whether nothing is left */
  drain(isUnlimited: boolean): boolean;
}

/**
 * Connections that sent too fast, with one timer for all of them, which runs while there are any. Slow by time
 * only, never by calls in flight: a handler that waits for its own client would wait behind its own pause.
 */
export class ReadThrottle {
  readonly #keepers = new Map<EngineConnection, Keeper>();
  /** Next request of each, which is not read before what was read is handed on. */
  readonly #held = new Map<EngineConnection, Held>();
  #timer: NodeJS.Timeout | null = null;
  /** Connections that have sent something long in this turn of the event loop. */
  readonly #resting = new Set<EngineConnection>();

  /** @param maxBytes - bytes of one request */
  constructor(private readonly maxBytes: number) {}

  /** From now on, `keeper` is drained until nothing is left. */
  begin(connection: EngineConnection, keeper: Keeper): void {
    this.#keepers.set(connection, keeper);
    this.#timer ??= setInterval(() => this.#drain(false), DRAIN_MS).unref();
  }

  end(connection: EngineConnection): void {
    this.#keepers.delete(connection);
    const held = this.#held.get(connection);
    this.#held.delete(connection);
    held?.go();
  }

  /**
   * Holds a request of a client that sent too fast: a body of 1 MB is 125,000 events in one loop.
   *
   * @returns `held` when `proceed` will be called, `twice` when there is one already that waits
   */
  hold(
    connection: EngineConnection | undefined,
    request: IncomingMessage,
    response: ServerResponse,
    proceed: () => void,
  ): 'free' | 'held' | 'twice' {
    if (connection === undefined || !this.#keepers.has(connection)) return 'free';
    if (this.#held.has(connection)) return 'twice';
    const go = (): void => {
      if (!request.destroyed && !response.destroyed) proceed();
    };
    const held = { request, go };
    this.#held.set(connection, held);
    response.once('close', () => {
      if (this.#held.get(connection) === held) this.#held.delete(connection);
    });
    return 'held';
  }

  /**
   * Takes note of what a connection sent. After something long the connection is not read again in this turn: 50 that send
   * at full speed are read 100 MB at once otherwise (libuv reads up to 2 MB of each).
   */
  afterRead(connection: EngineConnection, bytes: number): void {
    if (bytes < LONG_BYTES) return;
    if (this.#resting.size === 0) setImmediate(() => this.#resume());
    this.#resting.add(connection);
    pauseReading(connection);
  }

  #resume(): void {
    for (const connection of this.#resting) if (!this.#keepers.has(connection)) resumeReading(connection);
    this.#resting.clear();
  }

  /** True while some connection is slowed down. */
  get isActive(): boolean {
    return this.#keepers.size > 0;
  }

  /** Hands everything on at once: a server that is closing answers all of it with one sentence. */
  release(): void {
    this.#drain(true);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const connection of [...this.#keepers.keys()]) this.end(connection);
  }

  #drain(isUnlimited: boolean): void {
    for (const [connection, keeper] of this.#keepers) {
      if (keeper.drain(isUnlimited)) this.end(connection);
    }
    // A request that came through a primary cannot be paused; the engine would refuse this one, too.
    for (const { request } of this.#held.values())
      if (request.readableLength > this.maxBytes) request.destroy();
    if (this.#keepers.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

interface Held {
  readonly request: IncomingMessage;
  readonly go: () => void;
}

/** Speed at which one connection may send. */
export interface Rate {
  readonly eventsPerSecond: number;
  readonly eventsBurst: number;
}

/** Counts the events of one connection, and their bytes. */
export class TokenBucket {
  /** Tokens that were taken out and are not spent. */
  #slice = 0;
  /** Negative while what was sent costs more than there was. */
  #tokens: number;
  #filledAt = performance.now();

  constructor(private readonly rate: Rate) {
    this.#tokens = rate.eventsBurst;
  }

  /**
   * Takes the tokens of an event. One token has to be there, and the rest may be owed, so that a packet of any length can
   * be paid.
   *
   * @returns whether there was one
   */
  take(bytes: number): boolean {
    const cost = Math.min(1 + tokensOf(bytes), this.rate.eventsBurst);
    if (this.#slice < cost) {
      this.#fill();
      if (this.#tokens < 1) return false;
      this.#slice = Math.min(Math.max(TOKENS_AT_ONCE, cost), Math.floor(this.#tokens));
      this.#tokens -= this.#slice;
    }
    this.#spend(cost);
    return true;
  }

  /**
   * Takes tokens for what cannot wait, whether they are there or not.
   *
   * @returns whether no more than a whole burst is owed
   */
  charge(tokens: number): boolean {
    if (this.#slice < tokens) this.#fill();
    this.#spend(tokens);
    return this.#tokens > -this.rate.eventsBurst;
  }

  #spend(tokens: number): void {
    this.#slice -= tokens;
    if (this.#slice >= 0) return;
    this.#tokens += this.#slice;
    this.#slice = 0;
  }

  #fill(): void {
    const { eventsPerSecond, eventsBurst } = this.rate;
    const now = performance.now();
    const filled = this.#tokens + this.#slice + ((now - this.#filledAt) * eventsPerSecond) / 1_000;
    this.#tokens = Math.min(eventsBurst, filled);
    this.#slice = 0;
    this.#filledAt = now;
  }
}

/** Number of tokens that bytes cost. */
export function tokensOf(bytes: number): number {
  return Math.floor(bytes / BYTES_PER_TOKEN);
}
