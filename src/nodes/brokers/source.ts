import type { Problem } from '../../errors/problem.js';

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
