import type { StandardJSONSchemaV1 } from '@standard-schema/spec';
import type { Schema } from '../contract/schema.js';

/** A JSON Schema of draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

// What JSON has no word for, such as a Date, becomes "anything" instead of costing the whole schema. The option
// is zod's; libraries that do not know it ignore it.
const LENIENT = { unrepresentable: 'any' };

/**
 * Asks a schema for its JSON Schema.
 *
 * @param side - `input` is what is accepted, `output` what parsing delivers
 * @returns null when the library exports none, or cannot for this schema
 * @source https://standardschema.dev/json-schema
 */
export function jsonSchemaOf(schema: Schema, side: 'input' | 'output'): JsonSchema | null {
  const standard = schema['~standard'] as Partial<StandardJSONSchemaV1.Props>;
  const convert = standard.jsonSchema?.[side];
  if (convert === undefined) return null;
  for (const libraryOptions of [undefined, LENIENT]) {
    try {
      return convert({ target: 'draft-2020-12', libraryOptions });
    } catch {
      // The specification lets a converter throw for what it cannot say; a listing goes on without.
    }
  }
  return null;
}
