import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { BatchReaders } from '../../../src/nodes/redis/batch-readers.js';
import type { RedisConnections } from '../../../src/nodes/redis/redis-connections.js';

let now = 0;
const realNow = performance.now;
const opened: BatchReaders[] = [];
beforeEach(() => {
  now = 1_000_000;
  performance.now = () => now;
});
afterEach(() => {
  performance.now = realNow;
  for (const readers of opened.splice(0)) readers.close();
});

const READS = { batches: 1 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A Redis with so many subscribers, or an error. */
function counting(options: Partial<ConstructorParameters<typeof BatchReaders>[1]> = {}) {
  const redis = {
    isUp: true,
    heartbeat: { since: 1 },
    subscribers: 1 as number | Error,
    asked: [] as string[][],
  };
  const command = async (args: string[]): Promise<unknown> => {
    redis.asked.push(args);
    if (redis.subscribers instanceof Error) throw redis.subscribers;
    return [args.at(-1), redis.subscribers];
  };
  const connections = Object.assign(redis, { command }) as unknown as RedisConnections;
  const readers = new BatchReaders(connections, { isSubscriber: true, reads: true, sends: true, ...options });
  opened.push(readers);
  readers.countAt('NUMSUB', 'channel');
  const heard = async (id: string, traits: object | null): Promise<boolean> => {
    readers.heard(id, traits as never);
    await turn();
    return readers.areAll;
  };
  return { redis, readers, heard };
}

it('all read batches when as many have announced it as are subscribed', async () => {
  const { redis, readers, heard } = counting();
  expect(readers.areAll).toBe(false);
  redis.subscribers = 3;
  expect(await heard('a', READS)).toBe(false);
  expect(await heard('b', READS)).toBe(true);
  expect(redis.asked).toEqual(Array(2).fill(['PUBSUB', 'NUMSUB', 'channel']));
  expect(await heard('b', READS)).toBe(true);
  expect(redis.asked).toHaveLength(2); // it is no news
});

it('a node that does not read them counts at once, and until it leaves', async () => {
  const { redis, readers, heard } = counting();
  redis.subscribers = 2;
  expect(await heard('a', READS)).toBe(true);
  readers.heard('old', {});
  expect(readers.areAll).toBe(false);
  await turn();
  expect(readers.areAll).toBe(false);
  expect(await heard('old', null)).toBe(true);
  expect(await heard('newer', { batches: 2 })).toBe(false);
});

it('a node that leaves, or that is silent, does not count', async () => {
  const { redis, heard } = counting();
  redis.subscribers = 3;
  await heard('a', READS);
  expect(await heard('b', READS)).toBe(true);
  redis.subscribers = 2;
  expect(await heard('b', null)).toBe(true);
  redis.subscribers = 3;
  expect(await heard('c', READS)).toBe(true);
  now += 3_001;
  expect(await heard('c', { batches: 0 })).toBe(false);
  redis.subscribers = 2;
  expect(await heard('c', READS)).toBe(true); // a is forgotten
});

it('a node counts for 3 s after it was heard', async () => {
  const { redis, heard } = counting();
  redis.subscribers = 3;
  await heard('a', READS);
  now += 3_000;
  expect(await heard('b', READS)).toBe(true);
});

it('1,000 nodes are remembered, and a further one makes the numbers differ', async () => {
  const { redis, readers, heard } = counting();
  for (let i = 0; i < 1_000; i++) readers.heard(`node ${i}`, READS);
  redis.subscribers = 1_002;
  expect(await heard('one more', READS)).toBe(false);
  redis.subscribers = 1_001;
  readers.heard('node 0', null);
  expect(await heard('one more', READS)).toBe(true);
});

it('subscribers are counted again every 2 s, as one may announce nothing', async () => {
  jest.useFakeTimers({ doNotFake: ['performance', 'setImmediate'] });
  try {
    const { redis, readers, heard } = counting();
    redis.subscribers = 2;
    expect(await heard('a', READS)).toBe(true);
    redis.subscribers = 3;
    jest.advanceTimersByTime(2_000);
    await turn();
    expect(readers.areAll).toBe(false);
    readers.close();
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

it('a count is void once Redis was away, or does not tell', async () => {
  const { redis, readers, heard } = counting();
  redis.subscribers = 2;
  expect(await heard('a', READS)).toBe(true);
  redis.isUp = false;
  expect(readers.areAll).toBe(false);
  redis.isUp = true;
  expect(readers.areAll).toBe(true);
  redis.heartbeat.since = 2;
  expect(readers.areAll).toBe(false);
  redis.subscribers = new Error('NOPERM');
  expect(await heard('b', READS)).toBe(false);
});

it('a process without clients does not count itself', async () => {
  const { heard } = counting({ isSubscriber: false });
  expect(await heard('a', READS)).toBe(true);
});

it('who does not send batches counts nobody, and who does not read them announces nothing', async () => {
  const { redis, readers, heard } = counting({ sends: false, reads: false });
  expect(await heard('a', READS)).toBe(false);
  expect(redis.asked).toEqual([]);
  expect(readers.traits).toEqual({});
  expect(counting().readers.traits).toEqual(READS);
});

it('the next count keeps no process alive', () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  counting();
  expect(timers()).toBe(before);
});

it('one count follows the other, and the last one has what was heard meanwhile', async () => {
  const { redis, readers } = counting();
  let running = 0;
  let most = 0;
  const command = async () => {
    most = Math.max(most, ++running);
    await turn();
    running--;
    return ['channel', 3];
  };
  Object.assign(redis, { command });
  readers.heard('a', READS);
  readers.heard('b', READS);
  for (let i = 0; i < 4; i++) await turn();
  expect(most).toBe(1);
  expect(readers.areAll).toBe(true);
});

it('who has closed sends no batches, and asks no more', async () => {
  const { redis, readers, heard } = counting();
  redis.subscribers = 2;
  expect(await heard('a', READS)).toBe(true);
  readers.close();
  expect(readers.areAll).toBe(false);
  expect(await heard('a', null)).toBe(false);
  expect(redis.asked).toHaveLength(1);
});
