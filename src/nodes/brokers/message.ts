import type { Schema } from '../../contract/contract.js';
import { publicIssues } from '../../runtime/validate.js';
import type { Delivery } from './source.js';

/** Message of a broker, as a handler gets it. */
export interface Message<TPayload = unknown> {
  /** The decoded body; with a schema, its output. */
  readonly payload: TPayload;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Identity of the message, the same when it is delivered again: `messageId` (RabbitMQ), stream and sequence
   * (JetStream), topic, partition and offset (Kafka). Null when the sender set none.
   */
  readonly id: string | null;
  /** Destination of the message: the routing key (RabbitMQ), subject (NATS) or topic (Kafka). */
  readonly topic: string;
  /** Key of the record, which only Kafka has. */
  readonly key: string | null;
  /** Whether the broker delivered it before, to this process or another; Kafka does not know. */
  readonly redelivered: boolean;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** Aborts at the time limit, and when `close()` waits no longer. */
  readonly signal: AbortSignal;
}

/** Message that is not tried again. */
export interface DeadLetter {
  readonly id: string | null;
  readonly topic: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** `unreadable`: it could not be decoded. `invalid`: it does not fit the schema. `failed`: no attempt was left. */
  readonly reason: 'unreadable' | 'invalid' | 'failed';
  /** Attempts that were made, as far as the broker counts them. */
  readonly attempts: number;
  /** Error of the last attempt; null when an earlier process made it. */
  readonly error: unknown;
  /** Whether the broker keeps it; false where there is no place for dead letters. */
  readonly kept: boolean;
}

/** Error of a message that no attempt can handle. */
export class RejectedMessage extends Error {
  constructor(
    readonly reason: 'unreadable' | 'invalid',
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'RejectedMessage';
  }
}

/** Decoder of a body. */
export type Decode = (body: Uint8Array, headers: Readonly<Record<string, string>>) => unknown;

/**
 * Decodes the payload of a message and checks it.
 *
 * @throws {RejectedMessage} when it cannot be decoded, or does not fit the schema
 */
export async function parsePayload(
  { body, headers }: Delivery,
  decode: Decode = decodeJson,
  schema?: Schema,
): Promise<unknown> {
  const decoded = await rejectUnreadable(async () => decode(body, headers));
  if (schema === undefined) return decoded;
  const result = await schema['~standard'].validate(decoded);
  if (result.issues === undefined) return result.value;
  const issues = publicIssues(schema, result.issues);
  throw new RejectedMessage('invalid', `the payload does not fit its schema: ${JSON.stringify(issues)}`);
}

async function rejectUnreadable(decode: () => Promise<unknown>): Promise<unknown> {
  try {
    return await decode();
  } catch (error) {
    throw new RejectedMessage('unreadable', 'the body cannot be decoded', error);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decodeJson(body: Uint8Array): unknown {
  const text = utf8.decode(body);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is not JSON'); // the message of the engine quotes the body
  }
}
