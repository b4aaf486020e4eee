import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import type { TestApp } from '../../src/testing/index.js';
import { freePort } from '../support/free-port.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { guest, lobby, MODES, node } from './redis-node.js';

let redis: RedisServer;
let admin: ReturnType<typeof createClient>;

beforeAll(async () => {
  redis = await RedisServer.start();
  admin = createClient({ url: redis.url });
  await admin.connect();
});

afterAll(async () => {
  admin.destroy();
  await redis.stop();
});

const health = ({ app }: TestApp) => app.adapterHealth;
const logged = ({ log }: TestApp) =>
  log.records
    .map(({ event }) => event)
    .filter((event) => event.startsWith('redis.') && event !== 'redis.insecure');

/** Makes a user with all rights but some; returns a URL with it. */
async function userWithout(...denied: string[]): Promise<{ readonly url: string }> {
  await admin.sendCommand(['ACL', 'SETUSER', 'node', 'reset', 'on', '>pw', '~*', '&*', '+@all', ...denied]);
  const url = new URL(redis.url);
  url.username = 'node';
  url.password = 'pw';
  return { url: String(url) };
}

describe.each(MODES)('a right that is missing in the mode %s', (mode) => {
  const LISTENS = { classic: '-psubscribe', sharded: '-ssubscribe', streams: '-xread' } as const;
  it.each([LISTENS[mode], '-subscribe', '-time'])('is told: %s', async (denied) => {
    const user = await userWithout(denied);
    await using one = await node(user, mode, 'one', { secret: 's' });
    await guest(one);
    const command = denied.slice(1);
    await until('the refusal', () => new RegExp(`NOPERM.*'${command}'`, 'i').test(health(one)?.reason ?? ''));
    expect(health(one)?.status).toBe('degraded');
    expect(logged(one).at(-1)).toBe(command === 'time' ? 'redis.degraded' : 'redis.refused');
    await admin.sendCommand(['ACL', 'SETUSER', 'node', `+${command}`]);
    await until('ok', () => health(one)?.status === 'ok');
    await until('the log', () => logged(one).at(-1) === 'redis.ok');
    await using two = await node(redis, mode, 'two', { secret: 's' });
    const { client } = await guest(one);
    lobby(two).emit('said', 'hi');
    expect(await client.next('said')).toBe('hi');
  });
});

describe.each(MODES)('the number of the database in the mode %s', (mode) => {
  it('separates applications, and 0 is none', async () => {
    await using none = await node(redis, mode, 'none');
    await using zero = await node({ url: `${redis.url}/0` }, mode, 'zero');
    await using other = await node({ url: `${redis.url}/1` }, mode, 'other');
    const all = await Promise.all([none, zero, other].map((one) => guest(one)));
    await until('two', async () => (await lobby(none).count()) === 2);
    expect(await lobby(other).count()).toBe(1);
    lobby(none).emit('said', 'hi');
    expect(await all[1]?.client.next('said')).toBe('hi');
    await all[2]?.client.expectNone('said');
  });
});

it('a start without Redis is in the log', async () => {
  const port = await freePort();
  await using one = await node({ url: `redis://127.0.0.1:${port}` }, 'classic', 'one');
  expect(logged(one)).toEqual(['redis.degraded']);
});
