import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AckPolicy, type JetStreamClient, type JetStreamManager, jetstream } from '@nats-io/jetstream';
import { type NatsConnection, headers as natsHeaders } from '@nats-io/transport-node';
import {
  type ConsumeOptions,
  type Consumer,
  consume,
  type Handler,
  type NatsOptions,
  nats,
} from 'gatewire/brokers';
import { TestLog } from '../../../src/testing/test-log.js';
import { deferred } from '../../support/deferred.js';
import { NatsServer } from '../../support/nats-server.js';
import { until } from '../../support/until.js';
import { describeBroker } from './behaviour.js';

let server: NatsServer;
let connection: NatsConnection;
let client: JetStreamClient;
let manager: JetStreamManager;
const log = new TestLog();
const open: Consumer[] = [];

beforeAll(async () => {
  server = await NatsServer.start();
  await connect();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((consumer) => consumer.close()));
  log.records.length = 0;
});
afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

async function connect(): Promise<void> {
  connection = await server.connect();
  client = jetstream(connection);
  manager = await client.jetstreamManager();
}

const start = (options: NatsOptions, handler: Handler = () => {}, more: ConsumeOptions = {}): Consumer => {
  const consumer = consume(nats(options), handler, { logger: log, retryDelayMs: 5, ...more });
  open.push(consumer);
  return consumer;
};

const connected = (consumer: Consumer) => until('connected', () => consumer.health.status === 'ok');

const throws = (): never => {
  throw new Error('never');
};

describe('nats() with what cannot be', () => {
  const reason = async (options: NatsOptions): Promise<string> => {
    const consumer = start(options);
    await until('a reason', () => consumer.health.reason !== 'not connected yet');
    expect(consumer.health.status).toBe('degraded');
    expect(JSON.stringify(log.records)).not.toContain('wrong-secret');
    return consumer.health.reason as string;
  };

  it('says that the password is wrong, or that nobody listens', async () => {
    const url = `nats://gatewire:wrong-secret@127.0.0.1:${server.port}`;
    expect(await reason({ url, subject: 'a' })).toBe('Authorization Violation');
    expect(await reason({ url: 'nats://127.0.0.1:1', subject: 'a' })).toContain('ECONNREFUSED');
  });

  it('says that there is no such stream', async () => {
    expect(await reason({ url: server.url, stream: 'NONE', durable: 'live' })).toBe('stream not found');
  });

  it('says that the consumer of that name is of another kind', async () => {
    await manager.streams.add({ name: 'PUSHED', subjects: ['pushed'] });
    await manager.consumers.add('PUSHED', { durable_name: 'live', ack_policy: AckPolicy.None });
    expect(await reason({ url: server.url, stream: 'PUSHED', durable: 'live' })).toBe(
      'the consumer `live` is no pull consumer with explicit acknowledgements',
    );
  });
});

