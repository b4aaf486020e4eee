import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import type { EngineConnection } from '../../../src/transport/engineio.js';
import { ReadThrottle, TokenBucket } from '../../../src/transport/read-throttle.js';

let throttle: ReadThrottle | null = null;
afterEach(() => throttle?.close());

it('ends a request that grows beyond its bound while it is held', () => {
  throttle = new ReadThrottle(1_000);
  const connection = {} as EngineConnection;
  throttle.begin(connection, { drain: () => false });
  const request = { readableLength: 1_000, destroyed: false, destroy: () => (request.destroyed = true) };
  let passed = 0;
  const hold = () =>
    throttle?.hold(connection, request as never, new EventEmitter() as never, () => passed++);
  expect([hold(), hold()]).toEqual(['held', 'twice']);
  throttle.release();
  expect(request.destroyed).toBe(false);
  request.readableLength = 1_001;
  throttle.release();
  expect(request.destroyed).toBe(true);
  throttle.end(connection);
  expect(passed).toBe(0);
});

it('a bucket is paid for bytes, and a packet of any length with no more than a whole burst', () => {
  const bucket = new TokenBucket({ eventsPerSecond: 1, eventsBurst: 200 });
  for (let i = 0; i < 10; i++) expect(bucket.take(4_096 * 9)).toBe(true);
  for (let i = 0; i < 99; i++) expect(bucket.take(4_095)).toBe(true);
  expect(bucket.take(100_000_000)).toBe(true);
  expect(bucket.take(0)).toBe(false);
  expect(bucket.charge(0)).toBe(true);
  expect(bucket.charge(2)).toBe(false);
});

it('reads a connection that sent something long again in the next turn, and not in this one', async () => {
  throttle = new ReadThrottle(1_000);
  const webSocket = {
    isPaused: false,
    pause: () => {
      webSocket.isPaused = true;
    },
    resume: () => {
      webSocket.isPaused = false;
    },
  };
  const connection = { transport: { socket: webSocket } } as unknown as EngineConnection;
  throttle.afterRead(connection, 60_000);
  expect(webSocket.isPaused).toBe(false);
  throttle.afterRead(connection, 70_000);
  expect(webSocket.isPaused).toBe(true);
  await nextTurn();
  expect(webSocket.isPaused).toBe(false);
  throttle.begin(connection, { drain: () => false });
  throttle.afterRead(connection, 70_000);
  await nextTurn();
  expect(webSocket.isPaused).toBe(true);
});
