import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { BatteryCall } from '../../../src/metadata/battery.js';
import { openRates, type RateOptions } from '../../../src/middleware/rate-limit/rate-stage.js';
import { MemoryRates, TokenBucket } from '../../../src/stores/rates.js';

const rule = (limit: number, windowMs: number, burst = limit) => ({ limit, windowMs, burst });
const WEEKS_MS = 2_147_483_647;

/** Takes a token at each time, and gives the waits. */
const takeAt = (bucket: TokenBucket, own: ReturnType<typeof rule>, times: readonly number[]) =>
  times.map((now) => bucket.take(own, now));

describe('a token bucket', () => {
  it('fills evenly, and says how long to wait', () => {
    expect(takeAt(new TokenBucket(), rule(2, 1_000), [0, 0, 600, 1_050, 1_050])).toEqual([0, 0, 0, 0, 450]);
  });

  it('lets a burst through at once, and the rate afterwards', () => {
    const waits = takeAt(new TokenBucket(), rule(1, 1_024, 3), [5, 5, 5, 5, 1_028, 1_029, 1_029]);
    expect(waits).toEqual([0, 0, 0, 1_024, 1, 0, 1_024]);
  });

  it('has a token exactly when it said that it would', () => {
    const bucket = new TokenBucket();
    const own = rule(3, 1_000);
    let now = 123.456;
    for (let i = 0; i < 10_000; i++) now += bucket.take(own, now);
    expect(bucket.take(own, now)).toBeLessThanOrEqual(334);
    expect(bucket.take(own, now + 334)).toBe(0);
  });

  it('holds for weeks', () => {
    expect(takeAt(new TokenBucket(), rule(1, WEEKS_MS, 3), [0, 0, 0, 0])).toEqual([0, 0, 0, WEEKS_MS]);
    const times = [0, 0, 0, WEEKS_MS - 1, WEEKS_MS];
    expect(takeAt(new TokenBucket(), rule(1, WEEKS_MS, 2), times)).toEqual([0, 0, WEEKS_MS, 1, 0]);
  });

  it('is full after the time that its missing tokens take', () => {
    const bucket = new TokenBucket();
    takeAt(bucket, rule(2, 1_000, 4), [0, 0, 0, 0, 0]);
    expect([bucket.isFull(1_999), bucket.isFull(2_000)]).toEqual([false, true]);
  });
});

describe('rates in memory', () => {
  afterEach(() => void jest.useRealTimers());

  it('count each key for itself', () => {
    const rates = new MemoryRates();
    const own = rule(1, 60_000);
    expect(['ann', 'bob', 'ann'].map((key) => rates.take(key, own) > 0)).toEqual([false, false, true]);
    rates.close();
  });

  it('forget keys whose buckets are full again, by one timer that ends with the last key', () => {
    jest.useFakeTimers();
    const rates = new MemoryRates();
    for (let i = 0; i < 100; i++) rates.take(`short ${i}`, rule(1, 1_000));
    rates.take('long', rule(1, 50_000));
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(40_000);
    expect(rates.take('long', rule(1, 50_000))).toBe(10_000);
    jest.advanceTimersByTime(20_000);
    expect(jest.getTimerCount()).toBe(0);
    expect(rates.take('long', rule(1, 50_000))).toBe(0);
    rates.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keep a bucket of weeks across many sweeps', () => {
    jest.useFakeTimers();
    const rates = new MemoryRates();
    const own = rule(1, WEEKS_MS);
    rates.take('a', own);
    jest.advanceTimersByTime(3_600_000);
    expect(rates.take('a', own)).toBe(WEEKS_MS - 3_600_000);
    rates.close();
  });
});

describe('keys of rates', () => {
  it('are bounded, whatever length a function makes them of, and differ', () => {
    const keys: string[] = [];
    const take = (key: string): number => keys.push(key) - keys.length;
    const options: RateOptions = {
      ...rule(1, 1_000),
      per: ((ctx: { readonly payload: string }) => ctx.payload) as never,
      scope: 'cluster',
      onExceed: 'reject',
      whenStoreFails: 'reject',
    };
    const battery = { options, namespace: '/shop', at: { location: 'shop.ts:1:1' } };
    const call = openRates({ store: null, rates: { take } }).stage(battery as never)(() => 'ran');
    const texts = ['a', 'b'.repeat(128), ...['c', 'd', 'e'].map((end) => 'x'.repeat(1_000_000) + end)];
    for (const payload of [...texts, ...texts]) {
      expect(call({ ctx: { payload } } as unknown as BatteryCall)).toBe('ran');
    }
    expect(new Set(keys).size).toBe(texts.length);
    expect(keys.slice(0, 2)).toEqual(texts.slice(0, 2).map((text) => `/shop shop.ts:1:1 ${text}`));
    expect(Math.max(...keys.map(({ length }) => length))).toBeLessThan(200);
  });
});
