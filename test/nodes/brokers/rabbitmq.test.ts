import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import amqplib, { type ChannelModel, type ConfirmChannel } from 'amqplib';
import {
  type ConsumeOptions,
  type Consumer,
  consume,
  type Handler,
  type RabbitmqOptions,
  rabbitmq,
} from 'gatewire/brokers';
import { TestLog } from '../../../src/testing/test-log.js';
import { Cable } from '../../support/cable.js';
import { deferred } from '../../support/deferred.js';
import { shared } from '../../support/shared.js';
import { until } from '../../support/until.js';
import { describeBroker } from './behaviour.js';

/** The broker by way of a cable, so that it can be taken away from these tests alone. */
let url: URL;
let cable: Cable;
let connection: ChannelModel;
let channel: ConfirmChannel;
const log = new TestLog();
const open: Consumer[] = [];

beforeAll(async () => {
  const server = new URL(await shared('rabbitmq'));
  cable = await Cable.to(Number(server.port));
  url = new URL(cable.url(server));
  await connect();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((consumer) => consumer.close()));
  log.records.length = 0;
});
afterAll(() => connection?.close().catch(() => {}));

async function connect(): Promise<void> {
  connection = await amqplib.connect(url.href);
  connection.on('error', () => {});
  channel = await connection.createConfirmChannel();
}

const start = (
  options: RabbitmqOptions,
  handler: Handler = () => {},
  consumeOptions: ConsumeOptions = {},
): Consumer => {
  const consumer = consume(rabbitmq(options), handler, { logger: log, retryDelayMs: 5, ...consumeOptions });
  open.push(consumer);
  return consumer;
};

const connected = (consumer: Consumer) => until('connected', () => consumer.health.status === 'ok');

const throws = (): never => {
  throw new Error('never');
};

async function send(queue: string, body: unknown): Promise<void> {
  channel.sendToQueue(queue, Buffer.from(JSON.stringify(body)), { persistent: true });
  await channel.waitForConfirms();
}

