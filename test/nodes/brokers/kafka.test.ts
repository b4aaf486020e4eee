import { type KafkaOptions, kafka } from 'gatewire/brokers';
import kafkajs from 'kafkajs';
import { KafkaMock } from '../../support/kafka-mock.js';
import { describeBroker, type TestBroker } from './behaviour.js';

/** librdkafka's mock cluster, which speaks Kafka's protocol; a real Kafka was not asked. */
async function start(): Promise<TestBroker> {
  const mock = await KafkaMock.start();
  const client = new kafkajs.Kafka({ brokers: [...mock.brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = client.producer();
  const admin = client.admin();
  await Promise.all([producer.connect(), admin.connect()]);
  return {
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
    stop: async () => {
      await Promise.all([producer.disconnect(), admin.disconnect()]);
      await mock.stop();
    },
  };
}

describeBroker('kafka', start, { tellsRedelivery: false });
