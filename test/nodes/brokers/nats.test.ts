import { AckPolicy, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { type NatsConnection, headers as natsHeaders } from '@nats-io/transport-node';
import { type NatsOptions, nats } from 'gatewire/brokers';
import { NatsServer } from '../../support/nats-server.js';
import { describeBroker, type TestBroker } from './behaviour.js';

async function start(): Promise<TestBroker> {
  const server = await NatsServer.start();
  let connection: NatsConnection;
  let client: JetStreamClient;
  const connect = async (): Promise<void> => {
    connection = await server.connect();
    client = jetstream(connection);
  };
  await connect();
  return {
    options: (name) => ({
      url: server.url,
      stream: name,
      durable: 'live',
      from: 'beginning',
      deadLetterSubject: `dead.${name}`,
    }),
    source: (options) => nats(options as NatsOptions),
    prepare: async (name) => {
      const manager = await client.jetstreamManager();
      await manager.streams.add({ name, subjects: [`${name}.>`] });
      await manager.streams.add({ name: `dead-${name}`, subjects: [`dead.${name}`] });
      // Who is killed keeps what it took for this long; 30 s by default.
      await manager.consumers.add(name, {
        durable_name: 'live',
        ack_policy: AckPolicy.Explicit,
        ack_wait: 1_000_000_000,
      });
      await manager.consumers.add(`dead-${name}`, { durable_name: 'test', ack_policy: AckPolicy.Explicit });
    },
    send: async (name, body, given = {}) => {
      const headers = natsHeaders();
      for (const [key, value] of Object.entries(given)) headers.set(key, value);
      await client.publish(`${name}.new`, body, { headers });
    },
    deadLetter: async (name) => {
      const consumer = await client.consumers.get(`dead-${name}`, 'test');
      const message = await consumer.next({ expires: 1_000 });
      if (message === null) return null;
      message.ack();
      const found = [...(message.headers ?? [])].map(([key, values]) => [key, values.join()]);
      return { body: message.string(), headers: Object.fromEntries(found) };
    },
    leave: () => server.kill(),
    comeBack: async () => {
      await server.start();
      await connect();
    },
    stop: async () => {
      await connection.close();
      await server.stop();
    },
  };
}

describeBroker('nats', start, { tellsRedelivery: true });