describe('rabbitmq() with wrong addresses', () => {
  const reason = async (address: string): Promise<string> => {
    const consumer = start({ url: address, queue: 'orders' });
    await until('a reason', () => consumer.health.reason !== 'not connected yet');
    expect(consumer.health.status).toBe('degraded');
    const logged = JSON.stringify(log.records);
    expect(logged).not.toContain('wrong-secret');
    expect(logged).not.toContain(url.password);
    return consumer.health.reason as string;
  };

  it('says that the password is wrong', async () => {
    expect(await reason(`amqp://gatewire:wrong-secret@${url.host}`)).toContain('ACCESS_REFUSED');
  });

  it('says that there is no such virtual host', async () => {
    expect(await reason(`${url}/nowhere`)).toContain('no virtual host `nowhere`');
  });

  it('says that nobody listens, or that there is no such host', async () => {
    expect(await reason('amqp://127.0.0.1:1')).toContain('ECONNREFUSED');
    expect(await reason('amqp://nowhere.invalid')).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  it('lives with a server that is no RabbitMQ', async () => {
    const web = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await until('it listens', () => web.listening);
    expect(await reason(`amqp://127.0.0.1:${(web.address() as AddressInfo).port}`)).not.toBe('');
    web.closeAllConnections();
    web.close();
  });
});

describe('rabbitmq()', () => {
  it('takes a queue as it is, whatever its type', async () => {
    await channel.assertQueue('classic', { durable: true });
    await send('classic', 1);
    const seen: unknown[] = [];
    const consumer = start({ url: url.href, queue: 'classic' }, ({ payload }) => seen.push(payload));
    await connected(consumer);
    await until('the message', () => seen.length === 1);
  });

  it('does not connect to a queue that another connection has for itself, and says so', async () => {
    await channel.assertQueue('taken', { exclusive: true });
    const consumer = start({ url: url.href, queue: 'taken' });
    await until('a reason', () => /RESOURCE_LOCKED/.test(consumer.health.reason ?? ''));
  });

  it('makes the queue again when somebody deletes it', async () => {
    const consumer = start({ url: url.href, queue: 'deleted' });
    await connected(consumer);
    await channel.deleteQueue('deleted');
    await until('degraded', () => consumer.health.status === 'degraded');
    expect(consumer.health.reason).toBe('the queue `deleted` is gone');
    await connected(consumer);
    await channel.checkQueue('deleted');
  });

  it('rejects into the dead letter exchange of the queue with `deadLetterQueue: false`', async () => {
    await channel.assertQueue('rejected-dead');
    const deadLetterArguments = { deadLetterExchange: '', deadLetterRoutingKey: 'rejected-dead' };
    await channel.assertQueue('rejected', deadLetterArguments);
    const consumer = start({ url: url.href, queue: 'rejected', deadLetterQueue: false }, throws, {
      attempts: 2,
    });
    await connected(consumer);
    await send('rejected', 'one');
    await until('counted', () => consumer.health.counters.deadLettered === 1);
    await until('a dead letter', async () => (await channel.checkQueue('rejected-dead')).messageCount === 1);
    expect(consumer.health.counters).toMatchObject({ failed: 2, deadLettered: 1 });
  });

  it('loses no dead letter while there is no queue for it', async () => {
    const consumer = start({ url: url.href, queue: 'kept' }, throws, { attempts: 1 });
    await connected(consumer);
    await channel.deleteQueue('kept.dead');
    await send('kept', 'precious');
    const isTold = () => log.records.find(({ event }) => event === 'broker.dead-letter-failed');
    await until('it is told', () => isTold() !== undefined);
    expect(isTold()?.['error']).toHaveProperty('message', 'there is no queue `kept.dead`');
    expect(consumer.health.counters.deadLettered).toBe(0);
    await channel.assertQueue('kept.dead', { durable: true });
    await until('the dead letter', () => consumer.health.counters.deadLettered === 1);
    const letter = await channel.get('kept.dead', { noAck: true });
    expect(letter && String(letter.content)).toBe('"precious"');
  });

  it('gives up a message that ended its process too often, without another try', async () => {
    let tries = 0;
    for (let process = 0; process < 2; process++) {
      const hangs = () => {
        tries++;
        return new Promise(() => {});
      };
      const consumer = start({ url: url.href, queue: 'poison' }, hangs, { attempts: 2, closeTimeoutMs: 1 });
      await connected(consumer);
      if (process === 0) await send('poison', 'one');
      await until('a try', () => tries === process + 1);
      await consumer.close();
    }
    const consumer = start({ url: url.href, queue: 'poison' }, () => tries++, { attempts: 2 });
    await until('counted', () => consumer.health.counters.deadLettered === 1);
    expect((await channel.checkQueue('poison.dead')).messageCount).toBe(1);
    expect(tries).toBe(2);
    expect(consumer.health.counters).toMatchObject({ handled: 0, redelivered: 1, deadLettered: 1 });
  });

  it.each(['quorum', 'classic'])(
    'takes no count of deliveries from a sender, in a %s queue',
    async (type) => {
      const counts = ['abc', -5, 1_000_000, Number.MAX_SAFE_INTEGER, 1.5, '2', true, { a: 1 }];
      const queue = `forged-${type}`;
      await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': type } });
      const seen: string[] = [];
      const consumer = start(
        { url: url.href, queue },
        ({ payload, attempt }) => {
          seen.push(`${payload} ${attempt}`);
          throw new Error('never');
        },
        { attempts: 2, concurrency: 1 },
      );
      await connected(consumer);
      for (const [i, count] of counts.entries())
        channel.sendToQueue(queue, Buffer.from(String(i)), { headers: { 'x-delivery-count': count } });
      await channel.waitForConfirms();
      await until('dead letters', () => consumer.health.counters.deadLettered === counts.length);
      expect(seen).toEqual(counts.flatMap((_, i) => [`${i} 1`, `${i} 2`]));
    },
  );

  it('handles as many at the same time as `concurrency` says', async () => {
    let running = 0;
    const finish = deferred();
    const hold = () => {
      running++;
      return finish.promise;
    };
    const consumer = start({ url: url.href, queue: 'many' }, hold, { concurrency: 3 });
    await connected(consumer);
    for (let i = 0; i < 10; i++) await send('many', i);
    await until('three', () => running === 3);
    expect((await channel.checkQueue('many')).messageCount).toBe(7);
    expect(running).toBe(3);
    finish.resolve();
    await until('all', () => consumer.health.counters.handled === 10);
  });

  it('notices a broker that hangs by its heartbeat, and goes on when it goes on', async () => {
    const consumer = start({ url: `${url}?heartbeat=1`, queue: 'frozen' });
    await connected(consumer);
    cable.isMute = true;
    await until('degraded', () => consumer.health.status === 'degraded');
    expect(consumer.health.reason).toMatch(/heartbeat/i);
    cable.isMute = false;
    await connected(consumer);
  });
});

describeBroker(
  'rabbitmq',
  () => ({
    options: (name) => ({ url: url.href, queue: name }),
    source: (options) => rabbitmq(options as RabbitmqOptions),
    prepare: async () => {},
    send: async (name, body, headers = {}) => {
      channel.sendToQueue(name, Buffer.from(body), { persistent: true, headers, messageId: 'an id' });
      await channel.waitForConfirms();
    },
    deadLetter: async (name) => {
      const message = await channel.get(`${name}.dead`, { noAck: true });
      if (message === false) return null;
      return { body: message.content.toString(), headers: message.properties.headers as never };
    },
    leave: async () => cable.cut(),
    comeBack: async () => {
      cable.join();
      await connect();
    },
  }),
  { tellsRedelivery: true },
);
