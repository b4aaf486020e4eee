import { describe, expect, it } from '@jest/globals';
import { RedisServer } from '../../support/redis-server.js';
import { ask, Cores, next } from './cores.js';

describe('two machines of two cores each, over Redis', () => {
  it('reach the clients of all nodes, and keep polling sessions with theirs', async () => {
    const redis = await RedisServer.start();
    try {
      const env = { SHAPE: 'redis', REDIS_URL: redis.url };
      await using one = await Cores.start({ nodes: 2, env });
      await using two = await Cores.start({ nodes: 2, env });
      const guests = [...(await guestsOfBothNodes(one)), ...(await guestsOfBothNodes(two))] as const;
      expect(new Set(guests.map(({ pid }) => pid)).size).toBe(4);
      const heard = guests.slice(1).map(({ socket }) => next(socket, 'said'));
      guests[0].socket.emit('say', 'hi');
      expect(await Promise.all(heard)).toEqual(['hi', 'hi', 'hi']);
      expect(await ask(guests[0], 'look', 2_000)).toMatchObject({ count: 4, missing: [] });
      for (let i = 0; i < 20; i++) {
        const pids = await Promise.all(guests.map((guest) => ask<{ pid: number }>(guest, 'who')));
        expect(pids.map(({ pid }) => pid)).toEqual(guests.map(({ pid }) => pid));
      }
    } finally {
      await redis.stop();
    }
  });
});

/** One polling guest of each node. The primary may let two in a row reach the node whose guest it has not counted yet. */
async function guestsOfBothNodes(cores: Cores) {
  const first = await cores.guest({ transports: ['polling'] });
  for (;;) {
    const second = await cores.guest({ transports: ['polling'] });
    if (second.pid !== first.pid) return [first, second] as const;
    second.socket.disconnect();
  }
}
