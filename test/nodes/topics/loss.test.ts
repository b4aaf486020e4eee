import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createApp, Gateway, OnSubscribe, Topics } from 'gatewire';
import { connect } from 'gatewire/client';
import { redisAdapter } from 'gatewire/redis';
import { createClient } from 'redis';
import { RedisTopics } from '../../../src/nodes/redis/redis-topics.js';
import type { TopicListener } from '../../../src/stores/topics.js';
import { Cable } from '../../support/cable.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

@Gateway('/live')
class LiveGateway {
  @OnSubscribe('ticks', { history: 1_000 }) ticks() {}
}

const open: (() => unknown)[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const close of open.splice(0).reverse()) await close();
});

/** Loses some of what Redis tells the nodes, the same with each run. */
function loseMessages(share: number): { lost: number } {
  const count = { lost: 0 };
  let random = 17;
  const { watch } = RedisTopics.prototype;
  jest.spyOn(RedisTopics.prototype, 'watch').mockImplementation(function (
    this: RedisTopics,
    topic,
    listener,
  ) {
    const lossy: TopicListener = {
      changed(epoch, changes) {
        random = (random * 48_271) % 2_147_483_647;
        if (random / 2_147_483_647 < share) count.lost++;
        else listener.changed(epoch, changes);
      },
      touched: () => listener.touched(),
    };
    return watch.call(this, topic, lossy);
  });
  return count;
}

async function startRedis() {
  const redis = await RedisServer.start();
  open.push(() => redis.stop());
  return redis;
}

async function node(redis: { readonly url: string }) {
  const app = createApp({
    gateways: [LiveGateway],
    logger: false,
    adapter: redisAdapter({ url: redis.url }),
  });
  await app.listen(0, '127.0.0.1');
  open.push(() => app.close());
  return { port: app.address?.port ?? 0, topics: app.get(Topics).namespace('/live') };
}

/** An application's page: what it saw, by way of a cable of its own. */
async function page(port: number) {
  const cable = await Cable.to(port);
  const client = connect('/live', `http://127.0.0.1:${cable.port}`, {
    socket: { transports: ['websocket'], reconnectionDelay: 20, reconnectionDelayMax: 100 },
  });
  open.push(() => client.close());
  const seen: unknown[] = [];
  const topic = client.topic('ticks', {
    onValue: (value) => seen.push(value),
    onReset: () => seen.push('reset'),
  });
  await until('live', () => topic.state === 'live');
  return { cable, topic, seen };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('topics', () => {
  it('show every page every update once and in order, whatever is lost on the way', async () => {
    const count = loseMessages(0.3);
    const redis = await startRedis();
    const nodes = [await node(redis), await node(redis)] as const;
    const pages = await Promise.all(upTo(20).map((i) => page(nodes[i % 2 === 0 ? 0 : 1].port)));
    let isDone = false;
    const holes = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await wait(300);
        for (const { cable } of pages) cable.isBlackHole = true;
        await wait(2_000);
        for (const { cable } of pages) {
          cable.target = cable.target === nodes[0].port ? nodes[1].port : nodes[0].port;
          cable.isBlackHole = false;
          cable.cut();
          cable.join();
        }
        await until('the pages are back', () => pages.every(({ topic }) => topic.state === 'live'));
      }
      isDone = true;
    };
    const publish = async (): Promise<void> => {
      for (const i of upTo(600)) {
        await nodes[i % 2 === 0 ? 0 : 1].topics.publish('ticks', i);
        await wait(10);
      }
    };
    await Promise.all([holes(), publish()]);
    expect(isDone).toBe(true);
    await until('the last update', () => pages.every(({ seen }) => seen.at(-1) === 600));
    for (const { seen } of pages) expect(seen).toEqual(upTo(600));
    expect(count.lost).toBeGreaterThan(100);
  });

  it('begin anew, and say so, when Redis has lost them', async () => {
    const redis = await startRedis();
    const one = await node(redis);
    const { seen, topic } = await page(one.port);
    for (const i of [1, 2, 3]) await one.topics.publish('ticks', i);
    await until('the values', () => seen.length === 3);
    const admin = createClient({ url: redis.url });
    await admin.connect();
    await admin.flushAll();
    admin.destroy();
    for (const i of [4, 5]) await one.topics.publish('ticks', i);
    await until('the last one', () => seen.at(-1) === 5);
    expect(seen.slice(0, 4)).toEqual([1, 2, 3, 'reset']);
    expect(seen.slice(4)).toEqual([4, 5].slice(-(seen.length - 4)));
    const { length } = seen;
    await redis.kill();
    await until('it is known', async () => {
      const code = await one.topics.publish('ticks', 6).catch((error: { code: string }) => error.code);
      return code === 'UNAVAILABLE';
    });
    await redis.start();
    await until('a publish', () =>
      one.topics.publish('ticks', 7).then(
        () => true,
        () => false,
      ),
    );
    await until('the value after it', () => seen.at(-1) === 7);
    expect(seen.slice(length)).toContain('reset');
    expect(topic.value).toBe(7);
  });

  it('go on after a time without Redis, and lose nothing that was published', async () => {
    const redis = await startRedis();
    const cable = await Cable.to(redis.port);
    const [near, far] = [await node(redis), await node({ url: cable.url(redis) })];
    const { seen } = await page(far.port);
    await near.topics.publish('ticks', 1);
    await until('the first one', () => seen.length === 1);
    cable.cut();
    await near.topics.publish('ticks', 2);
    await until('it is refused', async () => {
      const code = await far.topics.publish('ticks', 'lost').catch((error: { code: string }) => error.code);
      return code === 'UNAVAILABLE';
    });
    await near.topics.publish('ticks', 3);
    cable.join();
    await until('all', () => seen.length === 3);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('replace no value without a word when a replica goes on that lost the last ones', async () => {
    const primary = await startRedis();
    const access = ['--masterauth', primary.password];
    const replica = await RedisServer.start(['--replicaof', `127.0.0.1 ${primary.port}`, ...access]);
    open.push(() => replica.stop());
    const admin = createClient({ url: replica.url });
    await admin.connect();
    open.push(() => admin.destroy());
    const cable = await Cable.to(primary.port);
    const one = await node({ url: cable.url(primary) });
    const { seen } = await page(one.port);
    await one.topics.publish('ticks', 'a');
    await until('it is on the replica', async () => (await admin.keys('*topic:*:log')).length === 1);
    await admin.sendCommand(['REPLICAOF', 'NO', 'ONE']);
    for (const value of ['b', 'c']) await one.topics.publish('ticks', value);
    await until('three values', () => seen.length === 3);
    await admin.configSet('requirepass', primary.password);
    cable.target = replica.port;
    cable.cut();
    cable.join();
    const publish = (value: string) =>
      one.topics.publish('ticks', value).then(
        () => true,
        () => false,
      );
    await until('a publish', () => publish('d'));
    for (const value of ['e', 'f', 'g']) expect(await publish(value)).toBe(true);
    await until('the last one', () => seen.at(-1) === 'g');
    expect(seen.slice(0, 4)).toEqual(['a', 'b', 'c', 'reset']);
    const after = seen.slice(seen.lastIndexOf('reset') + 1);
    expect(after).toEqual(['a', 'd', 'e', 'f', 'g'].slice(-after.length));
  });
});
