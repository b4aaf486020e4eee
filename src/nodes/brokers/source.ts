import type { OptionRule } from '../../base/options.js';
import type { Problems } from '../../base/problems.js';
import { redactUrl, show } from '../../base/show.js';
import type { Problem } from '../../errors/boot-error.js';

/**
 * Source of messages: `rabbitmq`, `nats` and `kafka` return one, and applications may write their own for other brokers.
 * `consume` opens it, and opens it again whenever it breaks.
 *
 * @example
 * const clock: Source = {
 *   label: 'clock',
 *   async open(intake) {
 *     const body = () => Buffer.from(JSON.stringify(Date.now()));
 *     const done = async () => true;
 *     const tick = () => intake.deliver({
 *       body: body(), headers: {}, id: null, topic: 'tick', key: null, deliveries: 1,
 *       ack: async () => {}, release: async () => {}, giveUp: done,
 *     });
 *     const timer = setInterval(tick, 1_000);
 *     return { stop: async () => clearInterval(timer), close: async () => {} };
 *   },
 * };
 */
export interface Source {
  /** Name in the log, such as `rabbitmq orders`; without secrets. */
  readonly label: string;
  /** Problems that keep it from being opened, such as an absent URL; `consume` throws them. */
  readonly problems?: readonly Problem[];
  /** Connects, and delivers messages from then on. It rejects when the broker is away or refuses. */
  open(intake: Intake): Promise<Session>;
}

/** Receiver of the messages of a source. */
export interface Intake {
  /** Number of delivered messages that may be unsettled at the same time. */
  readonly concurrency: number;
  /** Takes a message. It resolves when a method of `Delivery` has settled it, and never rejects. */
  deliver(delivery: Delivery): Promise<void>;
  /** Logs what the application should know about the broker, once for each text. */
  warn(reason: string): void;
  /** Counts a message that the source had to discard. */
  dropped(): void;
  /** Reports that the session has broken: it is closed, and another one opened. */
  broken(error: unknown): void;
}

/** An open connection to a broker. */
export interface Session {
  /** Takes no more messages; delivered ones can still be settled. */
  stop(): Promise<void>;
  /** Closes the connection. The broker delivers unsettled messages again. */
  close(): Promise<void>;
}

/** Message as the broker delivers it, with three methods that settle it. */
export interface Delivery {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Identity of the message, the same when it is delivered again; null when the sender set none. */
  readonly id: string | null;
  /** Destination of the message: routing key, subject or topic. */
  readonly topic: string;
  /** Key of the record, which only Kafka has. */
  readonly key: string | null;
  /** Number of deliveries so far, this one included, as far as the broker counts them. */
  readonly deliveries: number;
  /** Acknowledges it: it was handled. */
  ack(): Promise<void>;
  /** Returns it to the broker, which delivers it again. */
  release(): Promise<void>;
  /**
   * Sends it to the dead letters, because no further attempt is made.
   *
   * @param headers - headers to add to its own
   * @returns whether it was kept; false where there is no place for dead letters
   */
  giveUp(headers: Readonly<Record<string, string>>): Promise<boolean>;
}

/** Certificates and keys of a connection, as PEM text. */
export interface BrokerTls {
  /** Authority to trust in place of the well-known ones. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Rule of a name that is used as it is. */
export const nameRule: OptionRule = {
  accepts: (value) => typeof value === 'string' && value !== '',
  expected: 'a name',
};

/** Rule of an optional name. */
export const nameOrFalse: OptionRule = {
  accepts: (value) => value === false || nameRule.accepts(value),
  expected: 'a name, or false',
};

/** Rule of the start of a consumer that has consumed nothing yet. */
export const fromRule: OptionRule = {
  accepts: (value) => value === 'new' || value === 'beginning',
  expected: "'new' or 'beginning'",
};

export const whereIs = (source: string) => ({ location: null, label: source });

/** Adds a problem for an invalid URL, without its password. */
export function checkUrl(
  source: string,
  given: unknown,
  schemes: readonly string[],
  problems: Problems,
): void {
  const isUrl =
    typeof given === 'string' &&
    URL.canParse(given) &&
    schemes.includes(new URL(given).protocol.slice(0, -1)) &&
    new URL(given).hostname !== '';
  if (isUrl) return;
  const shown = show(typeof given === 'string' ? redactUrl(given) : given);
  const [scheme = ''] = schemes;
  problems.add('GW_ERR_BOOT_BROKER_URL', { source, given: shown, scheme }, whereIs(source));
}

/** Adds a problem for each name that is absent; a wrong one is found with the other options. */
export function checkRequired(
  source: string,
  given: unknown,
  names: readonly string[],
  problems: Problems,
): void {
  for (const option of names) {
    if ((Object(given) as Record<string, unknown>)[option] !== undefined) continue;
    const args = { option, given: show(undefined), expected: nameRule.expected };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, whereIs(source));
  }
}

/** Converts headers to text from the types that brokers have for them. */
export function headersOf(given: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined || value === null) continue;
    headers[name] =
      typeof value === 'string'
        ? value
        : value instanceof Uint8Array
          ? Buffer.from(value).toString()
          : (JSON.stringify(value) ?? '');
  }
  return headers;
}
