// Compiled, never run: what has to compile does, and what must not is marked. See types.test.ts.
import * as z from 'zod';
import { consume, kafka, type Message, nats, rabbitmq, type Source } from '../../src/nodes/brokers/index.js';

type Equal<TLeft, TRight> =
  (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
const same = <TLeft, TRight>(_equal: Equal<TLeft, TRight>): void => {};

declare const source: Source;

// ---- the payload is what the schema makes of it, else unknown
const order = z.object({ id: z.string(), at: z.string().transform((text) => new Date(text)) });
consume(source, ({ payload }) => same<typeof payload, { id: string; at: Date }>(true), { payload: order });
consume(source, ({ payload }) => same<typeof payload, unknown>(true));
consume(source, async (message) => same<typeof message, Message<unknown>>(true), { concurrency: 3 });
// @ts-expect-error the schema makes a number
consume(source, (message: Message<string>) => message, { payload: z.number() });
// @ts-expect-error no such option
consume(source, () => {}, { prefetch: 3 });
// @ts-expect-error a URL is no source
consume('amqp://host', () => {});

// ---- sources
const url = process.env['BROKER_URL'];
rabbitmq({ url, queue: 'orders', deadLetterQueue: false });
// @ts-expect-error which queue?
rabbitmq({ url });
nats({ url, subject: 'prices.>', queueGroup: 'live' });
nats({
  url: ['nats://a', 'nats://b'],
  stream: 'ORDERS',
  durable: 'live',
  subject: 'orders.*',
  from: 'beginning',
});
// @ts-expect-error a stream without the name of its consumer
nats({ url, stream: 'ORDERS' });
// @ts-expect-error neither a stream nor a subject
nats({ url });
kafka({ brokers: ['host:9092'], topic: 'orders', group: 'live', tls: true });
// @ts-expect-error a topic is shared by a group
kafka({ brokers: ['host:9092'], topic: 'orders' });
