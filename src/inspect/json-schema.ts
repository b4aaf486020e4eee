import type { StandardJSONSchemaV1 } from '@standard-schema/spec';
import type { Schema } from '../contract/contract.js';

/** JSON Schema, of draft 2020-12 unless another one was asked for. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Draft of a JSON Schema. The schemas of AsyncAPI are a superset of draft 07. */
export type JsonSchemaDraft = 'draft-2020-12' | 'draft-07';

// Of a shape.
const MAX_LENGTH = 48;
const MAX_DEPTH = 4;
const UNKNOWN = 'unknown';
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

const DATE = { type: 'string', format: 'date-time' };

// A part that JSON Schema cannot express becomes "anything", so that the rest of the schema is kept, and a Date is the
// string that it travels as. Each library has its own options for this, and ignores those of the others.
const LENIENT = {
  // zod
  unrepresentable: 'any',
  override: ({ zodSchema, jsonSchema }: ZodOverride): void => {
    if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, DATE);
  },
  // arktype
  fallback: { date: () => DATE, default: ({ base }: { base: object }) => base },
  // @valibot/to-json-schema
  errorMode: 'ignore',
  overrideSchema: ({ valibotSchema }: { valibotSchema: { type: string } }) =>
    valibotSchema.type === 'date' ? DATE : undefined,
};

interface ZodOverride {
  readonly zodSchema: { readonly _zod: { readonly def: { readonly type: string } } };
  readonly jsonSchema: object;
}

/**
 * Converts a schema to JSON Schema.
 *
 * @param side - `input` is what the schema accepts, `output` what parsing returns
 * @returns null when the library exports no JSON Schema, or cannot for this schema
 * @source https://standardschema.dev/json-schema
 */
export function jsonSchemaOf(
  schema: Schema,
  side: 'input' | 'output',
  target: JsonSchemaDraft = 'draft-2020-12',
): JsonSchema | null {
  const standard = schema['~standard'] as Partial<StandardJSONSchemaV1.Props>;
  const convert = standard.jsonSchema?.[side];
  if (convert === undefined) return null;
  for (const libraryOptions of [LENIENT, undefined]) {
    try {
      return convert({ target, libraryOptions });
    } catch {
      // By the specification a converter throws for a schema that it cannot express.
    }
  }
  return null;
}

/**
 * Summarises a JSON Schema on one short line: `{room, text?}`, `number[]`, `'on' | 'off'`.
 *
 * @returns null when the schema says nothing, such as that of `unknown`
 */
export function shapeOf(schema: JsonSchema): string | null {
  const shape = write(schema, schema, 0);
  return shape === UNKNOWN ? null : clip(shape);
}

/** Summarises the JSON Schema of a list of arguments: `(string, number)`. */
export function argumentsShapeOf(schema: JsonSchema): string | null {
  const shape = shapeOf(schema);
  return shape !== null && Array.isArray(schema['prefixItems']) ? `(${shape.slice(1, -1)})` : shape;
}

function write(given: unknown, root: JsonSchema, depth: number): string {
  if (typeof given !== 'object' || given === null || depth > MAX_DEPTH) return UNKNOWN;
  const schema = given as JsonSchema;
  const { $ref, type } = schema;
  const inside = (part: unknown): string => write(part, root, depth + 1);
  if (typeof $ref === 'string') return inside(resolve($ref, root));
  if ('const' in schema) return literal(schema['const']);
  if (Array.isArray(schema['enum'])) return union(schema['enum'].map(literal));
  const either = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(either)) return union(either.map(inside));
  if (Array.isArray(schema['allOf'])) return [...new Set(schema['allOf'].map(inside))].join(' & ');
  if (Array.isArray(type)) return union(type.map((one) => inside({ ...schema, type: one })));
  if (type === 'object') return writeObject(schema, inside);
  if (type === 'array') return writeArray(schema, inside);
  if (type === 'integer') return 'number';
  return typeof type === 'string' ? type : UNKNOWN;
}

/** Names only: the types are in the file that the listing names. */
function writeObject(schema: JsonSchema, inside: (part: unknown) => string): string {
  const { properties, required, additionalProperties } = schema;
  const needed = new Set(Array.isArray(required) ? required : []);
  const keys = Object.keys(properties ?? {}).map((key) => {
    const name = IDENTIFIER.test(key) ? key : JSON.stringify(key);
    return needed.has(key) ? name : `${name}?`;
  });
  if (keys.length > 0) return `{${fitting(keys).join(', ')}}`;
  if (typeof additionalProperties !== 'object') return properties === undefined ? 'object' : '{}';
  return `{[key]: ${inside(additionalProperties)}}`;
}

function writeArray(schema: JsonSchema, inside: (part: unknown) => string): string {
  const { items, prefixItems } = schema;
  if (Array.isArray(prefixItems)) return `[${fitting(prefixItems.map(inside)).join(', ')}]`;
  const item = inside(items);
  return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
}

/** Keeps as many parts as have room, so that a cut shape still closes its bracket. */
function fitting(parts: readonly string[]): readonly string[] {
  let length = 2;
  const kept = parts.filter((part) => {
    length += part.length + 2;
    return length <= MAX_LENGTH;
  });
  return kept.length === parts.length ? parts : [...kept, '…'];
}

function resolve(reference: string, root: JsonSchema): unknown {
  const path = reference.split('/').slice(1);
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], root);
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

function union(parts: readonly string[]): string {
  return [...new Set(parts)].join(' | ');
}

function clip(shape: string): string {
  return shape.length > MAX_LENGTH ? `${shape.slice(0, MAX_LENGTH - 1)}…` : shape;
}
