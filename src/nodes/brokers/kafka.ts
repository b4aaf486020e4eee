import type { EachBatchPayload, Kafka, KafkaConfig, KafkaMessage, Producer } from 'kafkajs';
import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { missingPeers } from '../../base/peer.js';
import { Problems } from '../../base/problems.js';
import { show } from '../../base/show.js';
import type { Delivery, Intake, Session, Source } from './source.js';
import {
  type BrokerTls,
  checkRequired,
  fromRule,
  headersOf,
  nameOrFalse,
  nameRule,
  whereIs,
} from './source.js';

/** User and password for Kafka. */
export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** Options of `kafka`. */
export interface KafkaOptions {
  /** Addresses of some brokers of the cluster, as `host:port`. */
  readonly brokers: readonly string[] | undefined;
  readonly topic: string;
  /** Consumer group: its processes share the partitions of the topic. */
  readonly group: string;
  /**
   * Topic for dead letters, which should exist: the log warns when it does not, as the consumer opens. With `false` they are
   * discarded, counted and logged.
   * @default the name of the topic, followed by `.dead`
   */
  readonly deadLetterTopic?: string | false;
  /**
   * Start of a group that has committed nothing.
   * @default 'new'
   */
  readonly from?: 'new' | 'beginning';
  /**
   * Milliseconds without a heartbeat after which the partitions of a process go to others, 1000 to 1800000. Brokers limit
   * it further, by default to 6 s to 30 min.
   * @default 30000
   */
  readonly sessionTimeoutMs?: number;
  readonly sasl?: KafkaSasl;
  /** `true` for TLS, or certificates for it. */
  readonly tls?: boolean | BrokerTls;
}

const isAddress = (value: unknown): boolean => typeof value === 'string' && /^[^\s/@]+:\d{1,5}$/.test(value);

const RULES: Readonly<Record<keyof KafkaOptions, OptionRule>> = {
  brokers: {
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isAddress),
    expected: "addresses such as ['127.0.0.1:9092']",
  },
  topic: nameRule,
  group: nameRule,
  deadLetterTopic: nameOrFalse,
  from: fromRule,
  sessionTimeoutMs: {
    accepts: (value) =>
      Number.isInteger(value) && (value as number) >= 1_000 && (value as number) <= 1_800_000,
    expected: 'a whole number of milliseconds from 1000 to 1800000',
  },
  sasl: {
    accepts: (value) => {
      const { mechanism, username, password } = Object(value) as Partial<KafkaSasl>;
      return [mechanism, username, password].every((one) => typeof one === 'string');
    },
    expected: "{ mechanism: 'scram-sha-512', username, password }",
  },
  tls: {
    accepts: (value) => typeof value === 'boolean' || rules.object.accepts(value),
    expected: 'true, or { ca, cert, key }',
  },
};

const CONNECT_MS = 5_000;
const REQUEST_MS = 5_000;
/** Time that a request for messages waits at a broker; closing waits for it. */
const FETCH_MS = 500;
/** Number of retries, such as for a moved partition or a new leader, before the session counts as broken. */
const RETRIES = 2;
const COMMIT_MS = 1_000;
const COMMIT_MESSAGES = 100;

/**
 * Makes a source of the messages of a Kafka topic. It needs the package `kafkajs`. The messages of one partition are
 * handled one after the other, each when the one before it is settled.
 *
 * @param options - addresses of Kafka, the topic, and the group that shares it
 * @example
 * consume(kafka({ brokers: ['127.0.0.1:9092'], topic: 'orders', group: 'live' }), ({ payload }) => show(payload));
 */
export function kafka(options: KafkaOptions): Source {
  const problems = new Problems();
  checkOptions<KafkaOptions>(options, RULES, 'kafka', problems, whereIs('kafka'));
  checkRequired('kafka', options, ['topic', 'group'], problems);
  if (options?.brokers === undefined) {
    const args = { option: 'brokers', given: show(undefined), expected: RULES.brokers.expected };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, whereIs('kafka'));
  }
  problems.addAll(missingPeers(['kafkajs'], 'kafka', whereIs('kafka')));
  return {
    label: `kafka ${options?.topic}`,
    problems: problems.found,
    open: (intake) => open(options, intake),
  };
}

