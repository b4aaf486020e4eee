import { randomUUID } from 'node:crypto';
import type { ChannelModel, ConfirmChannel, ConsumeMessage, Options } from 'amqplib';
import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { missingPeers } from '../../base/peer.js';
import { Problems } from '../../base/problems.js';
import type { Delivery, Intake, Session, Source } from './source.js';
import {
  type BrokerTls,
  checkRequired,
  checkUrl,
  headersOf,
  nameOrFalse,
  nameRule,
  whereIs,
} from './source.js';

/** Options of `rabbitmq`. */
export interface RabbitmqOptions {
  /** `amqp://user:password@host:5672/vhost`, or `amqps://` for TLS. */
  readonly url: string | undefined;
  /** Name of the queue; if it does not exist, a durable quorum queue is created. */
  readonly queue: string;
  /**
   * Name of the queue for dead letters, created in the same way. `false` rejects instead, so that the dead letter exchange
   * of the queue gets the message; without one, RabbitMQ discards it.
   * @default the name of the queue, followed by `.dead`
   */
  readonly deadLetterQueue?: string | false;
  /** Certificates for `amqps://`. */
  readonly tls?: BrokerTls;
}

const RULES: Readonly<Record<keyof RabbitmqOptions, OptionRule>> = {
  url: rules.any, // checked below, with another code
  queue: nameRule,
  deadLetterQueue: nameOrFalse,
  tls: rules.object,
};

const CONNECT_MS = 10_000;
const HEARTBEAT_S = 10;
const NOT_FOUND = 404;

/**
 * Makes a source of the messages of a RabbitMQ queue, by AMQP 0-9-1. It needs the package `amqplib`.
 *
 * @param options - address of RabbitMQ, and the queue
 * @example
 * consume(rabbitmq({ url: 'amqp://app:secret@127.0.0.1', queue: 'orders' }), ({ payload }) => show(payload));
 */
export function rabbitmq(options: RabbitmqOptions): Source {
  const problems = new Problems();
  checkOptions<RabbitmqOptions>(options, RULES, 'rabbitmq', problems, whereIs('rabbitmq'));
  checkRequired('rabbitmq', options, ['queue'], problems);
  checkUrl('rabbitmq', options?.url, ['amqp', 'amqps'], problems);
  problems.addAll(missingPeers(['amqplib'], 'rabbitmq', whereIs('rabbitmq')));
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
    const deadQueue = deadLetterQueue ?? `${queue}.dead`;
    await ensureQueue(connection, queue);
    if (deadQueue !== false) await ensureQueue(connection, deadQueue);
    const channel = await connection.createConfirmChannel();
    channel.on('error', broken).on('close', () => broken(new Error('RabbitMQ closed the channel')));
    const dead = deadQueue === false ? null : new DeadLetters(channel, deadQueue);
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
    // The error of the client names frames of the protocol, and not the reason of the server.
    if (!/ConnectionOpenOk/.test((error as Error).message)) throw error;
    const host = decodeURIComponent(url.pathname.slice(1)) || '/';
    throw new Error(`there is no virtual host \`${host}\`, or the user may not use it`);
  }
}

/** Creates a queue unless it exists; one that exists is used as it is. Checking an absent one closes the channel. */
async function ensureQueue(connection: ChannelModel, queue: string): Promise<void> {
  const checking = await connection.createChannel();
  checking.on('error', () => {}); // the call rejects with it
  try {
    await checking.checkQueue(queue);
    await checking.close();
  } catch (error) {
    if ((error as { code?: unknown }).code !== NOT_FOUND) throw error;
    const creating = await connection.createChannel();
    creating.on('error', () => {});
    await creating.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await creating.close();
  }
}

function deliveryOf(message: ConsumeMessage, channel: ConfirmChannel, dead: DeadLetters | null): Delivery {
  const { content, fields, properties } = message;
  return {
    body: content,
    headers: headersOf(properties.headers),
    id: (properties.messageId as string | undefined) ?? null,
    topic: fields.routingKey,
    key: null,
    deliveries: fields.redelivered ? 1 + earlierDeliveries(message) : 1,
    ack: async () => channel.ack(message),
    release: async () => channel.nack(message, false, true),
    giveUp: async (headers) => {
      if (dead === null) channel.nack(message, false, false);
      else {
        await dead.publish(message, headers);
        channel.ack(message);
      }
      return true;
    },
  };
}

/**
 * Returns how often a message was delivered before. Quorum queues count it in a header; other queues do not, and pass on
 * what a sender wrote there.
 */
function earlierDeliveries({ properties }: ConsumeMessage): number {
  const counted: unknown = properties.headers?.['x-delivery-count'];
  return Number.isSafeInteger(counted) ? Math.max(1, counted as number) : 1;
}

/** Headers about the route or the deliveries of a message, which mean nothing for a dead letter. */
const OWN_HEADERS = ['CC', 'BCC', 'x-delivery-count'];

/** Publishes dead letters to their queue, with confirmation. */
class DeadLetters {
  readonly #returned = new Set<unknown>();

  constructor(
    private readonly channel: ConfirmChannel,
    private readonly queue: string,
  ) {
    // RabbitMQ confirms also a message without a queue, after it returned it.
    channel.on('return', ({ properties }) => this.#returned.add(properties.headers?.['gatewire-letter']));
  }

  publish({ content, properties }: ConsumeMessage, headers: Readonly<Record<string, string>>): Promise<void> {
    const letter = randomUUID();
    const own = Object.entries(properties.headers ?? {}).filter(([name]) => !OWN_HEADERS.includes(name));
    const { userId, expiration, ...kept } = properties as Options.Publish;
    const options: Options.Publish = {
      ...kept,
      headers: { ...Object.fromEntries(own), ...headers, 'gatewire-letter': letter },
      persistent: true,
      mandatory: true,
    };
    return new Promise((resolve, reject) => {
      this.channel.publish('', this.queue, content, options, (error: unknown) => {
        if (error) reject(error instanceof Error ? error : new Error('RabbitMQ refused the dead letter'));
        else if (this.#returned.delete(letter)) reject(new Error(`there is no queue \`${this.queue}\``));
        else resolve();
      });
    });
  }
}
