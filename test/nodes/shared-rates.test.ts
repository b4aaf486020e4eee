import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { SharedRates } from '../../src/middleware/rate-limit/rate-stage.js';
import { type RateRule, TokenBucket } from '../../src/stores/rates.js';
import type { SharedStore } from '../../src/stores/shared-store.js';
import { RedisServer } from '../support/redis-server.js';

let redis: RedisServer;
let client: ReturnType<typeof createClient>;
beforeAll(async () => {
  redis = await RedisServer.start();
  client = createClient({ url: redis.url });
  await client.connect();
});
afterAll(async () => {
  client?.destroy();
  await redis?.stop();
});

const store: SharedStore = {
  run: ({ text }, keys, args) => client.eval(text, { keys: [...keys], arguments: [...args] }),
};

/** The same store on a clock of the test, in milliseconds. */
class Clock implements SharedStore {
  now = 0;

  run({ text }: { readonly text: string }, keys: readonly string[], args: readonly string[]) {
    const seconds = Math.floor(this.now / 1_000);
    const time = `{'${seconds}', '${Math.round((this.now - seconds * 1_000) * 1_000)}'}`;
    return store.run({ text: text.replace("redis.call('TIME')", time) }, keys, args);
  }
}

const START = 1_800_000_000_000;

/** Takes a token at each time, in milliseconds since the start. */
async function takeAt(key: string, rule: RateRule, times: readonly number[]): Promise<readonly number[]> {
  const clock = new Clock();
  const rates = new SharedRates(clock);
  const waits: number[] = [];
  for (const time of times) {
    clock.now = START + time;
    waits.push(await rates.take(key, rule));
  }
  return waits;
}

describe('rates in a shared store', () => {
  it('fill evenly, and say how long to wait', async () => {
    const rule = { limit: 2, windowMs: 1_000, burst: 2 };
    const waits = await takeAt('even', { ...rule, windowMs: 1_000_000 }, [0, 0, 6e5, 1.05e6, 1.05e6]);
    expect(waits).toEqual([0, 0, 0, 0, 450_000]);
  });

  it.each([
    { limit: 3, windowMs: 100_000, burst: 3 },
    { limit: 7, windowMs: 60_000, burst: 20 },
    { limit: 1, windowMs: 2_147_483_647, burst: 5 },
    { limit: 1_000, windowMs: 3_600_000, burst: 1_000 },
  ])('count as a bucket in memory does: %j', async (rule) => {
    const key = `same ${JSON.stringify(rule)}`;
    const step = rule.windowMs / rule.limit;
    // Bursts, steady times, long pauses, and the moments at which a token comes.
    const pauses = Array.from({ length: 200 }, (_, i) =>
      Math.round([0, 0, step, 0.3 * step, step / 7][i % 5] as number),
    );
    pauses[100] = rule.windowMs * 3;
    let at = 0;
    const times = pauses.map((pause) => (at += pause));
    const bucket = new TokenBucket();
    expect(await takeAt(key, rule, times)).toEqual(times.map((time) => bucket.take(rule, time)));
  });

  it('let exactly the burst through at one moment', async () => {
    const rule = { limit: 300, windowMs: 1_000_000, burst: 300 };
    const waits = await takeAt('moment', rule, new Array(302).fill(0));
    expect(waits).toEqual([...new Array(300).fill(0), 3_334, 3_334]);
  });

  it('take the time of the store, and leave nothing there once a bucket is full again', async () => {
    const rates = new SharedRates(store);
    const rule = { limit: 2, windowMs: 2_147_483_647, burst: 4 };
    expect([await rates.take('ttl', rule), await rates.take('ttl', rule)]).toEqual([0, 0]);
    const ttl = await client.pTTL('rate:ttl');
    expect(ttl).toBeLessThanOrEqual(2_147_483_647);
    expect(ttl).toBeGreaterThan(2_147_483_647 - 600_000);
    await rates.take('short', { limit: 10, windowMs: 10, burst: 10 });
    const keys = async () => client.keys('rate:short');
    while ((await keys()).length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  });

  it('take what they cannot read for a full bucket', async () => {
    await client.set('rate:odd', '3');
    const rates = new SharedRates(store);
    expect(await rates.take('odd', { limit: 1, windowMs: 60_000, burst: 1 })).toBe(0);
    expect(await rates.take('odd', { limit: 1, windowMs: 60_000, burst: 1 })).toBeGreaterThan(0);
  });
});
