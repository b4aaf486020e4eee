import type { StandardJSONSchemaV1 } from '@standard-schema/spec';
import type { Problems } from '../base/problems.js';
import type { Schema } from '../contract/contract.js';
import type { Place } from '../errors/boot-error.js';
import type { MessagePlan } from './types.js';
import { shapeOfValibot } from './valibot.js';

/** Value that JSON has no form for. */
export type UnsendableKind = 'Date' | 'Map' | 'Set' | 'BigInt';

/** Part of a schema that no JSON fits. */
export interface Unsendable {
  readonly kind: UnsendableKind;
  /** Place in the value, such as `items[].at`; empty for the value itself. */
  readonly path: string;
}

type JsonSchema = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<string, UnsendableKind>> = {
  date: 'Date',
  map: 'Map',
  set: 'Set',
  bigint: 'BigInt',
};
const MARK = 'gatewire:unsendable';

const markOf = (type: string) => mark(KINDS[type.toLowerCase()]);
const mark = (kind: UnsendableKind | undefined): JsonSchema | undefined => kind && { not: {}, [MARK]: kind };

// Each library has options of its own for parts that JSON Schema cannot express, and ignores those of the others.
const MARKING = {
  // zod
  unrepresentable: 'any',
  override: ({ zodSchema, jsonSchema }: ZodOverride): void => {
    const { type, coerce, in: first } = zodSchema._zod.def;
    if (coerce !== true) Object.assign(jsonSchema, mark(KINDS[type]));
    // What `preprocess` takes is anything, and zod writes what comes of it.
    if (first?._zod.def.type === 'transform') delete (jsonSchema as Record<string, unknown>)[MARK];
  },
  // arktype
  fallback: {
    date: () => mark('Date'),
    proto: ({ proto, base }: ArkProto) => mark(KINDS[proto.name.toLowerCase()]) ?? base,
    domain: ({ domain, base }: ArkDomain) => mark(KINDS[domain]) ?? base,
    default: ({ base }: { readonly base: object }) => base,
  },
  // @valibot/to-json-schema
  errorMode: 'ignore',
  overrideSchema: ({ valibotSchema }: { readonly valibotSchema: { readonly type: string } }) =>
    mark(KINDS[valibotSchema.type]),
};

interface ZodSchema {
  readonly _zod: {
    readonly def: { readonly type: string; readonly coerce?: boolean; readonly in?: ZodSchema };
  };
}

interface ZodOverride {
  readonly zodSchema: ZodSchema;
  readonly jsonSchema: object;
}

interface ArkProto {
  readonly proto: { readonly name: string };
  readonly base: object;
}

interface ArkDomain {
  readonly domain: string;
  readonly base: object;
}

/** Forms that JSON has for such values, and what makes the values of them. */
const CODECS: Readonly<Record<UnsendableKind, string>> = {
  Date: "a string: z.coerce.date() or z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() }) of zod, 'string.date.parse' of arktype, v.pipe(v.string(), v.toDate()) of valibot",
  Map: 'entries: z.codec(z.array(z.tuple([key, value])), z.map(key, value), { decode: (entries) => new Map(entries), encode: (map) => [...map] }) of zod',
  Set: 'an array: z.codec(z.array(item), z.set(item), { decode: (items) => new Set(items), encode: (set) => [...set] }) of zod',
  BigInt:
    'a string: z.coerce.bigint() or z.codec(z.string(), z.bigint(), { decode: BigInt, encode: String }) of zod',
};

/** Side that sends the payload of an event; the other one answers. */
export type Sender = 'client' | 'server';

/** Reports schemas of an event that JSON cannot satisfy. */
export function checkSendable(
  event: string,
  sender: Sender,
  { payload, args, ack }: Pick<MessagePlan, 'payload' | 'args' | 'ack'>,
  problems: Problems,
  where: Place,
): void {
  const check = (option: string, schema: Schema | null, isAnswer: boolean): void => {
    const isFromClient = isAnswer === (sender === 'server');
    // What a handler answers is parsed ahead of sending, and a Date among it arrives as a string.
    const found = schema && unsendableIn(schema, isAnswer && !isFromClient ? 'output' : 'input');
    if (found === null || (!isFromClient && found.kind === 'Date')) return;
    const { kind, path } = found;
    problems.add(
      'GW_ERR_BUILD_UNSENDABLE',
      { event, option: option + path, kind, codec: CODECS[kind] },
      where,
    );
  };
  check('payload', payload, false);
  check('args', args, false);
  check('ack', ack, true);
}

/**
 * Finds a part of a schema that only a value fits which JSON has no form for: no client can send one. Of a library
 * without JSON Schema, other than valibot, nothing is known.
 *
 * @param side - `input` is what the schema accepts, `output` what parsing returns
 */
export function unsendableIn(schema: Schema, side: 'input' | 'output'): Unsendable | null {
  const { vendor, jsonSchema } = schema['~standard'] as Partial<StandardJSONSchemaV1.Props>;
  const convert = jsonSchema?.[side];
  try {
    const root =
      convert?.({ target: 'draft-2020-12', libraryOptions: MARKING }) ??
      (vendor === 'valibot' ? shapeOfValibot(schema, side, markOf) : {});
    return find(root, root, '', new Set());
  } catch {
    return null; // By the specification a converter throws for a schema that it cannot express.
  }
}

function find(given: unknown, root: JsonSchema, path: string, seen: Set<string>): Unsendable | null {
  if (typeof given !== 'object' || given === null) return null;
  const schema = given as JsonSchema;
  if (typeof schema[MARK] === 'string') return { kind: schema[MARK] as UnsendableKind, path };
  const inside = (part: unknown, at: string): Unsendable | null => find(part, root, path + at, seen);
  const { $ref } = schema;
  if (typeof $ref === 'string') {
    if (seen.has($ref)) return null;
    seen.add($ref);
    return inside(targetOf($ref, root), '');
  }
  const either = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(either)) return findInAll(either, (part) => inside(part, ''));
  for (const [part, at] of partsOf(schema)) {
    const found = inside(part, at);
    if (found !== null) return found;
  }
  return null;
}

/** One form that JSON can have is enough, unless it is `null`. */
function findInAll(
  either: readonly unknown[],
  look: (part: unknown) => Unsendable | null,
): Unsendable | null {
  const forms = either.filter((part) => (part as JsonSchema | null)?.['type'] !== 'null');
  const found = forms.map(look);
  return found.includes(null) ? null : (found[0] ?? null);
}

function partsOf(schema: JsonSchema): readonly (readonly [part: unknown, at: string])[] {
  const { allOf, prefixItems, items, properties, additionalProperties } = schema;
  return [
    ...listOf(allOf).map((part) => [part, ''] as const),
    ...listOf(prefixItems).map((part, i) => [part, `[${i}]`] as const),
    [items, '[]'],
    ...Object.entries((properties ?? {}) as JsonSchema).map(([name, part]) => [part, `.${name}`] as const),
    [additionalProperties, '[key]'],
  ];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function targetOf(ref: string, root: JsonSchema): unknown {
  const keys = ref.replace(/^#\/?/, '').split('/').filter(Boolean);
  return keys.reduce<unknown>((part, key) => (part as JsonSchema | undefined)?.[key], root);
}
