import type { Logger } from '../../base/logger.js';
import { reasonOf } from './reason.js';

/** Counts since the start of a consumer. */
export interface ConsumerCounters {
  /** Messages that came. */
  readonly delivered: number;
  /** Those of them that the broker had delivered before. */
  readonly redelivered: number;
  /** Messages that a handler finished. */
  readonly handled: number;
  /** Tries that threw or took too long. */
  readonly failed: number;
  /** Messages that were given up and are kept by the broker. */
  readonly deadLettered: number;
  /** Messages that were given up and are gone. */
  readonly dropped: number;
}

/** How a consumer is. */
export interface ConsumerHealth {
  /** `degraded` while there is no connection; the consumer connects again by itself. */
  readonly status: 'ok' | 'degraded' | 'closed';
  /** When the status began, in milliseconds since 1970. */
  readonly since: number;
  /** Why it is not `ok`, in the broker's words and without secrets. */
  readonly reason: string | null;
  readonly counters: ConsumerCounters;
}

/** Counters that may be counted. */
export type Counting = { -readonly [name in keyof ConsumerCounters]: number };

/** Keeps the status of a consumer, and writes one line of log for each change of it. */
export class Status {
  readonly counters: Counting = {
    delivered: 0,
    redelivered: 0,
    handled: 0,
    failed: 0,
    deadLettered: 0,
    dropped: 0,
  };
  #status: ConsumerHealth['status'] = 'degraded';
  #since = Date.now();
  #reason: string | null = 'not connected yet';
  #isLogged = false;

  constructor(
    private readonly source: string,
    private readonly logger: Logger,
  ) {}

  get health(): ConsumerHealth {
    return {
      status: this.#status,
      since: this.#since,
      reason: this.#reason,
      counters: { ...this.counters },
    };
  }

  up(): void {
    const afterMs = Date.now() - this.#since;
    this.#change('ok', null);
    this.logger.info({ event: 'broker.ok', source: this.source, afterMs });
  }

  /** The first words while it is down are logged; later ones, of further tries, are in the health. */
  down(error: unknown): void {
    const reason = reasonOf(error);
    const isNew = this.#status === 'ok' || !this.#isLogged;
    if (this.#status === 'ok') this.#change('degraded', reason);
    else this.#reason = reason;
    this.#isLogged = true;
    if (isNew) this.logger.warn({ event: 'broker.degraded', source: this.source, reason });
  }

  close(): void {
    this.#change('closed', 'closed');
    this.logger.info({ event: 'broker.closed', source: this.source });
  }

  #change(status: ConsumerHealth['status'], reason: string | null): void {
    this.#status = status;
    this.#since = Date.now();
    this.#reason = reason;
  }
}
