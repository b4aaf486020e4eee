import type { Schema } from '../contract/schema.js';
import { type JsonSchema, jsonSchemaOf } from './json-schema.js';
import { identifierOf, Names, upperFirst } from './names.js';

/** A reference to a schema of the book. */
export interface SchemaReference {
  readonly $ref: string;
}

const FOLDER = '#/components/schemas/';

/**
 * The schemas of one document, each under a name. What a library puts into `definitions` gets a name of its own, and
 * references point to names, so that a schema can stand anywhere. They are of draft 07.
 */
export class SchemaBook {
  readonly #names: Names;
  readonly #schemas = new Map<string, JsonSchema>();

  /** @param reserved - names that no schema gets */
  constructor(reserved: Iterable<string> = []) {
    this.#names = new Names(reserved);
  }

  /** Every schema by its name, in the order in which they were added. */
  get schemas(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries(this.#schemas);
  }

  /** Adds a JSON Schema that refers to nothing but this book. */
  add(name: string, schema: JsonSchema): SchemaReference {
    const taken = this.#names.take(name);
    this.#schemas.set(taken, schema);
    return referenceTo(taken);
  }

  /**
   * Adds the schema of a library.
   *
   * @param side - the one that travels
   * @returns null when the library exports no JSON Schema for it
   */
  addOf(name: string, schema: Schema, side: 'input' | 'output'): SchemaReference | null {
    const json = jsonSchemaOf(schema, side, 'draft-07');
    return json === null ? null : this.#addForeign(name, json);
  }

  /** Looks up what a reference stands for. */
  find({ $ref }: SchemaReference): unknown {
    const [name = '', ...path] = $ref.slice(FOLDER.length).split('/').map(unescapePointer);
    return path.reduce<unknown>(
      (at, key) => (at as Record<string, unknown> | undefined)?.[key],
      this.#schemas.get(name),
    );
  }

  /** The name that a reference points at, or null when it points into a schema or elsewhere. */
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

// Libraries number what has no name, and arktype numbers through the whole process: `type7` would be `type8` as soon
// as somebody adds a schema elsewhere.
const NUMBERED = /^(?:__schema|[a-z]+)\d+$/;

function partName(part: string): string {
  return NUMBERED.test(part) ? 'Part' : upperFirst(identifierOf(part)) || 'Part';
}

const IS_DATA = new Set(['const', 'enum', 'default', 'examples', 'example']);
const HAS_NAMES = new Set(['properties', 'patternProperties', 'dependencies', 'dependentSchemas']);

/** Copies a schema with other references. Values that only look like schemas stay as they are. */
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
