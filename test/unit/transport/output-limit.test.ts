import { EventEmitter } from 'node:events';
import { afterEach, expect, it, jest } from '@jest/globals';
import type { EngineConnection } from '../../../src/transport/engineio.js';
import { OutputLimit } from '../../../src/transport/output-limit.js';
import { DEFAULT_TRANSPORT_LIMITS, type TransportLimits } from '../../../src/transport/transport-limits.js';

afterEach(() => {
  jest.restoreAllMocks();
});

const LIMITS = { slowOutputBytes: 100, slowOutputMs: 5_000, outputBytes: 1_000, outputPackets: 50 };

/** A client that nothing is flushed to unless the test says so. */
function watched(limits: Partial<TransportLimits> = LIMITS) {
  const reports: unknown[] = [];
  const limit = new OutputLimit({ ...DEFAULT_TRANSPORT_LIMITS, ...limits }, (...report) =>
    reports.push(report.slice(1)),
  );
  const answer = { writableFinished: false, writableLength: 0, destroy: () => ends.push('answer') };
  const ends: string[] = [];
  const connection = Object.assign(new EventEmitter(), {
    readyState: 'open',
    transport: { name: 'polling', res: answer },
    onClose: (reason: string) => {
      connection.readyState = 'closed';
      ends.push(reason);
    },
  });
  limit.watch(connection as unknown as EngineConnection);
  const send = (data?: string | Buffer): void => void connection.emit('packetCreate', { data });
  return { limit, connection, answer, ends, reports, send };
}

it('a client is cut when one byte too many waits for it', () => {
  const { send, ends, reports } = watched({ ...LIMITS, slowOutputBytes: 1_000 });
  send('x'.repeat(600));
  send(Buffer.alloc(400));
  send();
  expect(ends).toEqual([]);
  send('x');
  expect(ends).toEqual(['slow consumer']);
  expect(reports).toEqual([['outputBytes', { reason: 'slow consumer', bytes: 1_001 }]]);
  send('x'); // it is closed once
  expect(reports).toHaveLength(1);
});

it('a client is cut when one packet too many waits for it, and what was flushed does not wait', () => {
  const { send, ends, reports, connection } = watched();
  for (let i = 0; i < 50; i++) send('x');
  expect(ends).toEqual([]);
  connection.emit('flush');
  for (let i = 0; i < 50; i++) send('x');
  expect(ends).toEqual([]);
  send('x');
  expect(reports).toEqual([['outputPackets', { reason: 'slow consumer', bytes: 51 }]]);
});

it('long texts are counted in bytes', () => {
  const { send, reports } = watched({ ...LIMITS, outputBytes: 3_000, slowOutputBytes: 3_000 });
  send('é'.repeat(1_500));
  expect(reports).toEqual([]);
  send('x');
  expect(reports).toMatchObject([['outputBytes', { bytes: 3_001 }]]);
});

it('the answer to a poll waits until the client has read it, and ends with its client', () => {
  const { send, connection, answer, ends, reports } = watched();
  send('x');
  connection.emit('flush');
  answer.writableLength = 990;
  send('x'.repeat(10));
  expect(ends).toEqual([]);
  answer.writableFinished = true;
  send('x'.repeat(20)); // it was read, and counts no more
  expect(ends).toEqual([]);
  Object.assign(answer, { writableFinished: false, writableLength: 990 });
  connection.emit('flush');
  send('x'.repeat(11));
  expect(reports).toMatchObject([['outputBytes', { bytes: 1_001 }]]);
  expect(ends).toEqual(['slow consumer', 'answer']);
});

it('a client that stays slow is cut by a sweep, and one that catches up is not', () => {
  const set = jest.spyOn(globalThis, 'setInterval');
  const clear = jest.spyOn(globalThis, 'clearInterval');
  let now = 1_000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const { send, connection, ends, reports } = watched();
  send('x'.repeat(100));
  expect(set).not.toHaveBeenCalled();
  send('x');
  expect(set.mock.calls.map(([, ms]) => ms)).toEqual([1_000]);
  const sweep = set.mock.calls[0]?.[0] as () => void;
  now += 4_999;
  sweep();
  connection.emit('flush');
  sweep();
  expect([ends, clear.mock.calls.length]).toEqual([[], 1]);

  send('x'.repeat(101));
  expect(set).toHaveBeenCalledTimes(2);
  now += 4_999;
  sweep();
  expect(ends).toEqual([]);
  now += 1;
  sweep();
  expect(reports).toEqual([['slowOutputBytes', { reason: 'slow consumer', bytes: 101 }]]);
  expect(clear).toHaveBeenCalledTimes(2);
});
