import { describe, expect, it } from '@jest/globals';
import { ClientCount } from '../../../src/nodes/cores/node-process.js';

/** Counts after each step: a client that is given, or a report. */
function countsAfter(...steps: readonly ('given' | number)[]): readonly number[] {
  const count = new ClientCount();
  return steps.map((step) => {
    if (step === 'given') count.add();
    else count.report(step);
    return count.value;
  });
}

describe('the count of the clients of a node', () => {
  it('has those that were given since the last report', () => {
    expect(countsAfter('given', 'given', 2, 'given', 3)).toEqual([1, 2, 2, 3, 3]);
  });

  it('keeps a client that a report on its way did not know yet', () => {
    expect(countsAfter(0, 'given', 0, 'given', 2)).toEqual([0, 1, 1, 2, 2]);
    expect(countsAfter('given', 1, 'given', 'given', 2, 3)).toEqual([1, 1, 2, 3, 3, 3]);
  });

  it('keeps a client on its way also when the report before did not know another one', () => {
    expect(countsAfter('given', 0, 'given', 1, 2)).toEqual([1, 1, 2, 2, 2]);
  });

  it('falls with the third report that lacks clients that were given, and at once for others', () => {
    expect(countsAfter('given', 'given', 0, 0, 0)).toEqual([1, 2, 2, 2, 0]);
    expect(countsAfter(5, 3, 9)).toEqual([5, 3, 9]);
  });
});
