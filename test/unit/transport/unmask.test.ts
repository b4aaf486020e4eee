import { describe, expect, it } from '@jest/globals';
import { unmask } from '../../../src/transport/unmask.js';

const mask = Buffer.from([0x11, 0x82, 0x05, 0xf8]);

/** As RFC 6455 defines it. */
const byBytes = (data: Buffer): Buffer => Buffer.from(data.map((byte, i) => byte ^ (mask[i % 4] as number)));

describe('unmask', () => {
  it.each([0, 1, 2, 3])('is what the RFC has it, at %i bytes behind the beginning of a word', (offset) => {
    for (let length = 0; length < 40; length++) {
      const memory = Buffer.from(new ArrayBuffer(64)).fill(0xaa);
      const data = memory.subarray(4 + offset, 4 + offset + length);
      for (let i = 0; i < length; i++) data[i] = (i * 37) % 256;
      const expected = byBytes(data);
      unmask(data, mask);
      expect(data).toEqual(expected);
      // What lies around it belongs to other frames.
      expect(memory.subarray(0, 4 + offset).every((byte) => byte === 0xaa)).toBe(true);
      expect(memory.subarray(4 + offset + length).every((byte) => byte === 0xaa)).toBe(true);
    }
  });
});
