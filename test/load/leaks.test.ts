import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { LoadServer, type Stats } from './load-server.js';

const CLIENTS = 5_000;
const WARM_UP = 2_500;
const AT_ONCE = 100;
const MAX_BYTES_EACH = 200;

let server: LoadServer;

beforeAll(async () => {
  server = await LoadServer.start();
});

afterAll(() => server.stop());

/** One client comes, joins a room of its own, and drops: half of them say goodbye, half just vanish. */
async function visit(n: number): Promise<void> {
  const client = io(`${server.url}/team/1`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { id: `u${n}` },
  });
  await client.timeout(20_000).emitWithAck('join', `room-${n}`);
  const closed = once(client.io.engine as never, 'close');
  if (n % 2 === 0) client.disconnect();
  else client.io.engine.close();
  await closed;
}

async function visits(count: number, before: Stats): Promise<Stats> {
  for (let n = 0; n < count; n += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => visit(n + i)));
  }
  // The last hooks run after the last client is gone.
  for (;;) {
    const stats = await server.stats();
    if (stats.left - before.left >= count && stats['connections'] === 0) return stats;
  }
}

it(`${CLIENTS} clients that come, join and drop leave nothing behind`, async () => {
  // What is loaded, compiled and cached with the first clients belongs to none of them.
  const warm = await visits(WARM_UP, await server.stats());
  let after = await visits(CLIENTS, warm);
  const bytesEach = () => (after.heapBytes - warm.heapBytes) / CLIENTS;
  // The last connections are let go of some turns after their end.
  for (let tries = 0; bytesEach() >= MAX_BYTES_EACH && tries < 50; tries++) after = await server.stats();
  expect({ ...after, heapBytes: 0, left: 0 }).toEqual({
    ...warm,
    heapBytes: 0,
    left: 0,
    sockets: 0,
    connections: 0,
    rooms: 0,
    members: 0,
  });
  expect(after.left - warm.left).toBe(CLIENTS);
  expect(bytesEach()).toBeLessThan(MAX_BYTES_EACH);
});
