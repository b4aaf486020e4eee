import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { loggerFrom } from '../../src/base/logger.js';
import { RedisConnections } from '../../src/nodes/redis/redis-connections.js';
import { checkRedisOptions } from '../../src/nodes/redis/redis-options.js';
import { RedisStore } from '../../src/nodes/redis/redis-store.js';
import { Signer } from '../../src/nodes/redis/signer.js';
import { RedisServer } from '../support/redis-server.js';

let redis: RedisServer;
let connections: RedisConnections;
let client: ReturnType<typeof createClient>;
beforeAll(async () => {
  redis = await RedisServer.start();
  const given = { url: redis.url, prefix: 'shop' };
  const { options } = checkRedisOptions(given, {}, { location: null, label: 'test' });
  const host = { app: 'test', logger: loggerFrom(false), reachable: () => {} };
  connections = new RedisConnections(options, host, await Signer.create(options.secret, options.prefix));
  await connections.heartbeat.started(30_000);
  client = createClient({ url: redis.url });
  await client.connect();
});
afterAll(async () => {
  client?.destroy();
  await connections?.close();
  await redis?.stop();
});

const ADD = {
  text: `return redis.call('INCRBY', KEYS[1], ARGV[1]) + redis.call('INCRBY', KEYS[2], ARGV[2])`,
};

it('runs a script with keys under the prefix of the application', async () => {
  const store = new RedisStore(connections);
  expect(await store.run(ADD, ['{a}:x', '{a}:y'], ['2', '3'])).toBe(5);
  expect([await client.get('shop:{a}:x'), await client.get('shop:{a}:y')]).toEqual(['2', '3']);
});

it('sends the text of a script only when Redis does not know it', async () => {
  const store = new RedisStore(connections);
  const evals = async (): Promise<number> => {
    const stats = await client.info('commandstats');
    return Number(/cmdstat_eval:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  };
  await client.sendCommand(['SCRIPT', 'FLUSH']);
  await client.sendCommand(['CONFIG', 'RESETSTAT']);
  for (let i = 0; i < 3; i++) await store.run(ADD, ['{b}:x', '{b}:y'], ['1', '1']);
  expect(await evals()).toBe(1);
  await client.sendCommand(['SCRIPT', 'FLUSH']); // as a restart does
  expect(await store.run(ADD, ['{b}:x', '{b}:y'], ['1', '1'])).toBe(8);
  expect(await evals()).toBe(2);
});

it('rejects when a script fails, and does not run it twice', async () => {
  const store = new RedisStore(connections);
  const failing = { text: `redis.call('INCR', KEYS[1]) return redis.error_reply('ERR as told')` };
  await expect(store.run(failing, ['once'], [])).rejects.toThrow('as told');
  await expect(store.run(failing, ['once'], [])).rejects.toThrow('as told');
  expect(await client.get('shop:once')).toBe('2');
});
