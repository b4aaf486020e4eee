import type { JsonSchema } from '../json-schema.js';
import { upperFirst } from '../names.js';
import type { SchemaBook, SchemaReference } from '../schema-book.js';

const INDENT = '  ';
const MAX_WIDTH = 80;
const PLAIN_KEY = /^[A-Za-z_$][\w$]*$/;

/** Type as text; `isCompound` when it needs parentheses inside of another type. */
interface Text {
  readonly text: string;
  readonly isCompound: boolean;
}

const simple = (text: string): Text => ({ text, isCompound: false });
const UNKNOWN = simple('unknown');

/**
 * Writer of the schemas of a book as TypeScript. A type that fits on a line stands where it is used. A longer one, and
 * one that refers to itself, becomes a declaration with the name of the schema.
 */
export class TypeWriter {
  readonly #inline = new Map<string, Text>();
  readonly #declared = new Map<string, string>();
  readonly #open = new Set<string>();
  readonly #recursive = new Set<string>();

  constructor(private readonly book: SchemaBook) {}

  /** Declarations of the types that do not stand where they are used. */
  get declarations(): readonly string[] {
    return [...this.#declared.values()];
  }

  /** Writes the type of a schema; `unknown` without one. */
  typeOf(reference: SchemaReference | null): string {
    return reference === null ? UNKNOWN.text : this.#reference(reference.$ref, '').text;
  }

  #reference($ref: string, indent: string): Text {
    const name = this.book.nameOf($ref);
    if (name === null) return this.#open.has($ref) ? UNKNOWN : this.#inside($ref, indent);
    const alias = simple(upperFirst(name));
    const inline = this.#inline.get(name);
    if (inline !== undefined) return inline;
    if (this.#declared.has(name)) return alias;
    if (this.#open.has($ref)) {
      this.#recursive.add(name);
      return alias;
    }
    const schema = this.book.find({ $ref });
    const text = this.#whileOpen($ref, () => this.#write(schema, ''));
    const isLong = text.text.length > MAX_WIDTH || text.text.includes('\n');
    if (!isLong && !this.#recursive.has(name)) {
      this.#inline.set(name, text);
      return text;
    }
    // A schema that only refers to itself does not compile.
    const body = text.text === alias.text ? UNKNOWN.text : text.text;
    this.#declared.set(name, `${docComment(docsOf(schema), '')}export type ${alias.text} = ${body};`);
    return alias;
  }

  /** Writes a reference to a part of a schema. */
  #inside($ref: string, indent: string): Text {
    return this.#whileOpen($ref, () => this.#write(this.book.find({ $ref }), indent));
  }

