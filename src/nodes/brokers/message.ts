/** What a handler gets. */
export interface Message<TPayload = unknown> {
  /** The decoded body; with a schema, what the schema made of it. */
  readonly payload: TPayload;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * What tells the message from others, also when it comes a second time: `messageId` (RabbitMQ), stream and sequence
   * (JetStream), topic, partition and offset (Kafka). Null when the sender gave it none.
   */
  readonly id: string | null;
  /** What the message was sent to: the routing key (RabbitMQ), subject (NATS) or topic (Kafka). */
  readonly topic: string;
  /** Key of the record, which only Kafka has. */
  readonly key: string | null;
  /** Whether the broker delivered it before, to this process or another; Kafka does not know. */
  readonly redelivered: boolean;
  /** 1 for the first try, then one more for each. */
  readonly attempt: number;
  /** Aborts at the time limit, and when `close()` waits no longer. */
  readonly signal: AbortSignal;
}

/** A message that was given up. */
export interface DeadLetter {
  readonly id: string | null;
  readonly topic: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** `unreadable`: it could not be decoded. `invalid`: it does not fit the schema. `failed`: no attempt was left. */
  readonly reason: 'unreadable' | 'invalid' | 'failed';
  /** Attempts that were made, as far as the broker counts them. */
  readonly attempts: number;
  /** What the last attempt threw; null when an earlier process made it. */
  readonly error: unknown;
  /** Whether the broker keeps it; false where there is no place for dead letters. */
  readonly kept: boolean;
}
