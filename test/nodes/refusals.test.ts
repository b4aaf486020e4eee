import { afterEach, describe, expect, it } from '@jest/globals';
import { redisAdapter } from 'gatewire/redis';
import { Gateway, OnEvent } from '../../src/index.js';
import { createTestApp, type TestApp } from '../../src/testing/index.js';
import { freePort } from '../support/free-port.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { guest, lobby, MODES, node } from './redis-node.js';

const open: TestApp[] = [];
let redis: RedisServer | null = null;

afterEach(async () => {
  redis?.thaw();
  await Promise.all(open.splice(0).map((test) => test.close()));
  await redis?.stop();
  redis = null;
});

const health = (test: TestApp) => test.app.adapterHealth;
const counter = (test: TestApp, name: string) => Number(health(test)?.counters[name]);

async function start(...args: Parameters<typeof node>): Promise<TestApp> {
  const test = await node(...args);
  open.push(test);
  return test;
}

async function tell(server: RedisServer, ...command: string[]): Promise<void> {
  const { createClient } = await import('redis');
  const client = createClient({ url: server.url });
  client.on('error', () => {});
  await client.connect();
  await client.sendCommand(command);
  client.destroy();
}

describe.each(MODES)('in the mode %s', (mode) => {
  it('a frozen Redis does not let what is published pile up', async () => {
    redis = await RedisServer.start();
    const one = await start(redis, mode, 'one');
    redis.freeze();
    for (let i = 0; i < 25_000; i++) lobby(one).emit('said', i);
    // In one loop: nothing can have noticed the freeze yet.
    expect(counter(one, 'droppedPublishes')).toBeGreaterThanOrEqual(14_900);
    redis.thaw();
    await until('ok', () => health(one)?.status === 'ok');
  });

  it('one with another secret under the same prefix is not listened to, which is counted', async () => {
    redis = await RedisServer.start();
    const one = await start(redis, mode, 'one', { secret: 'of the first' });
    const two = await start(redis, mode, 'two', { secret: 'of the second' });
    const { client } = await guest(two);
    lobby(one).emit('said', 'not for them');
    await until('the count', () => counter(two, 'forgedMessages') > 0);
    await client.expectNone('said');
  });
});

describe('whatever the mode', () => {
  const mode = 'classic';

  it('a wrong password degrades the node, which lives, and is in no line of the log', async () => {
    redis = await RedisServer.start();
    const url = redis.url.replace(redis.password, 'not-the-password');
    const one = await start({ url }, mode, 'one');
    expect(health(one)).toMatchObject({
      status: 'degraded',
      reason: expect.stringMatching(/WRONGPASS|password/i),
    });
    const { client } = await guest(one);
    lobby(one).emit('said', 'local');
    expect(await client.next('said')).toBe('local');
    expect(JSON.stringify(one.log.records)).not.toContain('not-the-password');
  });

  it('something that is no Redis degrades the node, which lives', async () => {
    await using web = await createTestApp(Nothing);
    const one = await start({ url: `redis://:secret@${new URL(web.url).host}` }, mode, 'one');
    expect(health(one)?.status).toBe('degraded');
    expect(health(one)?.reason).toBeTruthy();
    const { client } = await guest(one);
    lobby(one).emit('said', 'local');
    expect(await client.next('said')).toBe('local');
  });

  it('readiness follows Redis only where that is asked for', async () => {
    const url = `redis://:secret@127.0.0.1:${await freePort()}`;
    const alone = await start({ url }, mode, 'alone', {}, { health: {} });
    const strict = await start({ url }, mode, 'strict', {}, { health: { needsAdapter: true } });
    expect((await fetch(`${alone.url}/readyz`)).status).toBe(200);
    const answer = await fetch(`${strict.url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ status: 'ok' });
    expect(strict.app.health.report()).toMatchObject({ ready: false, adapter: { status: 'degraded' } });
    expect((await fetch(`${strict.url}/livez`)).status).toBe(200);
  });

  it('nodes that start at the same moment do not take each other for another application', async () => {
    const own = await RedisServer.start();
    redis = own;
    const nodes = await Promise.all(['one', 'two', 'three', 'four'].map((name) => start(own, mode, name)));
    await until('all know each other', () =>
      nodes.every(
        ({ log }) => log.records.filter(({ event }) => event === 'cluster.node-joined').length === 3,
      ),
    );
    for (const { log } of nodes)
      expect(log.records.filter(({ event }) => event === 'cluster.foreign-node')).toEqual([]);
  });

  it('a node of another application under the same prefix is named', async () => {
    redis = await RedisServer.start();
    const one = await start(redis, mode, 'one');
    const other = await createTestApp(Other, {
      adapter: redisAdapter({ url: redis.url, mode, nodeName: 'other' }),
    });
    open.push(other);
    const foreign = () => one.log.records.find(({ event }) => event === 'cluster.foreign-node');
    await until('the warning', () => foreign() !== undefined);
    expect(foreign()).toMatchObject({ node: 'other', namespaces: ['/other'] });
    const two = await start(redis, mode, 'two');
    expect(
      two.log.records.filter(({ event, node }) => event === 'cluster.foreign-node' && node === 'one'),
    ).toEqual([]);
  });
});

describe('a Redis that takes no writes, in the mode streams', () => {
  it.each([
    ['out of memory', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0'], /OOM|memory/],
    ['read-only', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE'], /READONLY|read only/],
  ])(
    '%s: clients of the node are served, losses are counted, and it ends by itself',
    async (_, off, on, reason) => {
      redis = await RedisServer.start();
      const one = await start(redis, 'streams', 'one');
      const two = await start(redis, 'streams', 'two');
      const ann = await guest(one, 'ann');
      const bob = await guest(two, 'bob');
      await tell(redis, ...off);
      lobby(one).emit('said', 'local');
      expect(await ann.client.next('said')).toBe('local');
      await until('the count', () => counter(one, 'failedPublishes') > 0);
      expect(health(one)).toMatchObject({ status: 'degraded', reason: expect.stringMatching(reason) });
      await tell(redis, ...on);
      // Nothing is repeated: what was refused is lost, and what is sent from now on arrives.
      await until('a message', async () => {
        lobby(one).emit('said', 'after');
        return (await bob.client.next('said', 500).catch(() => null)) === 'after';
      });
      await until('ok', () => health(one)?.status === 'ok');
      expect(health(one)?.reason).toBeNull();
    },
  );
});

@Gateway('/nothing')
class Nothing {
  @OnEvent('x') x() {}
}

@Gateway('/other')
class Other {
  @OnEvent('x') x() {}
}
