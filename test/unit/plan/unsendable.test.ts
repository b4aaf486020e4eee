import { describe, expect, it } from '@jest/globals';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import type { Schema } from '../../../src/contract/contract.js';
import { unsendableIn } from '../../../src/plan/unsendable.js';

const day = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const tree = z.object({
  at: z.string(),
  get children() {
    return z.array(tree);
  },
});
const late = z.object({
  at: z.date(),
  get children() {
    return z.array(late);
  },
});

describe('a schema that no JSON fits', () => {
  it.each<readonly [string, Schema, string]>([
    ['a Date', z.date(), 'Date '],
    ['a Date in an object', z.object({ at: z.date() }), 'Date .at'],
    ['an optional Date', z.object({ at: z.date().optional() }), 'Date .at'],
    ['a Date or null', z.object({ at: z.date().nullable() }), 'Date .at'],
    ['Dates in a list', z.object({ at: z.array(z.date()) }), 'Date .at[]'],
    ['a Date in a tuple', z.tuple([z.string(), z.date()]), 'Date [1]'],
    ['Dates in a record', z.record(z.string(), z.date()), 'Date [key]'],
    ['a Date in a recursive schema', late, 'Date .at'],
    ['a Map', z.object({ m: z.map(z.string(), z.string()) }), 'Map .m'],
    ['a Set', z.object({ s: z.set(z.string()) }), 'Set .s'],
    ['a BigInt', z.object({ n: z.bigint() }), 'BigInt .n'],
    ['a Date or a BigInt', z.union([z.date(), z.bigint()]), 'Date '],
    ['an intersection', z.object({ a: z.string() }).and(z.object({ at: z.date() })), 'Date .at'],
    ['a Date, transformed', z.object({ at: z.date().transform(String) }), 'Date .at'],
    ['arktype Date', type({ at: 'Date' }), 'Date .at'],
    ['arktype Map', type({ m: 'Map' }), 'Map .m'],
    ['arktype bigint', type({ n: 'bigint' }), 'BigInt .n'],
    ['valibot Date', toStandardJsonSchema(v.object({ at: v.date() })), 'Date .at'],
    ['valibot Date without JSON Schema', v.object({ at: v.date() }), 'Date .at'],
    ['valibot Date, transformed', v.object({ at: v.pipe(v.date(), v.transform(String)) }), 'Date .at'],
    ['valibot, optional', v.object({ at: v.optional(v.nullable(v.date())) }), 'Date .at'],
    ['valibot, in lists', v.array(v.tuple([v.string(), v.map(v.string(), v.string())])), 'Map [][1]'],
    ['valibot, in a rest', v.tupleWithRest([v.string()], v.set(v.string())), 'Set []'],
    ['valibot, in a rest of an object', v.objectWithRest({ a: v.string() }, v.bigint()), 'BigInt [key]'],
    ['valibot, in a record', v.strictObject({ all: v.record(v.string(), v.date()) }), 'Date .all[key]'],
    ['valibot, of a class', v.object({ at: v.instance(Date) }), 'Date .at'],
    ['valibot, one of two', v.union([v.date(), v.bigint(), v.null()]), 'Date '],
    [
      'valibot, in all variants',
      v.variant('kind', [
        v.object({ kind: v.literal('a'), at: v.date() }),
        v.object({ kind: v.literal('b'), n: v.bigint() }),
      ]),
      'Date .at',
    ],
    [
      'valibot, in an intersection',
      v.intersect([v.object({ a: v.string() }), v.object({ at: v.date() })]),
      'Date .at',
    ],
    ['valibot Set', toStandardJsonSchema(v.object({ s: v.set(v.string()) })), 'Set .s'],
  ])('is found: %s', (_, schema, expected) => {
    const found = unsendableIn(schema, 'input');
    expect(`${found?.kind} ${found?.path}`).toBe(expected);
  });

  it.each<readonly [string, Schema]>([
    ['a codec', z.object({ at: day })],
    ['coercion', z.object({ at: z.coerce.date(), n: z.coerce.bigint() })],
    ['a preprocessed Date', z.object({ at: z.preprocess((x) => new Date(String(x)), z.date()) })],
    ['a string or a Date', z.object({ at: z.union([z.string(), z.date()]) })],
    ['a transformed string', z.string().transform((text) => new Set(text))],
    ['binary data', z.object({ data: z.instanceof(Uint8Array) })],
    ['a recursive schema', tree],
    ['anything', z.unknown()],
    ['arktype, parsed', type({ at: 'string.date.parse', data: 'TypedArray.Uint8' })],
    [
      'valibot, parsed',
      toStandardJsonSchema(
        v.object({
          at: v.pipe(
            v.string(),
            v.transform((x) => new Date(x)),
          ),
        }),
      ),
    ],
    [
      'valibot without JSON Schema, parsed',
      v.object({
        at: v.pipe(
          v.string(),
          v.transform((x) => new Date(x)),
        ),
        day: v.union([v.string(), v.date()]),
        kind: v.enum({ date: 'date', map: 'map' }),
        role: v.picklist(['date', 'set']),
        data: v.instance(Uint8Array),
        later: v.lazy(() => v.date()),
        anything: v.unknown(),
      }),
    ],
    [
      'a library that says nothing',
      { '~standard': { version: 1, vendor: 'own', validate: () => ({ value: 1 }) } },
    ],
  ])('is not seen in %s', (_, schema) => {
    expect(unsendableIn(schema, 'input')).toBeNull();
  });

  it('is looked for on the side that travels', () => {
    expect(unsendableIn(day, 'output')).toEqual({ kind: 'Date', path: '' });
    expect(
      unsendableIn(
        z.set(z.string()).transform((set) => [...set]),
        'output',
      ),
    ).toBeNull();
    const shown = v.pipe(v.date(), v.transform(String));
    expect([unsendableIn(shown, 'input')?.kind, unsendableIn(shown, 'output')]).toEqual(['Date', null]);
    expect(unsendableIn(v.date(), 'output')?.kind).toBe('Date');
  });
});