async function open(options: KafkaOptions, intake: Intake): Promise<Session> {
  const { default: kafkajs } = await import('kafkajs');
  const { topic, group, deadLetterTopic: dead = `${topic}.dead`, from, sessionTimeoutMs = 30_000 } = options;
  const retry = { retries: RETRIES, initialRetryTime: 200, restartOnFailure: async () => false };
  const client = new kafkajs.Kafka({ ...configOf(options), retry, logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: sessionTimeoutMs / 10,
    maxWaitTimeInMs: FETCH_MS,
    allowAutoTopicCreation: false,
    retry,
  });
  const producer = dead === false ? null : client.producer({ retry });
  const state: SessionState = { isOver: false, sessionTimeoutMs };
  const close = async (): Promise<void> => {
    state.isOver = true;
    await Promise.all([consumer.disconnect(), producer?.disconnect()]);
  };
  const crashes: unknown[] = [];
  const broken = (error: unknown): void => {
    state.isOver = true;
    intake.broken(error);
  };
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    crashes.push(payload.error);
    broken(payload.error);
  });
  // For a broker that hangs, CRASH comes only after the request to leave the group has timed out, too.
  consumer.on(consumer.events.REQUEST_TIMEOUT, ({ payload }) =>
    broken(new Error(`${payload.broker} did not answer within ${REQUEST_MS} ms`)),
  );
  try {
    const connecting = [consumer.connect(), producer?.connect()];
    if (dead !== false) connecting.push(checkDeadLetterTopic(client, dead, intake));
    await Promise.all(connecting);
    await consumer.subscribe({ topics: [topic], fromBeginning: from === 'beginning' });
    await consumer.run({
      autoCommitInterval: COMMIT_MS,
      autoCommitThreshold: COMMIT_MESSAGES,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: intake.concurrency,
      eachBatch: (work) => handle(work, intake, state, producer && { producer, topic: dead as string }),
    });
    if (crashes.length > 0) throw crashes[0];
  } catch (error) {
    close().catch(() => {});
    throw error;
  }
  return { stop: () => consumer.stop(), close };
}

/** Warns when there is no topic for dead letters: where brokers create none, the first dead letter holds up its partition. */
async function checkDeadLetterTopic(client: Kafka, topic: string, intake: Intake): Promise<void> {
  const admin = client.admin();
  try {
    await admin.connect();
    const topics = await admin.listTopics();
    if (!topics.includes(topic))
      intake.warn(`there is no topic \`${topic}\` for dead letters; create it, unless brokers create topics`);
  } catch {
    // The consumer tells what is wrong with the connection.
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

function configOf({ brokers, sasl, tls }: KafkaOptions): KafkaConfig {
  return {
    clientId: 'gatewire',
    brokers: [...(brokers ?? [])],
    ...(sasl !== undefined && { sasl: sasl as NonNullable<KafkaConfig['sasl']> }),
    ...(tls !== undefined && { ssl: tls as NonNullable<KafkaConfig['ssl']> }),
    connectionTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
  };
}

interface SessionState {
  readonly sessionTimeoutMs: number;
  /** True when the session has ended. A handler may still run, and its heartbeats would keep the partition from the next one. */
  isOver: boolean;
}

interface DeadLetters {
  readonly producer: Producer;
  readonly topic: string;
}

/** Handles the messages of one partition in order. The offset advances when one is settled, and stays when it was released. */
async function handle(
  { batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, isRunning, isStale }: EachBatchPayload,
  intake: Intake,
  state: SessionState,
  dead: DeadLetters | null,
): Promise<void> {
  // A handler may take longer than the session timeout of the group.
  const beat = setInterval(() => {
    if (!state.isOver) heartbeat().catch(() => {});
  }, state.sessionTimeoutMs / 10);
  try {
    for (const message of batch.messages) {
      if (!isRunning() || isStale()) return;
      let isSettled = false;
      const settle = (): void => {
        isSettled = true;
      };
      await intake.deliver(deliveryOf(message, batch, settle, dead));
      if (!isSettled) return;
      resolveOffset(message.offset);
      await commitOffsetsIfNecessary();
    }
  } finally {
    clearInterval(beat);
  }
}

function deliveryOf(
  { key, value, headers, offset }: KafkaMessage,
  { topic, partition }: EachBatchPayload['batch'],
  settle: () => void,
  dead: DeadLetters | null,
): Delivery {
  return {
    body: value ?? Buffer.alloc(0),
    headers: headersOf(headers),
    id: `${topic}:${partition}:${offset}`,
    topic,
    key: key?.toString() ?? null,
    deliveries: 1, // Kafka does not count
    ack: async () => settle(),
    release: async () => {},
    giveUp: async (added) => {
      const message = { key, value, headers: { ...headers, ...added } };
      await dead?.producer.send({ topic: dead.topic, messages: [message] });
      settle();
      return dead !== null;
    },
  };
}
