import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { MemoryTopics } from '../../../src/stores/memory-topics.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('a topic that was only read is forgotten after an hour, unless somebody waits for its first value', async () => {
  const store = new MemoryTopics();
  const heard: string[] = [];
  await store.watch('awaited', { changed: () => {}, touched: () => heard.push('touched') });
  for (const topic of ['read', 'awaited'])
    await store.read(topic, { after: null, state: true, isKeyed: false });
  jest.advanceTimersByTime(3_500_000);
  expect((await store.positions(['read']))[0]).not.toBe(null);
  jest.advanceTimersByTime(200_000);
  const [read, awaited] = await store.positions(['read', 'awaited']);
  expect([read, awaited?.offset, heard]).toEqual([null, 0, []]);
  store.close();
});
