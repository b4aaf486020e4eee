import { describe, expect, it } from '@jest/globals';
import { type Part, Parts } from '../../../src/app/parts.js';
import type { LogRecord } from '../../../src/base/logger.js';

function recordedParts() {
  const steps: string[] = [];
  const errors: LogRecord[] = [];
  const logger = { debug() {}, info() {}, warn() {}, error: (record: LogRecord) => void errors.push(record) };
  const part = (name: string, fails: 'open' | 'close' | null = null): Part => ({
    name,
    async open() {
      await null;
      if (fails === 'open') throw new Error(`${name} does not open`);
      steps.push(`open ${name}`);
    },
    async close() {
      await null;
      steps.push(`close ${name}`);
      if (fails === 'close') throw new Error(`${name} does not close`);
    },
  });
  return { steps, errors, part, parts: (...all: Part[]) => new Parts(all, logger) };
}

describe('parts', () => {
  it('open in order and close backwards, each once', async () => {
    const { steps, part, parts } = recordedParts();
    const all = parts(part('a'), part('b'), part('c'));
    await all.open();
    await all.close();
    await all.close();
    expect(steps).toEqual(['open a', 'open b', 'open c', 'close c', 'close b', 'close a']);
  });

  it('close those that are open when one fails to open', async () => {
    const { steps, part, parts } = recordedParts();
    const all = parts(part('a'), part('b'), part('c', 'open'), part('d'));
    await expect(all.open()).rejects.toThrow('c does not open');
    await all.close();
    expect(steps).toEqual(['open a', 'open b', 'close b', 'close a']);
  });

  it('close all the same when one fails to close, log it and reject', async () => {
    const { steps, errors, part, parts } = recordedParts();
    const all = parts(part('a'), part('b', 'close'), part('c'));
    await all.open();
    await expect(all.close()).rejects.toThrow('1 part(s) failed to close');
    expect(steps.slice(3)).toEqual(['close c', 'close b', 'close a']);
    expect(errors).toMatchObject([{ event: 'app.close-failed', part: 'b', error: expect.any(Error) }]);
  });

  it('stop opening when they are closed meanwhile', async () => {
    const { steps, part, parts } = recordedParts();
    const all = parts(part('a'), part('b'), part('c'));
    const opening = all.open();
    const closing = all.close();
    await expect(opening).rejects.toThrow('closed while it started');
    await closing;
    expect(steps).toEqual(['open a', 'close a']);
  });
});
