import { describe, expect, it } from '@jest/globals';
import { readException, readReply } from '../../../src/client/replies.js';

describe('what a server sends as `exception`', () => {
  it('is taken for INTERNAL where it is none of gatewire', () => {
    for (const payload of [null, 5, 'x', {}, { event: 5, error: {} }, { status: 'error' }]) {
      expect(readException(payload)).toMatchObject({
        event: '',
        error: { code: 'INTERNAL', cause: payload },
      });
    }
  });
});

describe('an acknowledgement', () => {
  const error = { code: 'SOLD_OUT', message: 'no seats', id: '7', details: { left: 0 }, retryAfterMs: 50 };

  it('is the value of an envelope, or its error', () => {
    expect(readReply('buy', { ok: true, data: 5 }, false)).toBe(5);
    expect(readReply('buy', { ok: true }, false)).toBeUndefined();
    expect(() => readReply('buy', { ok: false, error }, false)).toThrow(expect.objectContaining(error));
  });

  it('is a bare value with reply: raw, and an error only where it has the fields of one', () => {
    for (const value of [undefined, null, 0, '', [error], { ok: true, data: 5 }, { error: { code: 'X' } }]) {
      expect(readReply('buy', value, true)).toBe(value);
    }
    expect(() => readReply('buy', { error }, true)).toThrow(expect.objectContaining(error));
  });

  it('is INTERNAL where it does not come from gatewire', () => {
    for (const reply of [undefined, null, 5, 'x', [], {}, { ok: 1 }, { ok: false, error: 'x' }, { error }]) {
      expect(() => readReply('buy', reply, false)).toThrow(
        expect.objectContaining({
          code: 'INTERNAL',
          cause: new TypeError("the answer to `buy` is no envelope; is it a server with reply: 'raw'?"),
        }),
      );
    }
  });
});
