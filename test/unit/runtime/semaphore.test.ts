import { describe, expect, it } from '@jest/globals';
import { type QueuedCall, Semaphore } from '../../../src/runtime/semaphore.js';
import { type Deferred, deferred } from '../../support/deferred.js';

/** A call of the test, which may be refused after its wait, or leave. */
class TestCall implements QueuedCall {
  leave: ((reason: Error) => void) | null = null;
  readonly work: Deferred<string> = deferred();

  constructor(
    readonly name: string,
    private readonly start: () => boolean = () => true,
  ) {}

  mayStart(): boolean {
    return this.start();
  }

  whenLeaving(onLeave: (reason: Error) => void): () => void {
    this.leave = onLeave;
    return () => {
      this.leave = null;
    };
  }
}

const setUp = (limit: number, queue: number) => {
  const semaphore = new Semaphore(limit, queue);
  const started: string[] = [];
  const run = (call: TestCall) =>
    semaphore.run(call, ({ name, work }) => {
      started.push(name);
      return work.promise;
    });
  return { semaphore, started, run };
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a semaphore', () => {
  it('runs as many calls as its limit, and the others in order of arrival', async () => {
    const { semaphore, started, run } = setUp(2, 10);
    const calls = ['a', 'b', 'c', 'd'].map((name) => new TestCall(name));
    const results = calls.map(run);
    expect(started).toEqual(['a', 'b']);
    calls[1]?.work.resolve('done');
    await turn();
    expect(started).toEqual(['a', 'b', 'c']);
    for (const { work } of calls) work.resolve('done');
    expect(await Promise.all(results)).toEqual(['done', 'done', 'done', 'done']);
    await turn();
    expect([started.at(-1), semaphore.isIdle]).toEqual(['d', true]);
  });

  it('takes no place for a call that needs no promise', () => {
    const { semaphore } = setUp(1, 0);
    expect(semaphore.run(new TestCall('a'), ({ name }) => name)).toBe('a');
    expect([semaphore.isFull, semaphore.isIdle]).toEqual([false, true]);
  });

  it('refuses what is too much for its queue', () => {
    const { run } = setUp(1, 1);
    void run(new TestCall('runs'));
    void run(new TestCall('waits'));
    expect(() => run(new TestCall('refused'))).toThrow(expect.objectContaining({ code: 'OVERLOADED' }));
  });

  it('goes on after a call that fails, at once or later', async () => {
    const { semaphore, started, run } = setUp(1, 10);
    const first = new TestCall('a');
    const failing = run(first);
    const throwing = semaphore.run(new TestCall('b'), () => {
      throw new Error('at once');
    });
    const last = new TestCall('c');
    const result = run(last);
    first.work.reject(new Error('later'));
    await expect(failing).rejects.toThrow('later');
    await expect(throwing).rejects.toThrow('at once');
    last.work.resolve('done');
    expect([await result, started]).toEqual(['done', ['a', 'c']]);
  });

  it('forgets a call whose socket leaves while it waits', async () => {
    const { started, run } = setUp(1, 1);
    const first = new TestCall('a');
    void run(first);
    const waiting = new TestCall('b');
    const result = run(waiting);
    waiting.leave?.(new Error('left'));
    await expect(result).rejects.toThrow('left');
    const next = new TestCall('c'); // its place in the queue is free again
    void run(next);
    first.work.resolve('done');
    await turn();
    expect([started, next.leave]).toEqual([['a', 'c'], null]);
  });

  it('starts no call that ran out of time, and refuses one that may not start', async () => {
    const { started, run } = setUp(1, 10);
    const first = new TestCall('a');
    void run(first);
    const late = run(new TestCall('late', () => false));
    const expired = run(
      new TestCall('expired', () => {
        throw new Error('expired');
      }),
    );
    first.work.resolve('done');
    expect(await late).toBeUndefined();
    await expect(expired).rejects.toThrow('expired');
    expect(started).toEqual(['a']);
  });
});
