import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { defineContract, gatewayFor, Topics } from 'gatewire';
import { createPublisher, redisAdapter } from 'gatewire/redis';
import { createTestApp, type TestApp } from 'gatewire/testing';
import * as z from 'zod';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

const live = defineContract('/live/:team', {
  topics: {
    'prices/:symbol': { payload: z.object({ price: z.number() }) },
    stock: { keyed: true, payload: z.number() },
  },
});
const Live = gatewayFor(live);

@Live.Gateway()
class LiveGateway {
  @Live.OnSubscribe('prices/:symbol', { history: 10 }) prices() {}
  @Live.OnSubscribe('stock') stock() {}
}

const open: { close(): unknown }[] = [];
let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
afterAll(() => redis?.stop());

async function node(mode: 'classic' | 'sharded' | 'streams'): Promise<TestApp> {
  const test = await createTestApp(LiveGateway, {
    adapter: redisAdapter({ url: redis.url, mode, prefix: mode }),
  });
  open.push(test);
  return test;
}

describe.each(['classic', 'sharded', 'streams'] as const)('topics of two nodes, %s', (mode) => {
  it('reach the subscribers of both, whoever publishes, in one order', async () => {
    const nodes = await Promise.all([node(mode), node(mode)]);
    const publisher = await createPublisher({
      redis: { url: redis.url, mode, prefix: mode },
      contract: live,
      topics: { 'prices/:symbol': { history: 10 } },
      logger: false,
    });
    open.push(publisher);
    const team = { team: '7' };
    const clients = await Promise.all(nodes.map((one) => one.client.connect(live, { params: team })));
    const topics = clients.map((client) => client.topic('prices/BTC'));
    await Promise.all(topics.map((topic) => topic.live()));
    const publishers = [...nodes.map((one) => one.app.get(Topics)), null].map((one) =>
      one === null ? publisher.topics(team) : one.namespace(live, team),
    );
    await Promise.all(
      publishers.flatMap((one, i) => [0, 1, 2].map((j) => one.publish('prices/BTC', { price: 10 * i + j }))),
    );
    const seen = await Promise.all(
      topics.map(async (topic) => {
        const values: unknown[] = [];
        for (let i = 0; i < 9; i++) values.push(await topic.next());
        return values;
      }),
    );
    expect(seen[0]).toEqual(seen[1]);
    expect(new Set(seen[0]?.map((value) => (value as { price: number }).price)).size).toBe(9);
    expect(topics.map(({ resets }) => resets)).toEqual([0, 0]);
    // Those of another instance of the namespace are another topic's.
    const other = await nodes[0]?.client.connect(live, { params: { team: '8' } });
    const elsewhere = other?.topic('prices/BTC');
    await elsewhere?.live();
    expect(elsewhere?.value).toBeUndefined();
  });

  it('keep a value for each key, whichever node sets it', async () => {
    const nodes = await Promise.all([node(mode), node(mode)]);
    const [here, there] = nodes.map((one) => one.app.get(Topics).namespace(live, { team: '9' }));
    await here?.set('stock', 'apples', 1);
    const client = await nodes[1]?.client.connect(live, { params: { team: '9' } });
    const topic = client?.topic('stock');
    await topic?.live();
    await there?.set('stock', 'pears', 2);
    await here?.remove('stock', 'apples');
    await until('both', () => topic?.entries.size === 1 && topic.entries.get('pears') === 2);
    // Nobody reads or publishes meanwhile.
    await here?.set('stock', 'plums', 3, { ttlMs: 50 });
    await until('the end of its time', () => topic?.entries.size === 1);
  });
});

it('tells a publisher of a topic that is not in the contract', async () => {
  const options = { redis: { url: redis.url }, contract: live, topics: { other: {} } } as never;
  await expect(createPublisher(options)).rejects.toThrow('topic `other` is not in the contract');
});
