import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Times of one kind, in milliseconds. */
export interface Times {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p99_9: number;
  readonly max: number;
}

/** Counts by code, the most frequent first. */
export type Counts = Readonly<Record<string, number>>;

const MAX_CODES = 50;
/** Codes come from the server, and are written to a terminal. */
const CODE = /^[\w .:/()-]{1,64}$/;
const OTHER = 'other';

/** Counts by code, for a bounded number of codes. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(code: string): void {
    const isCounted = this.#counts.has(code) || (this.#counts.size < MAX_CODES && CODE.test(code));
    const key = isCounted ? code : OTHER;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  toCounts(): Counts {
    return Object.fromEntries([...this.#counts].sort(([, a], [, b]) => b - a));
  }
}

const MAX_TIME_US = 3_600_000_000;

/** Histogram of times with an error below 0.1 %, from a microsecond to an hour. */
export class Stopwatch {
  readonly #histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: MAX_TIME_US, figures: 3 });

  /** Records the time from one moment to another, both as `performance.now()` gives them. */
  record(from: number, to: number): void {
    this.#histogram.record(Math.min(MAX_TIME_US, Math.max(1, Math.round((to - from) * 1_000))));
  }

  toTimes(): Times {
    const { count } = this.#histogram;
    const at = (percentile: number): number =>
      milliseconds(count === 0 ? 0 : this.#histogram.percentile(percentile));
    return { count, p50: at(50), p90: at(90), p99: at(99), p99_9: at(99.9), max: at(100) };
  }
}

function milliseconds(microseconds: number): number {
  return Math.round(microseconds) / 1_000;
}

/** Figures of one event. */
class EventFigures {
  sent = 0;
  ok = 0;
  failed = 0;
  readonly times = new Stopwatch();
}

/** Counts and times of a load while it runs. */
export class Figures {
  /** Clients that are connected now. */
  connected = 0;
  opened = 0;
  reconnects = 0;
  sent = 0;
  received = 0;
  ok = 0;
  timedOut = 0;
  connectionLost = 0;
  inFlightFull = 0;
  notConnected = 0;
  readonly connectErrors = new Tally();
  readonly disconnects = new Tally();
  readonly errors = new Tally();
  readonly exceptions = new Tally();
  readonly connecting = new Stopwatch();
  readonly answers = new Stopwatch();
  readonly events = new Map<string, EventFigures>();

  /** @param names - events of the plan */
  constructor(names: Iterable<string>) {
    for (const name of names) this.events.set(name, new EventFigures());
  }

  addSent(event: string): void {
    this.sent++;
    this.#of(event).sent++;
  }

  /**
   * Counts an answer.
   *
   * @param intended - moment at which the event should have been sent
   * @param code - code of the error; null for a success
   */
  addAnswer(event: string, intended: number, now: number, code: string | null): void {
    const figures = this.#of(event);
    this.answers.record(intended, now);
    figures.times.record(intended, now);
    if (code === null) {
      this.ok++;
      figures.ok++;
    } else {
      this.errors.add(code);
      figures.failed++;
    }
  }

  /** Counts an event that stays without an answer. */
  addUnanswered(event: string, reason: 'timedOut' | 'connectionLost'): void {
    this[reason]++;
    this.#of(event).failed++;
  }

  #of(event: string): EventFigures {
    return this.events.get(event) as EventFigures;
  }
}
