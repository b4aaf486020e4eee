import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Consumer, consume, type Handler, type KafkaOptions, kafka } from 'gatewire/brokers';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { TestLog } from '../../../src/testing/test-log.js';
import { KafkaMock } from '../../support/kafka-mock.js';
import { until } from '../../support/until.js';
import { describeBroker } from './behaviour.js';

let mock: KafkaMock;
let producer: Producer;
let admin: Admin;
const log = new TestLog();
const open: Consumer[] = [];

beforeAll(async () => {
  mock = await KafkaMock.start();
  const client = new kafkajs.Kafka({ brokers: [...mock.brokers], logLevel: kafkajs.logLevel.NOTHING });
  producer = client.producer();
  admin = client.admin();
  await Promise.all([producer.connect(), admin.connect()]);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((consumer) => consumer.close()));
  log.records.length = 0;
});
afterAll(async () => {
  await Promise.all([producer?.disconnect(), admin?.disconnect()]);
  await mock?.stop();
});

const start = (options: Partial<KafkaOptions>, handler: Handler = () => {}): Consumer => {
  const all = { brokers: mock.brokers, topic: 'orders', group: 'live', sessionTimeoutMs: 4_000, ...options };
  const consumer = consume(kafka(all), handler, { logger: log, retryDelayMs: 5 });
  open.push(consumer);
  return consumer;
};

const connected = (consumer: Consumer) => until('connected', () => consumer.health.status === 'ok');

describe('kafka(), against the mock cluster of librdkafka', () => {
  it('says that nobody listens', async () => {
    const consumer = start({ brokers: ['127.0.0.1:1'] });
    await until('a reason', () => /ECONNREFUSED/.test(consumer.health.reason ?? ''));
    expect(consumer.health.status).toBe('degraded');
    expect(log.records.map(({ event }) => event)).toEqual(['broker.degraded']);
  });

  it('warns as it opens when there is no topic for dead letters, and only then', async () => {
    await admin.fetchTopicMetadata({ topics: ['warned', 'warned.dead'] });
    const warnings = () => log.records.filter(({ event }) => event === 'broker.warning');
    await connected(start({ topic: 'warned', group: 'warned-1' }));
    await connected(start({ topic: 'warned', group: 'warned-2', deadLetterTopic: false }));
    expect(warnings()).toEqual([]);
    await connected(start({ topic: 'warned', group: 'warned-3', deadLetterTopic: 'nowhere' }));
    expect(warnings()).toMatchObject([
      { level: 'warn', reason: expect.stringContaining('there is no topic `nowhere` for dead letters') },
    ]);
  });

  it('keeps the order of a partition also when a message is tried again, and drops what it is told to drop', async () => {
    await admin.fetchTopicMetadata({ topics: ['ordered', 'dropped'] });
    const seen: string[] = [];
    const tries = new Map<string, number>();
    const ordered = start({ topic: 'ordered', group: 'ordered', from: 'beginning' }, ({ payload, key }) => {
      const name = `${key}${payload}`;
      tries.set(name, (tries.get(name) ?? 0) + 1);
      if (payload === 2 && tries.get(name) === 1) throw new Error('not the first time');
      seen.push(name);
    });
    const dropped = start({ topic: 'dropped', group: 'dropped', from: 'beginning', deadLetterTopic: false });
    const messages = ['a', 'b'].flatMap((key, partition) =>
      [1, 2, 3, 4].map((value) => ({ key, partition, value: String(value) })),
    );
    await producer.send({ topic: 'ordered', messages });
    await producer.send({ topic: 'dropped', messages: [{ value: 'no JSON' }, { value: null }] });
    await Promise.all([connected(ordered), connected(dropped)]);
    await until('all', () => seen.length === 8 && dropped.health.counters.dropped === 2);
    for (const key of ['a', 'b'])
      expect(seen.filter((name) => name.startsWith(key))).toEqual([1, 2, 3, 4].map((i) => `${key}${i}`));
  });
});

describeBroker(
  'kafka',
  () => ({
    options: (name) => ({
      brokers: mock.brokers,
      topic: name,
      group: `live-${name}`,
      from: 'beginning',
      sessionTimeoutMs: 4_000,
    }),
    source: (options) => kafka(options as KafkaOptions),
    prepare: async (name) => void (await admin.fetchTopicMetadata({ topics: [name, `${name}.dead`] })),
    send: async (name, body, headers = {}) =>
      void (await producer.send({ topic: name, messages: [{ key: 'a key', value: body, headers }] })),
    deadLetter: (name) => mock.take(`${name}.dead`),
    leave: async () => mock.freeze(),
    comeBack: async () => mock.thaw(),
  }),
  { tellsRedelivery: false },
);

describe('kafka() at the end of its broker', () => {
  it('is degraded when the broker ends, and closes all the same', async () => {
    const ending = await KafkaMock.start();
    const consumer = start({ brokers: ending.brokers, topic: 'ended', group: 'ended' });
    await connected(consumer);
    await ending.stop();
    await until('degraded', () => consumer.health.status === 'degraded');
    await consumer.close();
    expect(consumer.health.status).toBe('closed');
  });
});
