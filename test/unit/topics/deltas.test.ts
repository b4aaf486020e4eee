import { expect, it } from '@jest/globals';
import { mergePatch } from '../../../src/base/merge-patch.js';
import { patchOf } from '../../../src/topics/deltas.js';

const PAD = 'x'.repeat(100);
const proto = JSON.parse('{"__proto__":{"polluted":true},"a":1}') as object;

it.each([
  [{ a: 1, PAD }, { a: 2, PAD }, { a: 2 }],
  [{ a: 1, b: 2, PAD }, { a: 1, PAD }, { b: null }],
  [{ a: { b: { c: 1, d: 2 } }, PAD }, { a: { b: { c: 1, d: 3 } }, PAD }, { a: { b: { d: 3 } } }],
  [{ a: [1, 2], PAD }, { a: [1, null], PAD }, { a: [1, null] }],
  [{ a: null, PAD }, { a: null, b: 1, PAD }, { b: 1 }],
  [{ PAD, constructor: 1 }, { PAD, constructor: 2 }, { constructor: 2 }],
])('makes of %j and %j a patch that leads from one to the other', (before, after, patch) => {
  const made = patchOf(JSON.stringify(before), JSON.stringify(after));
  expect(JSON.parse(made ?? 'null')).toEqual(patch);
  expect(mergePatch(before, JSON.parse(made ?? 'null'))).toEqual(after);
});

it.each([
  ['a new null', { a: 1, PAD }, { a: null, PAD }],
  ['a new null further within', { a: 1, PAD }, { a: { b: null }, PAD }],
  ['an array', [1, PAD], [2, PAD]],
  ['a value that is no object', { PAD }, PAD],
  ['a change of most of it', { a: 1 }, { a: 2 }],
  [
    'a key that would be a prototype',
    { ...proto, PAD },
    Object.assign(JSON.parse('{"__proto__":1}'), { PAD }),
  ],
  ['more than is compared', { a: 1, PAD: PAD.repeat(700) }, { a: 2, PAD: PAD.repeat(700) }],
])('sends the whole value of %s', (_, before, after) => {
  expect(patchOf(JSON.stringify(before), JSON.stringify(after))).toBeNull();
});

it('takes no prototype from a patch, and leaves the value before as it is', () => {
  const before = Object.freeze({ a: Object.freeze({ b: 1 }) });
  const after = mergePatch(before, JSON.parse('{"__proto__":{"polluted":true},"a":{"c":2}}')) as object;
  expect(after).toEqual({ a: { b: 1, c: 2 } });
  expect('polluted' in after).toBe(false);
  expect(before).toEqual({ a: { b: 1 } });
});