describe('nats() with a stream', () => {
  it('makes the consumer, for one subject and from now on, and makes it again when somebody deletes it', async () => {
    await manager.streams.add({ name: 'MADE', subjects: ['made.*'] });
    await client.publish('made.yes', '"too early"');
    const seen: unknown[] = [];
    const options = { url: [server.url], stream: 'MADE', durable: 'live', subject: 'made.yes' };
    const consumer = start(options, ({ payload, topic, id }) => seen.push([payload, topic, id]));
    await connected(consumer);
    await client.publish('made.no', '"other"');
    await client.publish('made.yes', '"mine"');
    await until('the message', () => seen.length > 0);
    expect(seen).toEqual([['mine', 'made.yes', 'MADE:3']]);

    await manager.consumers.delete('MADE', 'live');
    await until('degraded', () => consumer.health.status === 'degraded');
    await connected(consumer);
    await client.publish('made.yes', '"again"');
    await until('the message', () => seen.length === 2);
  });

  it('throws away what it gives up without `deadLetterSubject`, and counts and logs it', async () => {
    await manager.streams.add({ name: 'LOST', subjects: ['lost'] });
    const consumer = start({ url: server.url, stream: 'LOST', durable: 'live' }, throws, { attempts: 2 });
    await connected(consumer);
    connection.publish('lost', '"one"');
    await until('dropped', () => consumer.health.counters.dropped === 1);
    expect(log.records.find(({ event }) => event === 'broker.gave-up')).toMatchObject({
      kept: false,
      attempts: 2,
      topic: 'lost',
      messageId: 'LOST:1',
    });
    // The server is told on its own way: nobody waits for it.
    await until('settled', async () => (await manager.consumers.info('LOST', 'live')).num_ack_pending === 0);
  });

  it('keeps a message that is to go to a subject which no stream has', async () => {
    await manager.streams.add({ name: 'HELD', subjects: ['held'] });
    const options = { url: server.url, stream: 'HELD', durable: 'live', deadLetterSubject: 'held-dead' };
    const consumer = start(options, throws, { attempts: 1 });
    await connected(consumer);
    await client.publish('held', '"one"', { expect: { streamName: 'HELD' } }); // means nothing for a dead letter
    await until('told', () => log.records.some(({ event }) => event === 'broker.dead-letter-failed'));
    await manager.streams.add({ name: 'HELD-DEAD', subjects: ['held-dead'] });
    await until('kept', () => consumer.health.counters.deadLettered === 1);
    expect((await manager.streams.info('HELD-DEAD')).state.messages).toBe(1);
  });

  it('tells the server of a handler that takes longer than it would wait', async () => {
    await manager.streams.add({ name: 'LONG', subjects: ['long'] });
    const ackWait = 300;
    await manager.consumers.add('LONG', {
      durable_name: 'live',
      ack_policy: AckPolicy.Explicit,
      ack_wait: ackWait * 1_000_000,
    });
    const consumer = start({ url: server.url, stream: 'LONG', durable: 'live' }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 4 * ackWait));
    });
    await connected(consumer);
    connection.publish('long', '1');
    await until('handled', () => consumer.health.counters.handled === 1);
    expect(consumer.health.counters).toMatchObject({ delivered: 1, redelivered: 0 });
  });

  it('tells it no more often where the consumer is one of a hundred days', async () => {
    await manager.streams.add({ name: 'DAYS', subjects: ['days'] });
    await manager.consumers.add('DAYS', {
      durable_name: 'live',
      ack_policy: AckPolicy.Explicit,
      ack_wait: 100 * 86_400_000 * 1_000_000,
    });
    const told: string[] = [];
    connection.subscribe('$JS.ACK.DAYS.>', { callback: (_, message) => void told.push(message.string()) });
    const consumer = start({ url: server.url, stream: 'DAYS', durable: 'live' }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    await connected(consumer);
    connection.publish('days', '1');
    await until('acknowledged', () => told.includes('+ACK'));
    expect(told).toEqual(['+ACK']);
  });
});

describe('nats() with a subject alone', () => {
  it('gets what is sent while it listens, and shares it in a queue group', async () => {
    const seen: unknown[] = [];
    const options = { url: server.url, subject: 'prices.>', queueGroup: 'live' };
    const one = start(options, ({ payload }) => seen.push(payload));
    const two = start(options, ({ payload }) => seen.push(payload));
    await Promise.all([connected(one), connected(two)]);
    for (let i = 0; i < 50; i++) connection.publish('prices.btc', String(i));
    await until('all', () => seen.length === 50);
    expect(new Set(seen).size).toBe(50);
    const shares = [one, two].map(({ health }) => health.counters.delivered);
    expect(Math.min(...shares)).toBeGreaterThan(0);
  });

  it('puts what it gives up where `deadLetterSubject` says', async () => {
    const dead = connection.subscribe('dead', { max: 1 });
    const options = { url: server.url, subject: 'core', deadLetterSubject: 'dead' };
    const consumer = start(options, throws, { attempts: 2 });
    await connected(consumer);
    connection.publish('core', '"one"');
    for await (const letter of dead) {
      expect([letter.string(), letter.headers?.get('gatewire-error')]).toEqual(['"one"', 'never']);
    }
    await until('counted', () => consumer.health.counters.deadLettered === 1);
  });

  it('drops what is too much to wait, and what waits when it closes, and counts both', async () => {
    const finish = deferred();
    const consumer = start({ url: server.url, subject: 'flood' }, () => finish.promise, { concurrency: 1 });
    await connected(consumer);
    for (let i = 0; i < 10_011; i++) connection.publish('flood', '0');
    await until('ten are too much', () => consumer.health.counters.dropped === 10);
    const closed = consumer.close();
    finish.resolve();
    await closed;
    expect(consumer.health.counters).toMatchObject({ handled: 1, dropped: 10_010 });
  });
});

describeBroker(
  'nats',
  () => ({
    options: (name) => ({
      url: server.url,
      stream: name,
      durable: 'live',
      from: 'beginning',
      deadLetterSubject: `dead.${name}`,
    }),
    source: (options) => nats(options as NatsOptions),
    prepare: async (name) => {
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
  }),
  { tellsRedelivery: true },
);
