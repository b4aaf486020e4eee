import { randomUUID } from 'node:crypto';
import type { JsonSchema } from '../../inspect/json-schema.js';

/** Error for a part of a schema from which no value can be made. */
export class Unmakeable extends Error {
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(path === '' ? reason : `\`${path}\`: ${reason}`);
  }
}

const MAX_DEPTH = 8;
const MAX_ITEMS = 100;
const MAX_TEXT = 10_000;

/**
 * Makes a random value that fits a JSON Schema. Examples in the schema are preferred to made values.
 *
 * @throws {Unmakeable} with the part that is too special
 */
export function payloadFrom(schema: JsonSchema): unknown {
  return new Maker(schema).make(schema, '', 0);
}

class Maker {
  constructor(private readonly root: JsonSchema) {}

  make(given: unknown, path: string, depth: number): unknown {
    if (given === true) return 'any';
    if (typeof given !== 'object' || given === null) throw new Unmakeable(path, 'nothing fits it');
    const schema = given as JsonSchema;
    const { $ref, type, enum: words, examples } = schema;
    if (depth > MAX_DEPTH) throw new Unmakeable(path, 'it is nested too deeply');
    if (Array.isArray(examples) && examples.length > 0) return pick(examples);
    if ('const' in schema) return schema['const'];
    if (Array.isArray(words)) return pick(words);
    if (typeof $ref === 'string') return this.make(this.#resolve($ref, path), path, depth + 1);
    const either = schema['anyOf'] ?? schema['oneOf'];
    if (Array.isArray(either)) return this.#makeOne(either, path, depth);
    if (Array.isArray(schema['allOf'])) return this.make(merge(schema), path, depth + 1);
    if (Array.isArray(type))
      return this.#makeOne(
        type.map((one) => ({ ...schema, type: one })),
        path,
        depth,
      );
    if (type === 'object' || 'properties' in schema) return this.#makeObject(schema, path, depth);
    if (type === 'array') return this.#makeArray(schema, path, depth);
    if (type === 'string') return makeText(schema, path);
    if (type === 'integer' || type === 'number') return makeNumber(schema, path);
    if (type === 'boolean') return Math.random() < 0.5;
    return type === 'null' ? null : 'any';
  }

  /** Takes any alternative from which a value can be made. */
  #makeOne(schemas: readonly unknown[], path: string, depth: number): unknown {
    const first = Math.floor(Math.random() * schemas.length);
    let failure: unknown = new Unmakeable(path, 'nothing fits it');
    for (let i = 0; i < schemas.length; i++) {
      try {
        return this.make(schemas[(first + i) % schemas.length], path, depth + 1);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** Leaves out optional members that cannot be made: so those of a type that contains itself come to an end. */
  #makeObject(schema: JsonSchema, path: string, depth: number): unknown {
    const properties = (schema['properties'] ?? {}) as Readonly<Record<string, unknown>>;
    const required = new Set(Array.isArray(schema['required']) ? (schema['required'] as string[]) : []);
    const made: Record<string, unknown> = {};
    for (const name of new Set([...Object.keys(properties), ...required])) {
      const isNeeded = required.has(name);
      if (!isNeeded && depth > 2) continue;
      try {
        made[name] = this.make(properties[name] ?? true, path === '' ? name : `${path}.${name}`, depth + 1);
      } catch (error) {
        if (isNeeded) throw error;
      }
    }
    return made;
  }

  #makeArray(schema: JsonSchema, path: string, depth: number): unknown {
    const { prefixItems, items, uniqueItems } = schema;
    const fixed = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : [];
    const least = Math.max(numberOf(schema, 'minItems') ?? 0, fixed.length);
    const most = numberOf(schema, 'maxItems') ?? least + 2;
    if (least > MAX_ITEMS) throw new Unmakeable(path, `it has at least ${least} items`);
    const hasMore = fixed.length === 0 && items !== undefined;
    const length = hasMore ? between(least, Math.min(most, least + 2)) : least;
    const made = Array.from({ length }, (_, i) =>
      this.make(fixed[i] ?? items ?? true, `${path}[${i}]`, depth + 1),
    );
    if (uniqueItems === true && new Set(made.map((item) => JSON.stringify(item))).size < made.length) {
      throw new Unmakeable(path, 'its items are different');
    }
    return made;
  }

  #resolve(reference: string, path: string): unknown {
    const steps = reference.split('/').slice(1);
    const found = steps.reduce<unknown>(
      (at, step) => (at as JsonSchema | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')],
      this.root,
    );
    if (!reference.startsWith('#') || found === undefined)
      throw new Unmakeable(path, `\`${reference}\` is not in it`);
    return found;
  }
}

