import type { ChannelModel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { Problems } from '../../base/problems.js';
import { DeadLetters } from './rabbitmq-dead-letters.js';
import type { Delivery, Intake, Session, Source } from './source.js';
import {
  type BrokerTls,
  checkInstalled,
  checkRequired,
  checkUrl,
  headersOf,
  nameOrFalse,
  nameRule,
  whereIs,
} from './source-options.js';

/** Options of `rabbitmq`. */
export interface RabbitmqOptions {
  /** `amqp://user:password@host:5672/vhost`, or `amqps://` for TLS. */
  readonly url: string | undefined;
  /** The queue; when there is none of that name, a durable quorum queue is made. */
  readonly queue: string;
  /**
   * The queue for dead letters, made in the same way. `false` rejects instead, so that the dead letter exchange of the
   * queue gets the message; without one, RabbitMQ throws it away.
   * @default the name of the queue with `.dead` behind it
   */
  readonly deadLetterQueue?: string | false;
  /** Certificates beside `amqps://`. */
  readonly tls?: BrokerTls;
}

const RULES: Readonly<Record<keyof RabbitmqOptions, OptionRule>> = {
  url: rules.any, // has a sentence of its own
  queue: nameRule,
  deadLetterQueue: nameOrFalse,
  tls: rules.object,
};

const CONNECT_MS = 10_000;
const HEARTBEAT_S = 10;
const NOT_FOUND = 404;
/**
 * Messages of a RabbitMQ queue, by AMQP 0-9-1. It needs the package `amqplib`.
 *
 * @param options - where RabbitMQ is, and which queue
 * @example
 * consume(rabbitmq({ url: 'amqp://app:secret@127.0.0.1', queue: 'orders' }), ({ payload }) => show(payload));
 */
export function rabbitmq(options: RabbitmqOptions): Source {
  const problems = new Problems();
  checkOptions<RabbitmqOptions>(options, RULES, 'rabbitmq', problems, whereIs('rabbitmq'));
  checkRequired('rabbitmq', options, ['queue'], problems);
  checkUrl('rabbitmq', options?.url, ['amqp', 'amqps'], problems);
  checkInstalled('rabbitmq', ['amqplib'], problems);
  return {
    label: `rabbitmq ${options?.queue}`,
    problems: problems.found,
    open: (intake) => open(options, intake),
  };
}

async function open({ url, queue, deadLetterQueue, tls }: RabbitmqOptions, intake: Intake): Promise<Session> {
  const connection = await connectTo(new URL(url as string), tls);
  const broken = (error?: unknown): void =>
    intake.broken(error ?? new Error('RabbitMQ closed the connection'));
  connection.on('error', broken).on('close', broken);
  try {
    const graveyard = deadLetterQueue ?? `${queue}.dead`;
    await ensureQueue(connection, queue);
    if (graveyard !== false) await ensureQueue(connection, graveyard);
    const channel = await connection.createConfirmChannel();
    channel.on('error', broken).on('close', () => broken(new Error('RabbitMQ closed the channel')));
    const dead = graveyard === false ? null : new DeadLetters(channel, graveyard);
    await channel.prefetch(intake.concurrency);
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message === null) broken(new Error(`the queue \`${queue}\` is gone`));
      else void intake.deliver(deliveryOf(message, channel, dead));
    });
    return {
      stop: async () => void (await channel.cancel(consumerTag)),
      close: async () => {
        await channel.close().catch(() => {});
        await connection.close();
      },
    };
  } catch (error) {
    connection.close().catch(() => {});
    throw error;
  }
}

async function connectTo(url: URL, tls: BrokerTls | undefined): Promise<ChannelModel> {
  const { default: amqplib } = await import('amqplib');
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(HEARTBEAT_S));
  try {
    return await amqplib.connect(url.href, { timeout: CONNECT_MS, ...tls });
  } catch (error) {
    // The client names the frames that it met there, and not what the server said.
    if (!/ConnectionOpenOk/.test((error as Error).message)) throw error;
    const host = decodeURIComponent(url.pathname.slice(1)) || '/';
    throw new Error(`there is no virtual host \`${host}\`, or the user may not use it`);
  }
}

/** A queue that is there is taken as it is; asking for one that is not closes the channel. */
async function ensureQueue(connection: ChannelModel, queue: string): Promise<void> {
  const asking = await connection.createChannel();
  asking.on('error', () => {}); // the call rejects with it
  try {
    await asking.checkQueue(queue);
    await asking.close();
  } catch (error) {
    if ((error as { code?: unknown }).code !== NOT_FOUND) throw error;
    const making = await connection.createChannel();
    making.on('error', () => {});
    await making.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await making.close();
  }
}

function deliveryOf(message: ConsumeMessage, channel: ConfirmChannel, dead: DeadLetters | null): Delivery {
  const { content, fields, properties } = message;
  // Quorum queues count; others only say that it was not the first time.
  const counted = Number(properties.headers?.['x-delivery-count'] ?? 0);
  return {
    body: content,
    headers: headersOf(properties.headers),
    id: (properties.messageId as string | undefined) ?? null,
    topic: fields.routingKey,
    key: null,
    deliveries: 1 + Math.max(counted, fields.redelivered ? 1 : 0),
    ack: async () => channel.ack(message),
    release: async () => channel.nack(message, false, true),
    giveUp: async (headers) => {
      if (dead === null) channel.nack(message, false, false);
      else {
        await dead.keep(message, headers);
        channel.ack(message);
      }
      return true;
    },
  };
}
