import { expect, it } from '@jest/globals';
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';
import { createTestApp } from '../../src/testing/index.js';
import { RedisServer } from '../support/redis-server.js';
import { guest, Lobby, lobby } from './redis-node.js';

it("asks other nodes over an adapter of Socket.IO's own, too", async () => {
  const redis = await RedisServer.start();
  const clients = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const client = createClient({ url: redis.url });
      client.on('error', () => {});
      return client.connect();
    }),
  );
  try {
    await using one = await createTestApp(Lobby, { adapter: createAdapter(clients[0], clients[1]) });
    await using two = await createTestApp(Lobby, { adapter: createAdapter(clients[2], clients[3]) });
    const ann = await guest(one, 'ann');
    const bob = await guest(two, 'bob');
    bob.client.socket.on('double', (x: number, ack: (value: unknown) => void) => ack(x * 2));
    expect(one.app.adapterHealth).toBeNull();
    expect((await lobby(one).sockets()).map(({ id }) => id)).toEqual([ann.id, bob.id]);
    expect(await lobby(one).socket(bob.id).call('double', 4)).toBe(8);
    expect((await lobby(two).serverSideEmit('add', { a: 1, b: Buffer.from('x') })).answers).toHaveLength(1);
    await lobby(one).user('bob').closeConnection();
    await bob.client.disconnected();
  } finally {
    for (const client of clients) await client.close(); // with what the adapters still say
    await redis.stop();
  }
});

it('is content with itself on one node', async () => {
  await using test = await createTestApp(Lobby);
  const ann = await guest(test, 'ann');
  expect(await lobby(test).count()).toBe(1);
  expect(await lobby(test).serverSideEmit('add', { a: 1 })).toEqual({ answers: [], failed: [], missing: [] });
  await expect(lobby(test).socket('x'.repeat(20)).call('ask')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await lobby(test).join('room');
  lobby(test).to('room').emit('said', 1);
  expect(await ann.client.next('said')).toBe(1);
});
