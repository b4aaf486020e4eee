import { describe, expect, it } from '@jest/globals';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import type { Schema } from '../../../src/contract/contract.js';
import { argumentsShapeOf, jsonSchemaOf, shapeOf } from '../../../src/inspect/json-schema.js';

const tree = z.object({
  name: z.string(),
  get children() {
    return z.array(tree);
  },
});

const CASES: readonly (readonly [string, Schema, string | null])[] = [
  ['object', z.object({ room: z.string(), text: z.string().optional() }), '{room, text?}'],
  ['empty object', z.object({}), '{}'],
  ['record', z.record(z.string(), z.number()), '{[key]: number}'],
  ['odd keys', z.object({ 'a-b': z.string(), 'x\ny': z.string() }), '{"a-b", "x\\ny"}'],
  ['string', z.string().trim().max(3), 'string'],
  ['integer', z.number().int(), 'number'],
  ['array', z.array(z.string()), 'string[]'],
  ['array of a union', z.array(z.union([z.string(), z.number()])), '(string | number)[]'],
  ['array of objects', z.array(z.object({ id: z.string() })), '{id}[]'],
  ['tuple', z.tuple([z.string(), z.number()]), '[string, number]'],
  ['enum', z.enum(['up', 'down']), "'up' | 'down'"],
  ['literal', z.literal(7), '7'],
  ['nullable', z.string().nullable(), 'string | null'],
  ['union of objects', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), '{a} | {b}'],
  ['recursive', tree, '{name, children}'],
  ['list of recursive', z.array(tree), '{name, children}[]'],
  ['what JSON has no word for', z.object({ at: z.date() }), '{at}'],
  ['anything', z.unknown(), null],
  ['arktype', type({ a: 'string', 'b?': 'number' }), '{a, b?}'],
  ['a library without JSON Schema', v.object({ a: v.string() }), null],
  [
    'many keys',
    z.object(Object.fromEntries('abcdefghijklmnopqrstuvwxyz'.split('').map((key) => [key, z.string()]))),
    '{a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, …}',
  ],
  [
    'many words',
    z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']),
    "'monday' | 'tuesday' | 'wednesday' | 'thursday'…",
  ],
];

describe('shapeOf', () => {
  it.each(CASES)('writes %s', (_, schema, expected) => {
    const json = jsonSchemaOf(schema, 'input');
    expect(json && shapeOf(json)).toBe(expected);
  });

  it('tells a list of arguments from a tuple', () => {
    const json = jsonSchemaOf(z.tuple([z.string(), z.number()]), 'input');
    expect(json && argumentsShapeOf(json)).toBe('(string, number)');
  });

  it('distinguishes what is sent from what parsing delivers', () => {
    const schema = z.object({ count: z.number().default(1) });
    const [sent, parsed] = (['input', 'output'] as const).map((side) => jsonSchemaOf(schema, side));
    expect([sent && shapeOf(sent), parsed && shapeOf(parsed)]).toEqual(['{count?}', '{count}']);
  });

  it('survives schemas that refer to nothing or to themselves', () => {
    expect(shapeOf({ $ref: '#/$defs/missing' })).toBe(null);
    expect(shapeOf({ $ref: '#' })).toBe(null);
    expect(shapeOf({ type: 'array', items: { $ref: '#' } })).toBe('unknown[][][]');
  });
});
