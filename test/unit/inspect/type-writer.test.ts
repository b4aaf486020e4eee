import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import type { JsonSchema } from '../../../src/inspect/json-schema.js';
import { SchemaBook } from '../../../src/inspect/schema-book.js';
import { TypeWriter } from '../../../src/inspect/types/type-writer.js';

const CASES: readonly (readonly [string, JsonSchema, string])[] = [
  ['nothing', {}, 'unknown'],
  ['a number', { type: 'integer' }, 'number'],
  ['several types', { type: ['string', 'null'] }, 'string | null'],
  ['a constant', { const: "it's" }, '"it\'s"'],
  ['a constant object', { const: { a: [1, 'b'] } }, '{"a":[1,"b"]}'],
  ['words', { enum: ['up', 'down', null, 5] }, "'up' | 'down' | null | 5"],
  ['never', { not: {} }, 'never'],
  ['a list', { type: 'array', items: { type: 'string' } }, 'string[]'],
  ['a list of anything', { type: 'array' }, 'unknown[]'],
  ['a list of a union', { type: 'array', items: { enum: ['a', 'b'] } }, "('a' | 'b')[]"],
  ['a tuple of draft 07', { type: 'array', items: [{ type: 'string' }], additionalItems: false }, '[string]'],
  [
    'a tuple of draft 2020-12',
    { type: 'array', prefixItems: [{ type: 'string' }], items: false },
    '[string]',
  ],
  [
    'a tuple with more',
    { type: 'array', items: [{ type: 'string' }], additionalItems: { type: 'number' } },
    '[string, ...number[]]',
  ],
  [
    'a tuple with less',
    { type: 'array', minItems: 1, items: [{ type: 'string' }, { enum: [1, 2] }] },
    '[string, (1 | 2)?]',
  ],
  [
    'an object',
    { type: 'object', properties: { a: { type: 'string' }, 'b-c': {} }, required: ['a'] },
    "{ a: string; 'b-c'?: unknown }",
  ],
  [
    'an open object',
    { type: 'object', properties: { a: {} }, additionalProperties: { type: 'string' } },
    '{ a?: unknown; [key: string]: unknown }',
  ],
  ['any object', { type: 'object' }, '{ [key: string]: unknown }'],
  [
    'an empty object',
    { type: 'object', properties: {}, additionalProperties: false },
    '{ [key: string]: never }',
  ],
  [
    'a record',
    { type: 'object', additionalProperties: { type: ['number', 'null'] } },
    '{ [key: string]: number | null }',
  ],
  [
    'a record of patterns',
    { type: 'object', patternProperties: { '^a': { type: 'number' } }, additionalProperties: false },
    '{ [key: string]: number }',
  ],
  [
    'a record of words',
    { type: 'object', propertyNames: { enum: ['a', 'b'] }, additionalProperties: { type: 'number' } },
    "{ [key in 'a' | 'b']?: number }",
  ],
  ['a union', { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'string' }] }, 'string | number'],
  ['a union with anything', { oneOf: [{ type: 'string' }, {}] }, 'unknown'],
  [
    'an intersection',
    {
      allOf: [
        { type: 'object', properties: { a: {} } },
        { anyOf: [{ type: 'object', properties: { b: {} } }, { type: 'null' }] },
      ],
    },
    '{ a?: unknown } & ({ b?: unknown } | null)',
  ],
  [
    'an object with alternatives',
    { type: 'object', anyOf: [{ properties: { a: {} } }, { properties: { b: {} } }] },
    '{ a?: unknown } | { b?: unknown }',
  ],
  ['a reference to nowhere', { $ref: 'https://example.com/schema' }, 'unknown'],
];

/** A schema as a library exports it. */
const exported = (json: JsonSchema) =>
  ({
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: () => ({ value: 1 }),
      jsonSchema: { input: () => json, output: () => json },
    },
  }) as never;

function written(json: JsonSchema): { type: string; declarations: readonly string[] } {
  const book = new SchemaBook();
  const types = new TypeWriter(book);
  const type = types.typeOf(book.addOf('thing', exported(json), 'input'));
  return { type, declarations: types.declarations };
}

describe('TypeWriter', () => {
  it.each(CASES)('writes %s', (_, json, expected) => {
    expect(written(json)).toEqual({ type: expected, declarations: [] });
  });

  it('gives names to what refers to itself', () => {
    expect(written({ type: 'object', properties: { next: { $ref: '#' } } })).toEqual({
      type: 'Thing',
      declarations: ['export type Thing = { next?: Thing };'],
    });
    const list = {
      type: 'array',
      items: { $ref: '#/definitions/__schema0' },
      definitions: {
        __schema0: { type: 'object', additionalProperties: { $ref: '#/definitions/__schema0' } },
      },
    };
    expect(written(list)).toEqual({
      type: 'ThingPart[]',
      declarations: ['export type ThingPart = { [key: string]: ThingPart };'],
    });
    expect(written({ $ref: '#' })).toEqual({ type: 'Thing', declarations: ['export type Thing = unknown;'] });
  });

  it('follows references into a schema', () => {
    const pair = { type: 'object', properties: { a: { type: 'string' }, b: { $ref: '#/properties/a' } } };
    expect(written(pair).type).toBe('{ a?: string; b?: string }');
  });

  it('gives a name and lines to what is long, with its words', () => {
    const { type, declarations } = written({
      type: 'object',
      description: 'One thing.',
      properties: {
        a: { type: 'string', description: 'First.\nMore.', deprecated: true },
        b: { type: 'object', properties: { c: { description: 'Inside.' } } },
      },
      required: ['a'],
    });
    expect(type).toBe('Thing');
    expect(declarations.join('\n')).toBe(`/** One thing. */
export type Thing = {
  /**
   * First.
   * More.
   * @deprecated
   */
  a: string;
  b?: {
    /** Inside. */
    c?: unknown;
  };
};`);
  });

  it('leaves values alone that look like references', () => {
    const book = new SchemaBook();
    const json = { default: { $ref: '#' }, properties: { $ref: { const: 1 }, default: { $ref: '#' } } };
    book.addOf('thing', exported(json), 'input');
    expect(book.schemas['thing']).toEqual({
      default: { $ref: '#' },
      properties: { $ref: { const: 1 }, default: { $ref: '#/components/schemas/thing' } },
    });
  });

  it('keeps the names that a schema was given', () => {
    const book = new SchemaBook();
    book.addOf('thing', z.object({ a: z.string().meta({ id: 'room-name' }) }), 'input');
    expect(Object.keys(book.schemas)).toEqual(['thing', 'thingRoomName']);
  });
});
