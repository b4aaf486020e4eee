import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { LoadServer } from './load-server.js';

const CLIENTS = 300;
const TOPICS = 40;
const OWN_TOPICS = 5_000;
const AT_ONCE = 100;

let server: LoadServer;
const clients: Socket[] = [];

beforeAll(async () => {
  server = await LoadServer.start({}, 'topics.ts');
  for (let i = 0; i < CLIENTS; i++) {
    const client = io(server.url, { transports: ['websocket'], forceNew: true });
    await once(client as never, 'connect');
    clients.push(client);
  }
});
afterAll(() => {
  for (const client of clients) client.close();
  server.stop();
});

interface Answer {
  readonly ok: boolean;
  readonly data: { readonly position: string; readonly changes?: readonly unknown[] };
}

const subscribe = (client: Socket | undefined, n: number | string, since?: string): Promise<Answer> =>
  client?.emitWithAck('gw:subscribe', `t/${n}`, since === undefined ? {} : { since }) as Promise<Answer>;
const heap = async (): Promise<number> => (await server.stats()).heapBytes;

/** Subscribes every client to the topics from `first` on. */
async function subscribeAll(first: number, count: number): Promise<void> {
  for (const client of clients)
    await Promise.all(Array.from({ length: count }, (_, n) => subscribe(client, first + n)));
}

it('an idle subscription to a topic that others have costs less than 300 B', async () => {
  for (let n = 0; n < TOPICS; n++) await subscribe(clients[0], n);
  await subscribeAll(0, 1); // what a first subscription makes of a socket
  const before = await heap();
  await subscribeAll(1, TOPICS - 1);
  expect(((await heap()) - before) / (CLIENTS * (TOPICS - 1))).toBeLessThan(300);
});

// 1.5 KB in the package; tsx gives each closure a property for its name.
it('a topic with one subscriber costs less than 2.6 KB', async () => {
  const before = await heap();
  for (let n = 0; n < OWN_TOPICS; n += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => subscribe(clients[1], `own-${n + i}`)));
  expect(((await heap()) - before) / OWN_TOPICS).toBeLessThan(2_600);
});

it('10,000 subscriptions that come back at once get what they missed, and only that', async () => {
  await server.publish('t/0', 100);
  const { data } = await subscribe(clients[0], 0);
  await server.publish('t/0', 20);
  const again = Array.from({ length: 34 }, (_, k) => k);
  const answers = await Promise.all(
    clients.flatMap((client) =>
      again.map((k) => subscribe(client, k === 0 ? 0 : k, k === 0 ? data.position : '')),
    ),
  );
  expect(answers.filter(({ ok }) => ok)).toHaveLength(CLIENTS * again.length);
  const resumed = answers.filter(({ data: { changes } }) => changes !== undefined);
  expect(resumed).toHaveLength(CLIENTS);
  for (const {
    data: { changes },
  } of resumed)
    expect(changes).toHaveLength(20);
});
