import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redisAdapter } from 'gatewire/redis';
import { Gateway, OnEvent, RateLimit } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

const auth = (handshake: { auth: Readonly<Record<string, unknown>> }) => ({
  user: { id: String(handshake.auth['user']) },
});

@Gateway('/', { auth })
class Limited {
  @RateLimit({ limit: 3, windowMs: 60_000, per: 'user', scope: 'cluster' })
  @OnEvent('three')
  three() {
    return 'ok';
  }

  @RateLimit({ limit: 2, windowMs: 300, per: 'user', scope: 'cluster' })
  @OnEvent('short')
  short() {
    return 'ok';
  }

  @RateLimit({ limit: 1, windowMs: 60_000, burst: 4, per: 'user', scope: 'cluster' })
  @OnEvent('burst')
  burst() {
    return 'ok';
  }

  @RateLimit({ limit: 1, windowMs: 60_000, per: 'user', scope: 'cluster', whenStoreFails: 'reject' })
  @OnEvent('strict')
  strict() {
    return 'ok';
  }

  @RateLimit({ limit: 1, windowMs: 60_000, per: 'user', scope: 'cluster', whenStoreFails: 'allow' })
  @OnEvent('lenient')
  lenient() {
    return 'ok';
  }
}

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis.stop());

const codes = (answers: readonly PromiseSettledResult<unknown>[]) =>
  answers.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as { code: string }).code));

describe.each(['memory', 'redis'] as const)('cluster rates counted in %s', (store) => {
  let prefix = 0;
  const start = () =>
    createTestApp(
      Limited,
      store === 'redis' ? { adapter: redisAdapter({ url: redis.url, prefix: `rates.${prefix++}` }) } : {},
    );

  it('let the limit through, refuse the rest, and say when to come back', async () => {
    await using test = await start();
    const ann = await test.client.connect('/', { auth: { user: 'ann' } });
    const answers = codes(await Promise.allSettled([1, 2, 3, 4, 5].map(() => ann.call('three'))));
    expect(answers).toEqual(['ok', 'ok', 'ok', 'RATE_LIMITED', 'RATE_LIMITED']);
    const refused = await ann.call('three').catch((error: unknown) => error);
    const { retryAfterMs } = refused as { retryAfterMs: number };
    // A third of the window, less what has gone by since.
    expect(retryAfterMs).toBeGreaterThan(1_000);
    expect(retryAfterMs).toBeLessThanOrEqual(20_000);
    const bob = await test.client.connect('/', { auth: { user: 'bob' } });
    expect(await bob.call('three')).toBe('ok');
  });

  it('begin anew after windows shorter than a second', async () => {
    await using test = await start();
    const ann = await test.client.connect('/', { auth: { user: 'ann' } });
    const results = await Promise.allSettled([1, 2, 3].map(() => ann.call('short')));
    expect(codes(results)).toEqual(['ok', 'ok', 'RATE_LIMITED']);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect((refused[0] as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(300);
    await until('the window is over', () =>
      ann.call('short').then(
        () => true,
        () => false,
      ),
    );
  });

  it('let a burst through', async () => {
    await using test = await start();
    const ann = await test.client.connect('/', { auth: { user: 'ann' } });
    const answers = codes(await Promise.allSettled([1, 2, 3, 4, 5].map(() => ann.call('burst'))));
    expect(answers).toEqual(['ok', 'ok', 'ok', 'ok', 'RATE_LIMITED']);
  });
});

it('counts for all nodes together', async () => {
  const adapter = () => redisAdapter({ url: redis.url, prefix: 'together' });
  await using one = await createTestApp(Limited, { adapter: adapter() });
  await using two = await createTestApp(Limited, { adapter: adapter() });
  const here = await one.client.connect('/', { auth: { user: 'ann' } });
  const there = await two.client.connect('/', { auth: { user: 'ann' } });
  const answers: unknown[] = [];
  for (const client of [here, there, here, there, here])
    answers.push(...codes(await Promise.allSettled([client.call('three')])));
  expect(answers).toEqual(['ok', 'ok', 'ok', 'RATE_LIMITED', 'RATE_LIMITED']);
});

it('does as the limit says when Redis does not answer', async () => {
  const own = await RedisServer.start();
  try {
    await using test = await createTestApp(Limited, {
      adapter: redisAdapter({ url: own.url, timeoutMs: 1_000 }),
    });
    const ann = await test.client.connect('/', { auth: { user: 'ann' } });
    own.freeze();
    for (let i = 0; i < 3; i++) {
      await expect(ann.call('strict')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await ann.call('lenient')).toBe('ok');
    }
    own.thaw();
  } finally {
    await own.stop();
  }
});
