import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { FrameCollector } from '../../../src/transport/frame-collector.js';

const MAX_BYTES = 65_536;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A collector on a network that takes all, and the lengths of what was written. */
function collecting() {
  const written: (number | string)[] = [];
  const socket = {
    writableLength: 0,
    writable: true,
    write: ({ length }: string, _encoding: string, callback?: () => void) => {
      written.push(length);
      callback?.();
    },
    cork: () => written.push('cork'),
    uncork: () => written.push('uncork'),
  };
  return { collector: new FrameCollector(socket as unknown as Socket), socket, written };
}

describe('frames that wait', () => {
  it('are 64 KB at most, and leave ahead of one that is too many', () => {
    const { collector, written } = collecting();
    collector.add('x'.repeat(MAX_BYTES - 1), undefined);
    collector.add('x', undefined);
    expect([collector.bytes, written]).toEqual([MAX_BYTES, []]);
    collector.add('x', undefined);
    expect([collector.bytes, written]).toEqual([1, [MAX_BYTES]]);
    collector.flush();
  });

  it('are as many where they are offered, and a further one is not taken', () => {
    const { collector, written } = collecting();
    expect(collector.offer('x'.repeat(MAX_BYTES))).toBe(true);
    expect(collector.offer('x')).toBe(false);
    expect([collector.bytes, written]).toEqual([MAX_BYTES, []]);
    collector.flush();
  });

  it('have their collector called once for a tick and once for a turn, however many they are', async () => {
    const { collector, written } = collecting();
    const calls: string[] = [];
    const { tellSent, flush } = collector;
    collector.tellSent = () => {
      calls.push('told');
      tellSent.call(collector);
    };
    collector.flush = () => {
      calls.push('flushed');
      flush.call(collector);
    };
    for (let i = 0; i < 3; i++) collector.add('x', () => calls.push(`sent ${i}`));
    await turn();
    expect(calls).toEqual(['told', 'sent 0', 'sent 1', 'sent 2', 'flushed']);
    expect(written).toEqual([3]);
  });

  it('leave together with what is written at once, and ahead of it', () => {
    const { collector, written } = collecting();
    collector.add('xx', undefined);
    collector.writeThrough(() => written.push('ping'));
    expect(written).toEqual(['cork', 2, 'ping', 'uncork']);
  });

  it('wait for the end of the turn where their senders need not be told, also of a network that is busy', async () => {
    const { collector, socket, written } = collecting();
    collector.add('told by the network', () => {});
    collector.flush();
    socket.writableLength = 1;
    collector.add('x', undefined);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(written).toEqual([19]);
    await turn();
    expect(written).toEqual([19, 1]);
  });

  it('have their senders told once, by the tick or by the network', async () => {
    const { collector } = collecting();
    const told: string[] = [];
    const add = (name: string) => collector.add('x', () => told.push(name));
    for (const name of ['a', 'b']) add(name);
    collector.flush();
    expect(told).toEqual(['a', 'b']);
    for (const name of ['c', 'd']) add(name);
    await turn();
    expect(told).toEqual(['a', 'b', 'c', 'd']);
  });
});
