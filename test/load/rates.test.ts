import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { redisAdapter } from 'gatewire/redis';
import { Gateway, OnEvent, RateLimit } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';
import { RedisServer } from '../support/redis-server.js';

const RATE = { limit: 2, windowMs: 1_000 } as const;

@Gateway('/', { auth: () => ({ user: { id: 'ann' } }) })
class Limited {
  @RateLimit(RATE) @OnEvent('socket') socket() {}
  @RateLimit({ ...RATE, per: 'user' }) @OnEvent('user') user() {}
  @RateLimit({ ...RATE, per: 'address' }) @OnEvent('address') address() {}
  @RateLimit({ ...RATE, per: () => 'key' }) @OnEvent('key') key() {}
  @RateLimit({ ...RATE, per: 'socket', scope: 'cluster' }) @OnEvent('socket of cluster') socketOfCluster() {}
  @RateLimit({ ...RATE, per: 'user', scope: 'cluster' }) @OnEvent('user of cluster') userOfCluster() {}
}

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis?.stop());

/** Milliseconds after the answers to a burst of two at which events are sent. */
const TIMES = [600, 1_050, 1_050];

it.each(['memory', 'redis'] as const)(
  'is the same rate for every `per` and `scope`, with %s',
  async (store) => {
    await using test = await createTestApp(
      Limited,
      store === 'redis' ? { adapter: redisAdapter({ url: redis.url }) } : {},
    );
    const client = await test.client.connect();
    const call = (event: string): Promise<string> =>
      client.call(event).then(
        () => 'ok',
        ({ code }: { readonly code: string }) => code,
      );
    const answersTo = async (event: string): Promise<readonly string[]> => {
      const burst = await Promise.all([call(event), call(event)]);
      const start = performance.now();
      const later: Promise<string>[] = [];
      for (const time of TIMES) {
        await sleep(start + time - performance.now());
        later.push(call(event));
      }
      return [...burst, ...(await Promise.all(later))];
    };
    const events = ['socket', 'user', 'address', 'key', 'socket of cluster', 'user of cluster'];
    const answers = await Promise.all(events.map(answersTo));
    expect(Object.fromEntries(events.map((event, i) => [event, answers[i]]))).toEqual(
      Object.fromEntries(events.map((event) => [event, ['ok', 'ok', 'ok', 'ok', 'RATE_LIMITED']])),
    );
  },
);
