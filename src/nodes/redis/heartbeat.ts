import { settlesWithin } from '../../base/deadline.js';
import { reasonOf } from '../../base/show.js';
import type { AdapterHost } from '../../runtime/remote/node-adapter.js';
import { AdapterState } from '../adapter-state.js';
import { type Connection, isRefusal } from './redis-client.js';
import type { RedisClock } from './replay-guard.js';
import type { Subscriptions } from './subscriptions.js';

const TICK_MS = 250;
/** Without an answer to a ping for this long, Redis is frozen, paused, or behind a broken link. */
const PING_MS = 750;
/** Time that a refusal, such as that of a read-only replica, counts as degraded. */
const REFUSED_MS = 2_000;
/** Time between two attempts to make subscriptions again. */
const RESTORE_MS = 1_000;

interface Beat {
  readonly connection: Connection;
  /** Whether it is asked for the time instead: a connection with subscriptions answers pings only. */
  readonly tellsTime: boolean;
  /** When the pending ping was sent; null when none is pending. */
  sentAt: number | null;
  /** Whether the last ping was answered. */
  isAnswered: boolean;
  /** What Redis said instead of an answer; null where it said nothing. */
  refusal: string | null;
}

/** States that the log tells apart. */
type Told = 'ok' | 'degraded' | 'refused';

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
  /** State that the log has; null ahead of the first one. */
  #told: Told | null = null;
  #toldAt = Date.now();

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
      refusal: null,
    }));
    this.#state = new AdapterState(host.app);
    subscriptions.onRefusalChange = () => {
      if (this.#isUp) this.#tell();
    };
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
    if (!this.#isUp) return this.#reason;
    return performance.now() - this.#refusedAt < REFUSED_MS ? this.#reason : this.subscriptions.refusal;
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
    this.#refusedAt = performance.now();
    this.#reason = reasonOf(error);
    this.#tell();
  }

  /** Waits until Redis is up for the first time, or the time is over, and publishes the first state. */
  async started(timeoutMs: number): Promise<void> {
    await settlesWithin(this.#firstUp, timeoutMs);
    this.#state.open(this.reason);
    this.#tell();
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
    if (this.#told !== null) this.#tell(); // a refusal ends with time
  }

  /** Tells the channel and the log of a change. */
  #tell(): void {
    const { reason } = this;
    this.#state.change(reason);
    const now: Told = reason === null ? 'ok' : this.#isUp ? 'refused' : 'degraded';
    if (now === this.#told) return;
    this.#told = now;
    const afterMs = Date.now() - this.#toldAt;
    this.#toldAt = Date.now();
    if (now === 'ok') this.host.logger.info({ event: 'redis.ok', afterMs });
    else if (now === 'refused') this.host.logger.warn({ event: 'redis.refused', reason });
    else this.host.logger.warn({ event: 'redis.degraded', reason });
  }

  /** Pings at once on a connection that is ready: waiting for the next tick would only take longer. */
  #look(): void {
    for (const one of this.#beats) if (one.connection.isReady) this.#ping(one, performance.now());
    this.#judge();
  }

  #ping(one: Beat, now: number): void {
    one.sentAt = now;
    const settle = (isAnswered: boolean, refusal: string | null = null): void => {
      if (one.sentAt !== now) return; // of an earlier connection
      one.sentAt = null;
      one.isAnswered = isAnswered;
      one.refusal = refusal;
      this.#judge();
    };
    one.connection.send([one.tellsTime ? 'TIME' : 'PING']).then(
      (answer) => {
        if (one.tellsTime) this.clock.set(timeOf(answer));
        settle(true);
      },
      (error: unknown) => settle(false, isRefusal(error) ? reasonOf(error) : null),
    );
  }

  #judge(): void {
    const isUp = this.#beats.every(({ isAnswered, connection }) => isAnswered && connection.isReady);
    const isDue = performance.now() - this.#restoredAt > RESTORE_MS;
    if (isUp && this.subscriptions.areRestored) {
      this.#up();
      if (isDue && this.subscriptions.refusal !== null) this.#retry();
    } else if (isUp && isDue) this.#restore();
    else if (!isUp)
      this.#down(this.#beats.find(({ refusal }) => refusal !== null)?.refusal ?? 'Redis does not answer');
  }

  #retry(): void {
    this.#restoredAt = performance.now();
    void this.subscriptions.retryRefused();
  }

  #restore(): void {
    this.#restoredAt = performance.now();
    void this.subscriptions.restore().then((isLatest) => {
      if (isLatest) this.#look();
    });
  }

  #up(): void {
    if (this.#isUp) return;
    this.#outageMs += Date.now() - this.#since;
    this.#isUp = true;
    this.#since = Date.now();
    this.#tell();
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
    this.#tell();
  }
}

/** Reads an answer to TIME, in milliseconds; NaN when it is none. */
function timeOf(answer: unknown): number {
  const [seconds, micros] = Array.isArray(answer) ? answer : [];
  return Number(seconds) * 1_000 + Number(micros) / 1_000;
}
