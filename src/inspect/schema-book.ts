import type { Schema } from '../contract/contract.js';
import { type JsonSchema, jsonSchemaOf } from './json-schema.js';
import { identifierOf, Names, upperFirst } from './names.js';

/** Reference to a schema of a book. */
export interface SchemaReference {
  readonly $ref: string;
}

const FOLDER = '#/components/schemas/';

/**
 * Schemas of one document, each under its own name, in draft 07. Parts that a library puts into `definitions` get names
 * too, and references point to names, so that a schema can be used anywhere in the document.
 */
export class SchemaBook {
  readonly #names: Names;
  readonly #schemas = new Map<string, JsonSchema>();

  /** @param reserved - names that are never given to a schema */
  constructor(reserved: Iterable<string> = []) {
    this.#names = new Names(reserved);
  }

  /** All schemas by name, in the order in which they were added. */
  get schemas(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries(this.#schemas);
  }

  /** Adds a JSON Schema whose references, if any, point into this book. */
  add(name: string, schema: JsonSchema): SchemaReference {
    const taken = this.#names.take(name);
    this.#schemas.set(taken, schema);
    return referenceTo(taken);
  }

  /**
   * Adds the schema of a library.
   *
   * @param side - side of the schema that travels
   * @returns null when the library exports no JSON Schema for it
   */
  addOf(name: string, schema: Schema, side: 'input' | 'output'): SchemaReference | null {
    const json = jsonSchemaOf(schema, side, 'draft-07');
    return json === null ? null : this.#addForeign(name, json);
  }

  /** Finds the schema that a reference points to. */
  find({ $ref }: SchemaReference): unknown {
    const [name = '', ...path] = $ref.slice(FOLDER.length).split('/').map(unescapePointer);
    return path.reduce<unknown>(
      (at, key) => (at as Record<string, unknown> | undefined)?.[key],
      this.#schemas.get(name),
    );
  }

  /** Returns the name that a reference points to, or null when it points into a schema or elsewhere. */
  nameOf($ref: string): string | null {
    const name = $ref.startsWith(FOLDER) ? $ref.slice(FOLDER.length) : '';
    return this.#schemas.has(name) ? name : null;
  }

  #addForeign(wanted: string, json: JsonSchema): SchemaReference {
    const { $schema: _, $id: __, definitions, $defs, ...root } = json;
    const parts = Object.entries({ ...(definitions as object), ...($defs as object) }) as [
      string,
      JsonSchema,
    ][];
    const name = this.#names.take(wanted);
    const names = new Map(parts.map(([part]) => [part, this.#names.take(name + partName(part))]));
    const rewrite = ($ref: string): string => {
      const [, part, rest] = /^#\/(?:definitions|\$defs)\/([^/]+)(.*)$/.exec($ref) ?? [];
      const known = part === undefined ? undefined : names.get(unescapePointer(part));
      if (known !== undefined) return `${FOLDER}${known}${rest}`;
      return $ref.startsWith('#') ? `${FOLDER}${name}${$ref.slice(1)}` : $ref;
    };
    this.#schemas.set(name, rewriteReferences(root, rewrite) as JsonSchema);
    for (const [part, schema] of parts) {
      this.#schemas.set(names.get(part) as string, rewriteReferences(schema, rewrite) as JsonSchema);
    }
    return referenceTo(name);
  }
}

function referenceTo(name: string): SchemaReference {
  return { $ref: FOLDER + name };
}

// Libraries number parts without a name, and arktype counts through the whole process: `type7` would become `type8`
// when a schema is added elsewhere.
const NUMBERED = /^(?:__schema|[a-z]+)\d+$/;

function partName(part: string): string {
  return NUMBERED.test(part) ? 'Part' : upperFirst(identifierOf(part)) || 'Part';
}

const IS_DATA = new Set(['const', 'enum', 'default', 'examples', 'example']);
const HAS_NAMES = new Set(['properties', 'patternProperties', 'dependencies', 'dependentSchemas']);

/** Copies a schema with rewritten references. Values that only look like schemas stay unchanged. */
function rewriteReferences(schema: unknown, rewrite: ($ref: string) => string): unknown {
  if (Array.isArray(schema)) return schema.map((item) => rewriteReferences(item, rewrite));
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (key === '$ref' && typeof value === 'string') return [key, rewrite(value)];
    if (IS_DATA.has(key)) return [key, value];
    if (!HAS_NAMES.has(key)) return [key, rewriteReferences(value, rewrite)];
    const named = Object.entries(value as object);
    return [key, Object.fromEntries(named.map(([name, one]) => [name, rewriteReferences(one, rewrite)]))];
  });
  return Object.fromEntries(copy);
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
