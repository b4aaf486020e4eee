import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { currentTick, flushAfterPoll, tellAfterTick } from '../../../src/transport/flush-schedule.js';
import { compiled } from '../../support/compiled.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('a tick has one number, however often it is asked for, and the next one another', async () => {
  const seen: number[] = [];
  const ask = () => seen.push(currentTick());
  ask();
  process.nextTick(ask);
  ask();
  process.nextTick(ask);
  await turn();
  const [first, second, next, behind] = seen;
  expect([second, behind]).toEqual([first, next]);
  expect(next).not.toBe(first);
});

it('collectors of one turn share what calls them', async () => {
  const waiting = () => process.getActiveResourcesInfo().filter((name) => name === 'Immediate').length;
  const calls: string[] = [];
  const before = waiting();
  for (const name of ['a', 'b', 'c']) {
    tellAfterTick({ tellSent: () => calls.push(`told ${name}`) });
    flushAfterPoll({ flush: () => calls.push(`flushed ${name}`) });
  }
  expect(waiting()).toBe(before + 1);
  await turn();
  expect(calls).toEqual(['told a', 'told b', 'told c', 'flushed a', 'flushed b', 'flushed c']);
});

it('collectors behind one that throws are called all the same', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    compiled('test/fixtures/batching/throwing.ts'),
  ]);
  const lines = stdout.trim().split('\n');
  for (const call of ['told', 'flushed'])
    expect(lines.filter((line) => line.startsWith(call))).toEqual([`${call} a`, `${call} b`, `${call} c`]);
  expect(lines.filter((line) => line.startsWith('caught'))).toHaveLength(4);
});

it('collectors of all turns share what watches the end of the process', async () => {
  const watchers: number[] = [];
  for (let i = 0; i < 3; i++) {
    flushAfterPoll({ flush: () => watchers.push(process.listenerCount('exit')) });
    await turn();
  }
  expect(new Set(watchers).size).toBe(1);
});
