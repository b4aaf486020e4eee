import { describe, expect, it } from '@jest/globals';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import * as z from 'zod';
import { mixOf } from '../../../src/cli/load/contract.js';
import { payloadFrom } from '../../../src/cli/load/payload.js';
import {
  type AnyContract,
  defineContract,
  type EventDefinition,
  type Schema,
} from '../../../src/contract/contract.js';
import { jsonSchemaOf } from '../../../src/inspect/json-schema.js';
import { chat } from '../../fixtures/cli/load/chat.contract.js';

const tree = z.object({
  name: z.string(),
  get children() {
    return z.array(tree).optional();
  },
});

const MADE: readonly (readonly [string, Schema])[] = [
  [
    'texts of bounded length',
    z.object({ a: z.string().min(20).max(22), b: z.string().max(2), c: z.string() }),
  ],
  [
    'formats',
    z.object({
      a: z.email(),
      b: z.uuid(),
      c: z.iso.datetime(),
      d: z.url(),
      e: z.iso.date(),
      f: z.ipv4(),
      g: z.ulid(),
      h: z.nanoid(),
    }),
  ],
  [
    'usual patterns',
    z.object({ a: z.string().regex(/^[0-9a-f]{32}$/), b: z.string().regex(/^[A-Z][a-z]+$/) }),
  ],
  [
    'numbers',
    z.object({ a: z.int().positive().max(3), b: z.number().gt(-2).lt(-1), c: z.int().multipleOf(5).min(7) }),
  ],
  ['negative numbers', z.object({ a: z.number().max(-10), b: z.int().negative(), c: z.number() })],
  ['lists', z.object({ a: z.array(z.string()).min(2).max(4), b: z.tuple([z.string(), z.number()]) })],
  [
    'words and alternatives',
    z.object({ a: z.enum(['on', 'off']), b: z.union([z.literal(7), z.boolean()]), c: z.null() }),
  ],
  [
    'a discriminated union',
    z.discriminatedUnion('t', [z.object({ t: z.literal(1) }), z.object({ t: z.literal(2), x: z.int() })]),
  ],
  ['an intersection', z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() }))],
  [
    'members that may be absent',
    z.object({
      a: z.string().optional(),
      b: z
        .string()
        .regex(/^~{40}$/)
        .optional(),
    }),
  ],
  ['a type that contains itself', tree],
  ['records', z.record(z.string(), z.number())],
  [
    'examples in the schema',
    z.object({
      a: z
        .string()
        .regex(/^~!$/)
        .meta({ examples: ['~!'] }),
    }),
  ],
  [
    'schemas of valibot',
    toStandardJsonSchema(v.object({ a: v.pipe(v.string(), v.minLength(3)), b: v.number() })),
  ],
];

const NOT_MADE: readonly (readonly [string, Schema, string])[] = [
  [
    'a rare pattern',
    z.object({ a: z.object({ b: z.string().regex(/^~{40}$/) }) }),
    '`a.b`: no text is known that fits its pattern ^~{40}$',
  ],
  ['a format without a maker', z.object({ a: z.jwt() }), '`a`: no text is known that fits its format `jwt`'],
  ['no number between the bounds', z.object({ a: z.int().gt(3).lt(4) }), '`a`: no number fits its bounds'],
  ['a list without an end', z.array(z.string()).min(101), 'it has at least 101 items'],
];

describe('payloads of a load', () => {
  it.each(MADE)('are made for %s', (_, schema) => {
    const json = jsonSchemaOf(schema, 'input');
    for (let i = 0; i < 200; i++) {
      const value = payloadFrom(json as never);
      expect({ value, ...schema['~standard'].validate(value) }).toMatchObject({ value });
      expect(schema['~standard'].validate(value)).not.toHaveProperty('issues');
    }
  });

  it.each(NOT_MADE)('are not made for %s', (_, schema, message) => {
    expect(() => payloadFrom(jsonSchemaOf(schema, 'input') as never)).toThrow(message);
  });
});

const client = { index: 0, sent: 0 };
const contract = (clientToServer: Record<string, EventDefinition>): AnyContract =>
  defineContract('/chat', { clientToServer }) as AnyContract;

describe('the mix of a contract', () => {
  it('has the events that clients send, with examples first, and names those that it leaves out', async () => {
    const { mix, leftOut } = await mixOf(chat);
    expect(mix.map(({ event, isAnswered, weight }) => ({ event, isAnswered, weight }))).toEqual([
      { event: 'room:join', isAnswered: true, weight: 1 },
      { event: 'message:send', isAnswered: true, weight: 1 },
      { event: 'typing', isAnswered: false, weight: 1 },
    ]);
    expect(mix.map(({ argumentsOf }) => argumentsOf(client))).toEqual([
      [{ room: expect.any(String) }],
      [{ room: 'room-0', text: 'an example' }],
      [],
    ]);
    expect(leftOut).toEqual([
      { event: 'price:set', reason: '`code`: no text is known that fits its pattern ^~.{12}!$' },
    ]);
  });

  it('has lists of arguments', async () => {
    const args = z.tuple([z.literal('a'), z.literal(1)]);
    const { mix } = await mixOf(contract({ made: { args }, given: { args, examples: [['a', 1]] } }));
    expect(mix.map(({ argumentsOf }) => argumentsOf(client))).toEqual([
      ['a', 1],
      ['a', 1],
    ]);
  });

  it('leaves out what the schema refuses, or says nothing about', async () => {
    const definition: Record<string, EventDefinition> = {
      odd: { payload: z.object({ n: z.int() }).refine(() => false, 'odd numbers only') },
      mute: { payload: v.object({ a: v.string() }) },
      fine: {},
    };
    const { leftOut } = await mixOf(contract(definition));
    expect(leftOut).toEqual([
      { event: 'odd', reason: 'a made value does not fit: odd numbers only' },
      { event: 'mute', reason: 'its schema exports no JSON Schema, and it has no `examples`' },
    ]);
    await expect(mixOf(contract(definition), 'odd')).rejects.toThrow(
      'no event of the contract can be sent: `odd`',
    );
  });

  it('can be one event', async () => {
    expect((await mixOf(chat, 'typing')).mix.map(({ event }) => event)).toEqual(['typing']);
    const refused = mixOf(chat, 'tipyng');
    await expect(refused).rejects.toMatchObject({
      problem: { message: 'the contract has no event `tipyng`', help: expect.stringContaining('`typing`') },
    });
  });
});
