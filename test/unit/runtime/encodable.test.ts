import { afterEach, describe, expect, it } from '@jest/globals';
import { checkEncodable } from '../../../src/runtime/server.js';

const nested = (levels: number): unknown => {
  let value: unknown = 'end';
  for (let i = 0; i < levels; i++) value = [value];
  return value;
};

describe('what can be sent', () => {
  afterEach(() => {
    Reflect.deleteProperty(BigInt.prototype, 'toJSON');
  });

  it.each([
    ['plain values', [undefined, null, true, 1, 'text', { a: [{ b: 1 }] }, Object.create(null)]],
    ['binary of any kind, as it is', [Buffer.from('x'), new BigInt64Array(2), new ArrayBuffer(2)]],
    ['500 levels', nested(500)],
    ['what becomes something else', { toJSON: () => 'text', secret: 1n }],
  ])('is %s', (_, value) => {
    expect(() => checkEncodable(value)).not.toThrow();
  });

  it.each([
    ['a BigInt', { a: [1n] }, 'a BigInt cannot be sent'],
    ['a Blob', [{ file: new Blob([]) }], 'a Blob or File cannot be sent'],
    ['501 levels', nested(501), 'nested deeper than 500 levels, or in a circle'],
    ['what becomes a BigInt', { toJSON: () => 1n }, 'a BigInt cannot be sent'],
  ])('is not %s', (_, value, message) => {
    expect(() => checkEncodable(value)).toThrow(message);
  });

  it('is not what contains itself', () => {
    const list: unknown[] = [];
    list.push(list);
    const object: Record<string, unknown> = {};
    object['self'] = object;
    for (const circle of [list, object, { toJSON: () => object }]) {
      expect(() => checkEncodable(circle)).toThrow(RangeError);
    }
  });

  it('is a BigInt where the application has taught JSON what to do with it', () => {
    Object.assign(BigInt.prototype, { toJSON: () => 'big' });
    expect(() => checkEncodable([1n])).not.toThrow();
  });
});
