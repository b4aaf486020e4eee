import type { Problem } from '../../errors/problem.js';

/**
 * Where messages come from: what `rabbitmq`, `nats` and `kafka` return, or an object of the application's own for
 * another broker. `consume` opens it, and opens it again whenever it breaks.
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
  /** Names it in the log, such as `rabbitmq orders`; without secrets. */
  readonly label: string;
  /** What makes it impossible to open, such as an absent URL; `consume` throws them. */
  readonly problems?: readonly Problem[];
  /** Connects, and hands over messages from then on. It rejects when the broker is away or refuses. */
  open(intake: Intake): Promise<Session>;
}

/** What a source hands its messages to. */
export interface Intake {
  /** Messages that may be handed over and not be settled at the same time. */
  readonly concurrency: number;
  /** Takes a message. Resolves when it is settled, in one of the three ways of `Delivery`; it never rejects. */
  deliver(delivery: Delivery): Promise<void>;
  /** Counts a message that the source had to throw away. */
  dropped(): void;
  /** Tells that the session has broken; it is closed then, and another one opened. */
  broken(error: unknown): void;
}

/** An open connection to a broker. */
export interface Session {
  /** Takes no further messages; those that were handed over can still be settled. */
  stop(): Promise<void>;
  /** Lets the connection go. The broker delivers again what was not settled. */
  close(): Promise<void>;
}

/** One message as the broker delivers it, and the three ways to settle it. */
export interface Delivery {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** What tells it from others, also when it comes again; null when the sender gave it no id. */
  readonly id: string | null;
  /** What it was sent to: routing key, subject or topic. */
  readonly topic: string;
  /** Key of the record, which only Kafka has. */
  readonly key: string | null;
  /** How often the broker has delivered it, as far as it knows; 1 for the first time. */
  readonly deliveries: number;
  /** It is handled. */
  ack(): Promise<void>;
  /** Nobody handled it: it goes back, and is delivered again. */
  release(): Promise<void>;
  /**
   * It will never be handled: it goes to the dead letters, with the headers given here beside its own.
   *
   * @returns whether it was kept; false where there is no place for dead letters
   */
  giveUp(headers: Readonly<Record<string, string>>): Promise<boolean>;
}
