import { afterEach, describe, expect, it } from '@jest/globals';
import type { TestApp } from '../../src/testing/index.js';
import { guest, lobby, MODES, node } from '../nodes/redis-node.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

const open: { close(): Promise<void> }[] = [];
let redis: RedisServer | null = null;

afterEach(async () => {
  redis?.thaw();
  await Promise.all(open.splice(0).map((test) => test.close()));
  await redis?.stop();
  redis = null;
});

const status = (test: TestApp) => test.app.adapterHealth?.status;

/** Sends to everyone, and says how long a client of the same node waited. */
async function localMs(test: TestApp, client: Awaited<ReturnType<typeof guest>>['client'], text: string) {
  const start = performance.now();
  lobby(test).emit('said', text);
  expect(await client.next('said')).toBe(text);
  return performance.now() - start;
}

describe.each(MODES)('Redis away, over %s', (mode) => {
  const start = async () => {
    redis = await RedisServer.start();
    const one = await node(redis, mode, 'one');
    const two = await node(redis, mode, 'two');
    open.push(one, two);
    const ann = await guest(one, 'ann');
    const bob = await guest(two, 'bob');
    expect([status(one), status(two)]).toEqual(['ok', 'ok']);
    return { redis, one, two, ann, bob };
  };

  it('killed and started again: local at once, degraded in 2 s, remote within 5 s', async () => {
    const { redis, one, two, ann, bob } = await start();
    await redis.kill();
    const waits = [];
    for (let i = 0; i < 20; i++) waits.push(await localMs(one, ann.client, `down ${i}`));
    expect(Math.max(...waits.slice(1))).toBeLessThan(50);
    expect(waits.sort((a, b) => a - b)[10]).toBeLessThan(10);
    expect(await until('degraded', () => status(one) === 'degraded')).toBeLessThan(2_000);
    const start_ = performance.now();
    expect(await lobby(one).count()).toBe(1);
    await expect(lobby(one).socket(bob.id).call('x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(performance.now() - start_).toBeLessThan(1_000); // and not at the time limit
    await redis.start();
    const back = await until('both ok', () => status(one) === 'ok' && status(two) === 'ok');
    lobby(one).emit('said', 'back');
    expect(await bob.client.next('said')).toBe('back');
    expect(back).toBeLessThan(5_000);
  });

  it('frozen and thawed: the same', async () => {
    const { redis, one, two, ann } = await start();
    redis.freeze();
    const waits = [];
    for (let i = 0; i < 20; i++) waits.push(await localMs(one, ann.client, `frozen ${i}`));
    expect(waits.sort((a, b) => a - b)[10]).toBeLessThan(10);
    expect(await until('degraded', () => status(one) === 'degraded')).toBeLessThan(2_000);
    redis.thaw();
    const back = await until('both ok', () => status(one) === 'ok' && status(two) === 'ok');
    expect(back).toBeLessThan(5_000);
  });
});
