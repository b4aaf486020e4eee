import { describe, expect, it } from '@jest/globals';
import { GatewireError, readWireError, toWireError } from '../../../src/errors/gatewire-error.js';

describe('a GatewireError', () => {
  it('has the text of its wire code, else its code, unless a message is given', () => {
    expect(new GatewireError('NOT_FOUND').message).toBe('not found');
    expect(new GatewireError('SOLD_OUT').message).toBe('SOLD_OUT');
    expect(new GatewireError('NOT_FOUND', { message: 'no such seat' }).message).toBe('no such seat');
    expect(new GatewireError('toString').message).toBe('toString');
  });

  it('has a cause only where one is given', () => {
    const cause = new Error('disk full');
    expect(new GatewireError('INTERNAL', { cause }).cause).toBe(cause);
    expect(new GatewireError('INTERNAL')).not.toHaveProperty('cause');
  });

  it('is told from all other values, also when another copy of the package made it', () => {
    const error = new GatewireError('CONFLICT');
    const ofAnotherCopy = Object.assign(new Error('x'), { [Symbol.for('gatewire.error')]: true });
    expect(GatewireError.is(error)).toBe(true);
    expect(GatewireError.is(error, 'CONFLICT')).toBe(true);
    expect(GatewireError.is(error, 'FORBIDDEN')).toBe(false);
    expect(GatewireError.is(ofAnotherCopy)).toBe(true);
    const trap = new Proxy(
      {},
      {
        get() {
          throw new Error('do not look');
        },
      },
    );
    for (const value of [undefined, null, 'CONFLICT', { code: 'CONFLICT' }, new Error('CONFLICT'), trap]) {
      expect(GatewireError.is(value)).toBe(false);
    }
  });
});

describe('an error on the wire', () => {
  it('has code, message, id, and of the rest what is given', () => {
    const cause = new Error('secret');
    expect(toWireError(new GatewireError('CONFLICT', { cause }), 'id-1')).toStrictEqual({
      code: 'CONFLICT',
      message: 'this conflicts with the present state',
      id: 'id-1',
    });
    const full = new GatewireError('SOLD_OUT', {
      message: 'no seats',
      details: { left: 0 },
      retryAfterMs: 5,
    });
    const sent = toWireError(full, 'id-2');
    expect(sent).toEqual({
      code: 'SOLD_OUT',
      message: 'no seats',
      id: 'id-2',
      details: { left: 0 },
      retryAfterMs: 5,
    });
    expect(readWireError(sent)).toMatchObject(sent);
  });

  it('is read only where it has its three strings', () => {
    const error = { code: 'A', message: 'b', id: 'c' };
    for (const value of [null, undefined, 5, 'text', true, [], {}, { error }]) {
      expect(readWireError(value)).toBeNull();
    }
    for (const field of ['code', 'message', 'id']) {
      expect(readWireError({ ...error, [field]: 5 })).toBeNull();
      expect(readWireError({ ...error, [field]: undefined })).toBeNull();
    }
    expect(GatewireError.is(readWireError(error), 'A')).toBe(true);
  });

  it('has a waiting time only where that is a positive number, and nothing else that was sent', () => {
    const error = { code: 'A', message: 'b', id: 'c', stack: 'x', name: 'y', cause: 'z' };
    for (const retryAfterMs of [undefined, null, '5', 0, -1, Number.NaN]) {
      const read = readWireError({ ...error, retryAfterMs });
      expect(read).toMatchObject({ name: 'GatewireError', retryAfterMs: undefined });
      expect(read).not.toHaveProperty('cause');
      expect(read?.stack).not.toBe('x');
    }
    expect(readWireError({ ...error, retryAfterMs: 0.5 })?.retryAfterMs).toBe(0.5);
  });
});
