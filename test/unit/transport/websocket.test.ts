import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { directWrites } from '../../../src/transport/direct-write.js';
import { Collecting, type End, type Pair, Peer, runSchedules, turn } from './websocket-schedules.js';

// 50,000 for each of the two were run; they take a minute.
const SCHEDULES = Number(process.env['SCHEDULES'] ?? 3_000);
const AT_ONCE = 1_000;
const TIME_LIMIT_MS = 300_000;

async function runAll(hasPressure: boolean, judge: (pair: Pair) => void): Promise<void> {
  for (let from = 1; from <= SCHEDULES; from += AT_ONCE) {
    const seeds = Array.from({ length: AT_ONCE }, (_, i) => from + i);
    await runSchedules(seeds, hasPressure, judge);
  }
}

/** What can be seen of a connection, with the schedule that it ran. */
const show = ({ seed, schedule }: Pair, { seen }: Peer, frames: readonly string[]) => ({
  seed,
  schedule: schedule.map(([operation]) => operation).join(', '),
  frames,
  seen,
});

const hasStep = ({ schedule }: Pair, operation: string): boolean =>
  schedule.some(([name]) => name === operation);
/** Messages that a client gets: whole ones, ahead of the close frame. Engine.IO sends frames of rooms behind it, too. */
function messagesOf(peer: Peer): readonly string[] {
  const frames = peer.frames();
  const close = frames.findIndex((frame) => frame.startsWith('88 '));
  return frames
    .slice(0, close === -1 ? frames.length : close)
    .filter((frame) => /^8[12] /.test(frame) && !frame.endsWith(' cut'));
}
const inOrder = (peer: Peer): string => messagesOf(peer).join();
/** What was seen of each kind, in its order. */
const byKind = ({ seen }: Peer): string =>
  seen.toSorted((a, b) => (a.split(' ')[0] as string).localeCompare(b.split(' ')[0] as string)).join();
const ENDS_BELOW: readonly End[] = ['close socket', 'terminate', 'client close', 'client end'];
const isVolatile = (frame: string): boolean => frame.endsWith('volatile');

/** Tells whether all of `part` is in `whole`, in its order. */
function isWithin(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const one of whole) if (part[at] === one) at++;
  return at === part.length;
}

describe('a WebSocket with a collector, beside one without, in random schedules', () => {
  it(
    'sends the same messages and reports the same, while the network takes what it is given',
    async () => {
      let frames = 0;
      let dropped = 0;
      await runAll(false, (pair) => {
        // A network socket that something else destroys takes what was not written with it.
        if (hasStep(pair, 'destroy')) return;
        const { plain, batching } = pair;
        // What Engine.IO has in its queue is lost when the connection ends below it; what has passed the queue leaves.
        if (ENDS_BELOW.some((end) => hasStep(pair, end)))
          return expect(isWithin(messagesOf(plain), messagesOf(batching))).toBe(true);
        frames += plain.frames().length;
        dropped += plain.seen.filter((one) => one.startsWith('dropped')).length;
        // Where messages do not wait for the end of the tick, pongs stand elsewhere between them, and a
        // close need not wait for it.
        const isSame =
          inOrder(plain) === inOrder(batching) &&
          plain.frames().toSorted().join() === batching.frames().toSorted().join() &&
          (hasStep(pair, 'close') || byKind(plain) === byKind(batching));
        if (!isSame)
          expect(show(pair, batching, batching.frames())).toEqual(show(pair, plain, plain.frames()));
        expect(batching.bufferedAmount).toBe(plain.bufferedAmount);
      });
      expect(frames).toBeGreaterThan(SCHEDULES);
      expect(dropped).toBeGreaterThan(SCHEDULES / 20);
    },
    TIME_LIMIT_MS,
  );

  it(
    'sends all that arrives without a collector, in its order, while the network stops and goes on',
    async () => {
      let frames = 0;
      await runAll(true, (pair) => {
        if (hasStep(pair, 'destroy')) return;
        const { plain, batching } = pair;
        const [expected, found] = [messagesOf(plain), messagesOf(batching)];
        frames += expected.length;
        if (!isWithin(expected, found))
          expect(show(pair, batching, found)).toEqual(show(pair, plain, expected));
        if (ENDS_BELOW.some((end) => hasStep(pair, end))) return;
        // Volatile ones aside, nothing else is sent, either.
        const [least, most] = [expected, found].map((all) => all.filter((frame) => !isVolatile(frame)));
        if (least?.join() !== most?.join())
          expect(show(pair, batching, found)).toEqual(show(pair, plain, expected));
        expect(batching.bufferedAmount).toBe(plain.bufferedAmount);
      });
      expect(frames).toBeGreaterThan(SCHEDULES);
    },
    TIME_LIMIT_MS,
  );
});

describe('what is sent in one turn', () => {
  it('leaves in one write at its end', async () => {
    const peer = new Peer(Collecting, false);
    await turn();
    const before = peer.wire.taken.length;
    for (const operation of ['text', 'bytes', 'room', 'text'] as const) {
      peer.do([operation, 0.5]);
      await Promise.resolve();
    }
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(peer.wire.taken).toHaveLength(before);
    await turn();
    expect(peer.wire.taken).toHaveLength(before + 1);
    expect(peer.frames()).toHaveLength(5);
    peer.end();
  });

  it.each([
    ['passes the queue of Engine.IO', 'event', [], false, 0],
    ['passes it when it is for a room', 'room', [], false, 0],
    ['goes by it behind what waits there', 'event', ['text', 'text'], false, 3],
    ['goes by it where somebody listens to packets', 'event', [], true, 1],
    ['goes by it while the network takes nothing', 'event', ['hold', 'long', 'tick'], false, 2],
    ['passes it as an acknowledgement', 'ack', [], false, 0],
    ['goes by it where answers are counted', 'question', [], false, 1],
    ['goes by it where attachments follow', 'binary', [], false, 1],
    ['goes by it where it is about a namespace', 'connect', [], false, 1],
  ] as const)('%s', async (_, operation, before, isObserved, queued) => {
    const peer = new Peer(Collecting, isObserved);
    await turn();
    for (const one of before) {
      if (one === 'tick') await turn();
      else peer.do([one, 0.5]);
    }
    peer.do([operation, 0.5]);
    expect(peer.queued).toBe(queued);
    peer.end();
  });

  it('counts as waiting until it has left', async () => {
    const peer = new Peer(Collecting, false);
    await turn();
    expect(peer.bufferedAmount).toBe(0);
    peer.do(['text', 0.5]);
    expect(peer.bufferedAmount).toBe('4'.length + '0text'.length + 2);
    peer.wire.hold();
    await turn();
    expect(peer.bufferedAmount).toBe('4'.length + '0text'.length + 2);
    peer.wire.release();
    expect(peer.bufferedAmount).toBe(0);
    peer.end();
  });

  it('leaves at once beyond 64 KB', async () => {
    const peer = new Peer(Collecting, false);
    await turn();
    const before = peer.wire.taken.length;
    for (let i = 0; i < 9; i++) {
      peer.do(['long', 0]);
      await new Promise<void>((resolve) => process.nextTick(() => process.nextTick(resolve)));
      expect(peer.bufferedAmount).toBeLessThanOrEqual(65_536);
    }
    expect(peer.wire.taken.length).toBeGreaterThan(before);
    peer.end();
  });
});

it('a connection whose messages pass the queue goes on to its next step', () => {
  const connection = new EventEmitter();
  const handed: unknown[] = [];
  directWrites(new EventEmitter() as never, 0)(connection as never, (one) => handed.push(one));
  expect(handed).toEqual([connection]);
});
