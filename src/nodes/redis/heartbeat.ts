import type { Logger } from '../../base/logger.js';
import type { AdapterHealth } from '../../runtime/cluster/node-adapter.js';
import type { Counters } from './counters.js';
import type { Connection } from './redis-client.js';
import type { Subscriptions } from './subscriptions.js';

const TICK_MS = 250;
/** A ping that takes longer: Redis is frozen, paused, or behind a cut cable. */
const PING_MS = 750;
/** How long a refusal, such as that of a read-only replica, counts. */
const REFUSED_MS = 2_000;

const RESTORE_MS = 1_000;

interface Beat {
  readonly connection: Connection;
  /** When the ping that is under way was sent; null when none is. */
  sentAt: number | null;
  /** Whether the last ping was answered. */
  isAnswered: boolean;
}

/** Tells whether Redis is there: every connection ready, and pings answered in time. Within 1.5 s it knows that it is not. */
export class Pulse {
  #beats: readonly Beat[];
  #timer: NodeJS.Timeout;
  #lastTick = performance.now();
  #isUp = false;
  #since = Date.now();
  #reason: string | null = 'not connected yet';
  #refusedAt = Number.NEGATIVE_INFINITY;
  #restoredAt = performance.now();

  constructor(
    connections: readonly Connection[],
    private readonly subscriptions: Subscriptions,
    private readonly counters: Counters,
    private readonly logger: Logger,
    private readonly onReachable: () => void,
  ) {
    this.#beats = connections.map(beat);
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
    this.#tick();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get reason(): string | null {
    return this.#reason;
  }

  health(): AdapterHealth {
    const { counters } = this;
    const outageMs = counters.outageMs + (this.#isUp ? 0 : Date.now() - this.#since);
    const isRefused = performance.now() - this.#refusedAt < REFUSED_MS;
    const isOk = this.#isUp && !isRefused;
    return {
      status: isOk ? 'ok' : 'degraded',
      since: this.#since,
      reason: isOk ? null : this.#reason,
      counters: { ...counters, outageMs },
    };
  }

  /** A connection broke or could not be made. */
  interrupt(error: unknown): void {
    const broken = this.#beats.filter(({ connection }) => !connection.isReady);
    for (const one of broken) one.isAnswered = false;
    if (broken.length > 0) this.#down(textOf(error));
  }

  /** Redis said no to something that it should take: it is read-only, out of memory, or allows it not. */
  refused(error: unknown): void {
    if (!this.#isUp) return;
    if (performance.now() - this.#refusedAt > REFUSED_MS) {
      this.logger.warn({ event: 'redis.refused', reason: textOf(error) });
    }
    this.#refusedAt = performance.now();
    this.#reason = textOf(error);
  }

  /** A connection is ready: waiting for the next tick would only make it late. */
  look(): void {
    for (const one of this.#beats) if (one.connection.isReady) this.#ping(one, performance.now());
    this.#judge();
  }

  /** Resolves when Redis is there, or after a while. */
  async settled(timeoutMs: number): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!this.#isUp && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#isUp = false;
    this.#reason = 'closed';
  }

  #tick(): void {
    const now = performance.now();
    // When this process was busy itself, answers may lie unread in its sockets.
    const wasBusy = now - this.#lastTick > 2 * TICK_MS;
    this.#lastTick = now;
    for (const one of this.#beats) {
      if (!one.connection.isReady) {
        one.isAnswered = false;
        one.sentAt = null;
      } else if (one.sentAt === null) this.#ping(one, now);
      else if (now - one.sentAt > PING_MS && !wasBusy) one.isAnswered = false;
    }
    this.#judge();
  }

  #ping(one: Beat, now: number): void {
    one.sentAt = now;
    const settle = (isAnswered: boolean): void => {
      if (one.sentAt !== now) return; // of a connection that is gone
      one.sentAt = null;
      one.isAnswered = isAnswered;
      this.#judge();
    };
    one.connection.send(['PING']).then(
      () => settle(true),
      () => settle(false),
    );
  }

  #judge(): void {
    const isUp = this.#beats.every(({ isAnswered, connection }) => isAnswered && connection.isReady);
    if (isUp && this.subscriptions.areRestored) this.#up();
    else if (isUp && performance.now() - this.#restoredAt > RESTORE_MS) this.#restore();
    else if (!isUp) this.#down('Redis does not answer');
  }

  /** Redis refused a subscription, perhaps for a permission that somebody grants meanwhile. */
  #restore(): void {
    this.#restoredAt = performance.now();
    this.subscriptions.restore(() => this.look());
  }

  #up(): void {
    if (this.#isUp) return;
    const lastedMs = Date.now() - this.#since;
    this.counters.outageMs += lastedMs;
    this.#isUp = true;
    this.#since = Date.now();
    this.#reason = null;
    this.logger.info({ event: 'redis.ok', afterMs: lastedMs });
    this.onReachable();
  }

  #down(reason: string): void {
    if (!this.#isUp) {
      // The first words are often the best: a connection that was refused for its password is later just closed.
      if (this.#reason === 'not connected yet' || /closed|answer/i.test(this.#reason ?? ''))
        this.#reason = reason;
      return;
    }
    this.#isUp = false;
    this.#since = Date.now();
    this.#reason = reason;
    this.counters.outages++;
    this.logger.warn({ event: 'redis.degraded', reason });
  }
}

const beat = (connection: Connection): Beat => ({ connection, sentAt: null, isAnswered: false });

/** Redis' own words, which have no secrets in them; an error of the network may name address and port. */
function textOf(error: unknown): string {
  const message =
    error instanceof Error ? error.message || (error as { code?: string }).code || error.name : String(error);
  return message.replace(/\/\/[^@\s]*@/g, '//…@').slice(0, 200);
}