/** Merges the parts of `allOf` as far as objects need it: members of all, and what else each one says. */
function merge({ allOf, ...rest }: JsonSchema): JsonSchema {
  const parts = [rest, ...(allOf as JsonSchema[])];
  const list = (name: string): unknown[] =>
    parts.flatMap((part) => (part[name] as unknown[] | undefined) ?? []);
  const properties = Object.assign({}, ...parts.map((part) => part['properties'] ?? {})) as object;
  const merged = Object.assign({}, ...parts) as Record<string, unknown>;
  if (Object.keys(properties).length > 0) merged['properties'] = properties;
  return { ...merged, required: list('required') };
}

const HEX = '0123456789abcdef';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Makers of texts of a format. */
const FORMATS: Readonly<Record<string, () => string>> = {
  uuid: randomUUID,
  email: () => `${letters(8)}@example.com`,
  'date-time': () => new Date().toISOString(),
  date: () => new Date().toISOString().slice(0, 10),
  time: () => new Date().toISOString().slice(11, 19),
  duration: () => 'PT1M',
  uri: () => `https://example.com/${letters(8)}`,
  hostname: () => `${letters(8)}.example.com`,
  ipv4: () => '192.0.2.1',
  ipv6: () => '2001:db8::1',
  cuid: () => `c${letters(24)}`,
  cuid2: () => letters(24),
  nanoid: () => letters(21),
  ulid: () => `01${hex(24).toUpperCase()}`,
};

/** Texts that patterns are often about: words, numbers, ids. */
const USUAL: readonly (() => string)[] = [
  () => letters(8),
  () => `${letters(1).toUpperCase()}${letters(7)}`,
  () => letters(8).toUpperCase(),
  () => `${letters(4)}${between(1_000, 9_999)}`,
  () => String(between(1_000, 9_999)),
  () => `${letters(4)}-${letters(4)}`,
  () => `${letters(4)}_${between(1_000, 9_999)}`,
  () => `#${hex(6)}`,
  () => `+${between(100_000_000, 999_999_999)}`,
  () => letters(1),
  () => letters(2).toUpperCase(),
  ...[16, 20, 24, 32, 40, 64].map((length) => () => hex(length)),
  ...Object.values(FORMATS),
];

/** Attempts of each maker of texts: some patterns take some of its texts only. */
const ROUNDS = 10;

function makeText(schema: JsonSchema, path: string): string {
  const { format, pattern } = schema;
  const least = numberOf(schema, 'minLength') ?? 0;
  const most = numberOf(schema, 'maxLength') ?? Number.POSITIVE_INFINITY;
  if (least > MAX_TEXT) throw new Unmakeable(path, `it has at least ${least} characters`);
  const makers = [
    ...(typeof format === 'string'
      ? [FORMATS[format] ?? []].flat()
      : [() => letters(Math.min(most, Math.max(least, 8)))]),
    ...(typeof pattern === 'string' ? USUAL : []),
  ];
  const fits = patternOf(pattern);
  for (let round = 0; round < ROUNDS; round++) {
    for (const make of makers) {
      const text = make();
      if (text.length >= least && text.length <= most && fits(text)) return text;
    }
  }
  const what = typeof pattern === 'string' ? `its pattern ${pattern}` : `its format \`${String(format)}\``;
  throw new Unmakeable(path, `no text is known that fits ${what}`);
}

function patternOf(pattern: unknown): (text: string) => boolean {
  if (typeof pattern !== 'string') return () => true;
  for (const flags of ['u', '']) {
    try {
      const regexp = new RegExp(pattern, flags);
      return (text) => regexp.test(text);
    } catch {
      // A pattern of another flavour.
    }
  }
  return () => false;
}

function makeNumber(schema: JsonSchema, path: string): number {
  const step = numberOf(schema, 'multipleOf') ?? (schema['type'] === 'integer' ? 1 : 0.5);
  const above = numberOf(schema, 'exclusiveMinimum');
  const below = numberOf(schema, 'exclusiveMaximum');
  const from = Math.max(
    numberOf(schema, 'minimum') ?? -Infinity,
    above === undefined ? -Infinity : above + step / 2,
  );
  const to = Math.min(
    numberOf(schema, 'maximum') ?? Infinity,
    below === undefined ? Infinity : below - step / 2,
  );
  // Near zero where that is allowed: most numbers of an application are small.
  const lowest = Number.isFinite(from) ? from : Math.min(0, to);
  const first = Math.ceil(lowest / step);
  const last = Math.floor(Math.min(to, lowest + 1_000 * step) / step);
  if (first > last) throw new Unmakeable(path, 'no number fits its bounds');
  return between(first, last) * step;
}

function numberOf(schema: JsonSchema, name: string): number | undefined {
  const value = schema[name];
  return typeof value === 'number' ? value : undefined;
}

function letters(length: number): string {
  return Array.from({ length }, () => LETTERS[between(0, LETTERS.length - 1)]).join('');
}

function hex(length: number): string {
  return Array.from({ length }, () => HEX[between(0, HEX.length - 1)]).join('');
}

function between(from: number, to: number): number {
  return from + Math.floor(Math.random() * (to - from + 1));
}

function pick(values: readonly unknown[]): unknown {
  return values[between(0, values.length - 1)];
}
