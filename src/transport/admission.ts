import type { IncomingHttpHeaders } from 'node:http';
import { MAX_TIMER_MS } from '../base/deadline.js';
import { type Problem, problem } from '../errors/problem.js';

/** What is known of a client while it waits: it has not said who it is. */
export interface WaitingClient {
  readonly address: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: Readonly<Record<string, string>>;
}

/** Options of `admission`. */
export interface AdmissionOptions {
  /** Connections that are served at the same time; more wait. */
  readonly maxConnections: number;
  readonly queue: {
    /** Connections that may wait; more are refused with HTTP status 503. */
    readonly max: number;
    /** Milliseconds that one may wait; then it is refused with `OVERLOADED`. */
    readonly timeoutMs: number;
    /**
     * Who waits less: a higher number comes first, the same in order of arrival. Everything that it is told was written
     * by the client.
     * @default the same for all
     */
    readonly priority?: (client: WaitingClient) => number;
  };
}

/** A waiting line in front of an application; `admission` makes one. */
export interface Admission {
  readonly options: AdmissionOptions;
  /** What is wrong with its options; the application does not start. */
  readonly problems: readonly Problem[];
}

/**
 * Lets connections beyond a number wait in a line, and refuses those beyond the line. A client that was there moments
 * ago and comes back goes ahead of the line.
 *
 * @param options - how many are served, how many wait, and for how long
 * @example
 * createApp({
 *   gateways: [ShopGateway],
 *   admission: admission({ maxConnections: 10_000, queue: { max: 2_000, timeoutMs: 60_000 } }),
 * });
 */
export function admission(options: AdmissionOptions): Admission {
  return Object.freeze({ options, problems: problemsOf(options) });
}

const WHERE = { location: null, label: 'admission' };

function problemsOf({ maxConnections, queue }: Partial<AdmissionOptions> = {}): readonly Problem[] {
  const { max, timeoutMs, priority } = (queue ?? {}) as Partial<AdmissionOptions['queue']>;
  const numbers = { maxConnections, 'queue.max': max, 'queue.timeoutMs': timeoutMs };
  const wrong = Object.entries(numbers).filter(
    ([, value]) => !Number.isInteger(value) || (value as number) < 1 || (value as number) > MAX_TIMER_MS,
  );
  const problems = wrong.map(([option, value]) =>
    bad(option, String(value), `a whole number from 1 to ${MAX_TIMER_MS}`),
  );
  if (priority === undefined || typeof priority === 'function') return problems;
  return [...problems, bad('queue.priority', String(priority), 'a function of the client')];
}

function bad(option: string, given: string, expected: string): Problem {
  return problem('GW_ERR_BUILD_BAD_OPTION', { option, given, expected }, [WHERE]);
}
