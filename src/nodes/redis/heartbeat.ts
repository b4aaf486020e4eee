import { settlesWithin } from '../../base/deadline.js';
import { reasonOf } from '../../base/show.js';
import type { AdapterHost } from '../../runtime/remote/node-adapter.js';
import { AdapterState } from '../adapter-state.js';
import type { Connection } from './redis-client.js';
import type { RedisClock } from './replay-guard.js';
import type { Subscriptions } from './subscriptions.js';

const TICK_MS = 250;
/** Without an answer to a ping for this long, Redis is frozen, paused, or behind a broken link. */
const PING_MS = 750;
/** Time that a refusal, such as that of a read-only replica, counts as degraded. */
const REFUSED_MS = 2_000;
/** Time between two attempts to make refused subscriptions again. */
const RESTORE_MS = 1_000;

interface Beat {
  readonly connection: Connection;
  /** Whether it is asked for the time instead: a connection with subscriptions answers pings only. */
  readonly tellsTime: boolean;
  /** When the pending ping was sent; null when none is pending. */
  sentAt: number | null;
  /** Whether the last ping was answered. */
  isAnswered: boolean;
}

/**
 * Opens the connections of a node and watches them: Redis is up while every connection is ready, pings are answered in
 * time and all subscriptions are confirmed. An outage is noticed within 1.5 s.
 */
export class Heartbeat {
  readonly #beats: readonly Beat[];
  readonly #timer: NodeJS.Timeout;
  readonly #state: AdapterState;
  readonly #firstUp: Promise<void>;
  #resolveFirstUp: () => void = () => {};
  #lastTick = performance.now();
  #isUp = false;
  #since = Date.now();
  #reason = 'not connected yet';
  #refusedAt = Number.NEGATIVE_INFINITY;
  #restoredAt = performance.now();
  #outages = 0;
  #outageMs = 0;

  constructor(
    publisher: Connection,
    listener: Connection,
    private readonly subscriptions: Subscriptions,
    private readonly clock: RedisClock,
    private readonly host: Pick<AdapterHost, 'app' | 'logger' | 'reachable'>,
  ) {
    this.#beats = [publisher, listener].map((connection) => ({
      connection,
      tellsTime: connection === publisher,
      sentAt: null,
      isAnswered: false,
    }));
    this.#state = new AdapterState(host.app);
    this.#firstUp = new Promise((resolve) => {
      this.#resolveFirstUp = resolve;
    });
    publisher.open({ onError: this.interrupt, onReady: () => this.#look() });
    listener.open({ onError: this.interrupt, onReady: () => this.#restore() });
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
    this.#tick();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Reason of the outage, or of the refusal that lasts; null while all is well. */
  get reason(): string | null {
    const isRefused = performance.now() - this.#refusedAt < REFUSED_MS;
    return this.#isUp && !isRefused ? null : this.#reason;
  }

  /** When Redis went up or down last, in milliseconds since 1970. */
  get since(): number {
    return this.#since;
  }

  /** Counts of outages, the present one included in the milliseconds. */
  get outages(): { readonly outages: number; readonly outageMs: number } {
    const presentMs = this.#isUp ? 0 : Date.now() - this.#since;
    return { outages: this.#outages, outageMs: this.#outageMs + presentMs };
  }

  /** Notes that a connection broke or could not be made. */
  readonly interrupt = (error: unknown): void => {
    const broken = this.#beats.filter(({ connection }) => !connection.isReady);
    for (const one of broken) one.isAnswered = false;
    if (broken.length > 0) this.#down(reasonOf(error));
  };

  /** Notes that Redis refused a command: it is read-only, out of memory, or does not permit it. */
  refused(error: unknown): void {
    if (!this.#isUp) return;
    const now = performance.now();
    const reason = reasonOf(error);
    if (now - this.#refusedAt > REFUSED_MS) this.host.logger.warn({ event: 'redis.refused', reason });
    this.#refusedAt = now;
    this.#reason = reason;
    this.#state.change(this.reason);
  }

  /** Waits until Redis is up for the first time, or the time is over, and publishes the first state. */
  async started(timeoutMs: number): Promise<void> {
    await settlesWithin(this.#firstUp, timeoutMs);
    this.#state.open(this.reason);
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
    this.#state.change(this.reason); // a refusal ends with time
  }

  /** Pings at once on a connection that is ready: waiting for the next tick would only take longer. */
  #look(): void {
    for (const one of this.#beats) if (one.connection.isReady) this.#ping(one, performance.now());
    this.#judge();
  }

  #ping(one: Beat, now: number): void {
    one.sentAt = now;
    const settle = (isAnswered: boolean): void => {
      if (one.sentAt !== now) return; // of an earlier connection
      one.sentAt = null;
      one.isAnswered = isAnswered;
      this.#judge();
    };
    one.connection.send([one.tellsTime ? 'TIME' : 'PING']).then(
      (answer) => {
        if (one.tellsTime) this.clock.set(timeOf(answer));
        settle(true);
      },
      () => settle(false),
    );
  }

  #judge(): void {
    const isUp = this.#beats.every(({ isAnswered, connection }) => isAnswered && connection.isReady);
    if (isUp && this.subscriptions.areRestored) this.#up();
    // Redis refused a subscription, perhaps for a permission that is granted meanwhile.
    else if (isUp && performance.now() - this.#restoredAt > RESTORE_MS) this.#restore();
    else if (!isUp) this.#down('Redis does not answer');
  }

  #restore(): void {
    this.#restoredAt = performance.now();
    void this.subscriptions.restore().then((isLatest) => {
      if (isLatest) this.#look();
    });
  }

  #up(): void {
    if (this.#isUp) return;
    const lastedMs = Date.now() - this.#since;
    this.#outageMs += lastedMs;
    this.#isUp = true;
    this.#since = Date.now();
    this.host.logger.info({ event: 'redis.ok', afterMs: lastedMs });
    this.#state.change(this.reason);
    this.#resolveFirstUp();
    this.host.reachable();
  }

  #down(reason: string): void {
    if (!this.#isUp) {
      // Keeps the first error, for later ones are generic: a connection that was refused for its password is then just closed.
      if (/^not connected yet$|closed|answer/i.test(this.#reason)) this.#reason = reason;
      return;
    }
    this.#isUp = false;
    this.#since = Date.now();
    this.#reason = reason;
    this.#outages++;
    this.host.logger.warn({ event: 'redis.degraded', reason });
    this.#state.change(reason);
  }
}

/** Reads an answer to TIME, in milliseconds; NaN when it is none. */
function timeOf(answer: unknown): number {
  const [seconds, micros] = Array.isArray(answer) ? answer : [];
  return Number(seconds) * 1_000 + Number(micros) / 1_000;
}
