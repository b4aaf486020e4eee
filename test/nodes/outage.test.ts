import { afterEach, describe, expect, it } from '@jest/globals';
import type { TestApp } from '../../src/testing/index.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { within } from '../support/within.js';
import { guest, lobby, MODES, node } from './redis-node.js';

const open: { close(): Promise<void> }[] = [];
let redis: RedisServer | null = null;

afterEach(async () => {
  redis?.thaw();
  await Promise.all(open.splice(0).map((test) => test.close()));
  await redis?.stop();
  redis = null;
});

const status = (test: TestApp) => test.app.adapterHealth?.status;
const counters = (test: TestApp) => test.app.adapterHealth?.counters ?? {};

/** Sends to everyone, and waits until a client of the same node has it. */
async function expectLocal(test: TestApp, client: Awaited<ReturnType<typeof guest>>['client'], text: string) {
  lobby(test).emit('said', text);
  expect(await client.next('said')).toBe(text);
}

async function commands(server: RedisServer, ...lines: string[][]): Promise<void> {
  const { createClient } = await import('redis');
  const client = createClient({ url: server.url });
  client.on('error', () => {});
  await client.connect();
  for (const line of lines) expect(await client.sendCommand(line)).toBeTruthy();
  client.destroy();
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

  it('killed and started again: local delivery goes on, remote delivery comes back', async () => {
    const { redis, one, two, ann, bob } = await start();
    await redis.kill();
    for (let i = 0; i < 20; i++) await expectLocal(one, ann.client, `down ${i}`);
    await until('degraded', () => status(one) === 'degraded');
    expect(await lobby(one).count()).toBe(1);
    // At once, and not at the time limit.
    const asked = within('a refusal', lobby(one).socket(bob.id).call('x', 1, { timeoutMs: 600_000 }));
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await redis.start();
    await until('both ok', () => status(one) === 'ok' && status(two) === 'ok');
    lobby(one).emit('said', 'back');
    expect(await bob.client.next('said')).toBe('back');
    await bob.client.expectNone('said');
    expect(counters(one)['droppedPublishes']).toBeGreaterThan(0);
    expect(counters(one)['outageMs']).toBeGreaterThan(0);
  });

  it('frozen and thawed: the same', async () => {
    const { redis, one, two, ann, bob } = await start();
    redis.freeze();
    for (let i = 0; i < 20; i++) await expectLocal(one, ann.client, `frozen ${i}`);
    await until('degraded', () => status(one) === 'degraded');
    expect(await lobby(one).count()).toBe(1);
    await expectLocal(one, ann.client, 'still');
    redis.thaw();
    await until('both ok', () => status(one) === 'ok' && status(two) === 'ok');
    lobby(one).emit('said', 'back');
    for (let text: unknown; text !== 'back'; ) text = await bob.client.next('said');
  });

  it('absent at the start: the server opens, and connects by itself', async () => {
    redis = await RedisServer.start();
    await redis.kill();
    const one = await node(redis, mode, 'one');
    open.push(one);
    const ann = await guest(one, 'ann');
    expect(status(one)).toBe('degraded');
    await expectLocal(one, ann.client, 'alone');
    await redis.start();
    const two = await node(redis, mode, 'two');
    open.push(two);
    const bob = await guest(two, 'bob');
    await until('both ok', () => status(one) === 'ok' && status(two) === 'ok');
    await until('both there', async () => (await lobby(one).count()) === 2);
    lobby(one).emit('said', 'hi');
    expect(await bob.client.next('said')).toBe('hi');
  });

  it('its connections killed one by one, and paused: nothing ends, order stays, nothing twice', async () => {
    const { redis, one, two, bob } = await start();
    const got: number[] = [];
    bob.client.socket.on('number', (n: number) => got.push(n));
    const ROUNDS = 400;
    for (let n = 0; n < ROUNDS; n++) {
      lobby(one).emit('number', n);
      if (n === 100) await commands(redis, ['CLIENT', 'KILL', 'TYPE', 'pubsub']);
      if (n === 200) await commands(redis, ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
      if (n === 300) await commands(redis, ['CLIENT', 'PAUSE', '300', 'ALL']);
      // However long a connection takes to come back, no more than 50 numbers are said meanwhile.
      if (n % 100 === 50) await until('both ok', () => status(one) === 'ok' && status(two) === 'ok');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await until('both ok', () => status(one) === 'ok' && status(two) === 'ok');
    lobby(one).emit('number', ROUNDS);
    await until('the last one', () => got.at(-1) === ROUNDS);
    const reordered = got.filter((n, i) => i > 0 && n <= (got[i - 1] as number)).length;
    const figures = {
      sent: ROUNDS + 1,
      lost: ROUNDS + 1 - got.length,
      reordered,
      twice: got.length - new Set(got).size,
    };
    process.stderr.write(`${mode}: ${JSON.stringify(figures)}\n`);
    expect(counters(two)['outages']).toBeGreaterThan(1);
    expect(reordered).toBe(0);
    expect(figures.twice).toBe(0);
    expect(figures.lost).toBeLessThan(ROUNDS / 2);
  });
});
