import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { lobby, MODES, node } from '../nodes/redis-node.js';
import { freePort } from '../support/free-port.js';
import { RedisServer } from '../support/redis-server.js';
import { ServerProcess } from '../support/server-process.js';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis.stop());

describe.each(MODES)('a question to a node that does not answer, over %s', (mode) => {
  it.each(['SIGSTOP', 'SIGKILL'] as const)('ends by its own time limit after %s', async (signal) => {
    await using one = await node(redis, mode, 'one');
    const env = { REDIS_URL: redis.url, NODE_NAME: 'two', REDIS_MODE: mode };
    const two = new ServerProcess('test/fixtures/nodes/server.ts', await freePort(), { env });
    const client = io(await two.listening(), { transports: ['websocket'], reconnection: false });
    try {
      const id = await new Promise<string>((resolve) => client.once('hello', resolve));
      expect(await lobby(one).count()).toBe(1);
      two.child.kill(signal);
      const missing: string[] = [];
      const start = performance.now();
      const shown = lobby(one).sockets({ timeoutMs: 400, onMissing: (names) => missing.push(...names) });
      expect(await shown).toEqual([]);
      expect(missing).toEqual(['two']);
      expect(performance.now() - start).toBeLessThan(900);

      const asked = performance.now();
      await expect(lobby(one).socket(id).call('ask', 1, { timeoutMs: 1_000 })).rejects.toMatchObject({
        code: 'TIMEOUT',
      });
      expect(performance.now() - asked).toBeLessThan(1_500);
    } finally {
      client.disconnect();
      await two.kill();
    }
  });
});
