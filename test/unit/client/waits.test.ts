import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { GatewireError } from '../../../src/client/index.js';
import { retryWaitMs } from '../../../src/client/reconnect.js';

afterEach(() => {
  jest.restoreAllMocks();
});

describe('a wait', () => {
  it('is what the server said, else grows from 1 s to 30 s and is never the same for all', () => {
    expect(retryWaitMs(new GatewireError('OVERLOADED', { retryAfterMs: 5 }), 9)).toBe(5);
    expect(retryWaitMs(new GatewireError('OVERLOADED', { retryAfterMs: 1e12 }), 0)).toBe(2 ** 31 - 1);
    for (const random of [0, 0.5, 0.999]) {
      jest.spyOn(Math, 'random').mockReturnValue(random);
      const waits = [0, 1, 2, 3, 4, 5, 50, 5_000].map((attempt) =>
        Math.round(retryWaitMs(new GatewireError('OVERLOADED'), attempt) / (1 + random)),
      );
      expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
    }
  });
});