  #whileOpen($ref: string, write: () => Text): Text {
    this.#open.add($ref);
    const text = write();
    this.#open.delete($ref);
    return text;
  }

  #write(given: unknown, indent: string): Text {
    if (given === false) return simple('never');
    if (typeof given !== 'object' || given === null) return UNKNOWN;
    const schema = given as JsonSchema;
    const { $ref, not, anyOf, oneOf, allOf } = schema;
    if (typeof $ref === 'string') return this.#reference($ref, indent);
    if ('const' in schema) return simple(literal(schema['const']));
    if (Array.isArray(schema['enum'])) return union(schema['enum'].map((one) => simple(literal(one))));
    if (not === true || (typeof not === 'object' && Object.keys(not as object).length === 0)) {
      return simple('never');
    }
    const either = anyOf ?? oneOf;
    const members = [
      this.#writeType(schema, indent),
      Array.isArray(either) ? union(either.map((one) => this.#write(one, indent))) : UNKNOWN,
      ...(Array.isArray(allOf) ? allOf.map((one) => this.#write(one, indent)) : []),
    ];
    return intersection(members);
  }

  #writeType(schema: JsonSchema, indent: string): Text {
    const { type } = schema;
    if (Array.isArray(type))
      return union(type.map((one) => this.#writeType({ ...schema, type: one }, indent)));
    if (type === 'object' || (type === undefined && 'properties' in schema)) {
      return this.#writeObject(schema, indent);
    }
    if (type === 'array') return this.#writeArray(schema, indent);
    if (type === 'integer') return simple('number');
    return type === 'string' || type === 'number' || type === 'boolean' || type === 'null'
      ? simple(type)
      : UNKNOWN;
  }

  #writeObject(schema: JsonSchema, indent: string): Text {
    const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, unknown>>);
    if (properties.length === 0) return simple(`{ ${this.#writeIndex(schema, indent)} }`);
    const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
    const deeper = indent + INDENT;
    const isOpen = schema['additionalProperties'] ? ['[key: string]: unknown'] : [];
    const members = properties.map(([key, value]) => {
      const name = PLAIN_KEY.test(key) ? key : literal(key);
      const text = `${name}${required.has(key) ? '' : '?'}: ${this.#write(value, deeper).text}`;
      return { comment: docComment(docsOf(value), deeper), text };
    });
    const line = `{ ${[...members.map(({ text }) => text), ...isOpen].join('; ')} }`;
    const isShort = line.length <= MAX_WIDTH && !line.includes('\n');
    if (isShort && members.every(({ comment }) => comment === '')) return simple(line);
    const lines = [...members, ...isOpen.map((text) => ({ comment: '', text }))];
    return simple(
      `{\n${lines.map(({ comment, text }) => `${comment}${deeper}${text};\n`).join('')}${indent}}`,
    );
  }

  /** Writes an object whose keys are not named. */
  #writeIndex(schema: JsonSchema, indent: string): string {
    const { additionalProperties, patternProperties, propertyNames, required } = schema;
    const values = [
      ...Object.values((patternProperties ?? {}) as object),
      ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ].map((one) => this.#write(one, indent));
    const isClosed = additionalProperties === false && values.length === 0;
    const value = isClosed ? 'never' : union(values.length === 0 ? [UNKNOWN] : values).text;
    const keys = (propertyNames as JsonSchema | undefined)?.['enum'];
    if (!Array.isArray(keys)) return `[key: string]: ${value}`;
    const isComplete = keys.every((key) => Array.isArray(required) && required.includes(key));
    return `[key in ${keys.map((key) => literal(key)).join(' | ')}]${isComplete ? '' : '?'}: ${value}`;
  }

  #writeArray(schema: JsonSchema, indent: string): Text {
    const { items, prefixItems, additionalItems, minItems } = schema;
    const heads = Array.isArray(items) ? items : prefixItems;
    if (!Array.isArray(heads)) return simple(`${inner(this.#write(items, indent))}[]`);
    const rest = Array.isArray(items) ? additionalItems : items;
    const needed = typeof minItems === 'number' ? minItems : heads.length;
    const elements = heads.map((head, i) => {
      const element = this.#write(head, indent);
      return i < needed ? element.text : `${inner(element)}?`;
    });
    const tail = rest === undefined || rest === false ? [] : [`...${inner(this.#write(rest, indent))}[]`];
    return simple(`[${[...elements, ...tail].join(', ')}]`);
  }
}

function docsOf(schema: unknown) {
  const { description, deprecated } = (schema ?? {}) as JsonSchema;
  return {
    description: typeof description === 'string' ? description : null,
    isDeprecated: deprecated === true,
  };
}

function inner({ text, isCompound }: Text): string {
  return isCompound ? `(${text})` : text;
}

function union(parts: readonly Text[]): Text {
  const texts = [...new Set(parts.map(({ text }) => text))].filter((text) => text !== 'never');
  if (texts.includes(UNKNOWN.text)) return UNKNOWN;
  if (texts.length === 0) return simple('never');
  const isCompound = texts.length > 1 || parts.some((part) => part.isCompound);
  return { text: texts.join(' | '), isCompound };
}

function intersection(parts: readonly Text[]): Text {
  const said = parts.filter(({ text }) => text !== UNKNOWN.text);
  // `type: object` beside alternatives adds nothing.
  const members = said.length > 1 ? said.filter(({ text }) => text !== '{ [key: string]: unknown }') : said;
  const [first = UNKNOWN, ...others] = members;
  return others.length === 0 ? first : { text: members.map(inner).join(' & '), isCompound: true };
}

/** Documentation of a type or an event. */
export interface DocWords {
  readonly description: string | null;
  readonly isDeprecated: boolean;
}

/** Writes a doc comment with a line break after it; empty without documentation. */
export function docComment({ description, isDeprecated }: DocWords, indent: string): string {
  const lines = [
    ...(description === null ? [] : description.trim().split(/\r?\n/)),
    ...(isDeprecated ? ['@deprecated'] : []),
  ].map((line) => line.replaceAll('*/', '*\\/').trimEnd());
  if (lines.length === 0) return '';
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}

/** Writes a JSON value as its literal type. */
export function literal(value: unknown): string {
  const json = JSON.stringify(value);
  if (typeof value !== 'string') return json;
  const inside = json.slice(1, -1);
  return /['\\]/.test(inside) ? json : `'${inside}'`;
}
