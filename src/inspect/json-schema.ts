import type { StandardJSONSchemaV1 } from '@standard-schema/spec';
import type { Schema } from '../contract/schema.js';

/** A JSON Schema, of draft 2020-12 where nothing else is said. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The drafts that are asked for. AsyncAPI's own schemas are a superset of draft 07. */
export type JsonSchemaDraft = 'draft-2020-12' | 'draft-07';

const DATE = { type: 'string', format: 'date-time' };

// What JSON has no word for becomes "anything" instead of costing the whole schema, and a Date is the string that
// it travels as. Each library has options of its own for this, and passes over those of the others.
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
 * Asks a schema for its JSON Schema.
 *
 * @param side - `input` is what is accepted, `output` what parsing delivers
 * @returns null when the library exports none, or cannot for this schema
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
      // The specification lets a converter throw for what it cannot say; a listing goes on without.
    }
  }
  return null;
}
