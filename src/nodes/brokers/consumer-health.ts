import type { Logger } from '../../base/logger.js';
import { reasonOf } from '../../base/show.js';

/** Counts since the start of a consumer. */
export interface ConsumerCounters {
  /** Messages that were delivered. */
  readonly delivered: number;
  /** Those of them that the broker had delivered before. */
  readonly redelivered: number;
  /** Messages that a handler finished. */
  readonly handled: number;
  /** Attempts that threw or took too long. */
  readonly failed: number;
  /** Messages that went to the dead letters. */
  readonly deadLettered: number;
  /** Messages that were discarded. */
  readonly dropped: number;
}

/** Health of a consumer. */
export interface ConsumerHealth {
  /** `degraded` while there is no connection; the consumer connects again by itself. */
  readonly status: 'ok' | 'degraded' | 'closed';
  /** When the status began, in milliseconds since 1970. */
  readonly since: number;
  /** Why it is not `ok`: the error of the client library, without secrets. */
  readonly reason: string | null;
  readonly counters: ConsumerCounters;
}

/** Counters that can be increased. */
export type Counting = { -readonly [name in keyof ConsumerCounters]: number };

/** Status of a consumer. Each change of it is logged once. */
export class ConsumerStatus {
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
  #warning = '';

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

  /** Notes an error of the connection. The first of an outage is logged; those of later attempts are in the health only. */
  down(error: unknown): void {
    const reason = reasonOf(error);
    const isNew = this.#status === 'ok' || !this.#isLogged;
    if (this.#status === 'ok') this.#change('degraded', reason);
    else this.#reason = reason;
    this.#isLogged = true;
    if (isNew) this.logger.warn({ event: 'broker.degraded', source: this.source, reason });
  }

  /** Logs what the application should know about the broker; not again after each reconnect. */
  warn(reason: string): void {
    if (reason === this.#warning) return;
    this.#warning = reason;
    this.logger.warn({ event: 'broker.warning', source: this.source, reason });
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
