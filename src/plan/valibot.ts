/** Schema of valibot, as far as its documented properties say what it is made of. */
interface ValibotSchema {
  readonly type: string;
  readonly entries?: Readonly<Record<string, ValibotSchema>>;
  readonly item?: ValibotSchema;
  readonly items?: readonly ValibotSchema[];
  readonly options?: readonly ValibotSchema[];
  readonly rest?: ValibotSchema;
  readonly value?: ValibotSchema;
  readonly wrapped?: ValibotSchema;
  readonly class?: { readonly name: string };
  readonly pipe?: readonly { readonly kind: string }[];
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** Writes a value that JSON has no form for; undefined for every other type. */
export type Mark = (type: string) => JsonSchema | undefined;

/**
 * Describes a schema of valibot, which has no JSON Schema of its own, as one: as far as `mark` needs it, to find values
 * within it. What is behind a function, such as `lazy`, is anything.
 *
 * @param side - `input` is what the schema accepts, `output` what parsing returns
 */
export function shapeOfValibot(given: object, side: 'input' | 'output', mark: Mark): JsonSchema {
  const shapeOf = (schema: ValibotSchema): JsonSchema => {
    const { type, entries, item, items, options, rest, value, wrapped, pipe = [] } = schema;
    // A pipe has the properties of its first schema; what a transformation returns, only running it tells.
    if (side === 'output' && pipe.some(({ kind }) => kind === 'transformation')) return {};
    const marked = mark(type === 'instance' ? (schema.class?.name ?? '') : type);
    if (marked !== undefined) return marked;
    if (wrapped !== undefined) return shapeOf(wrapped);
    if (Array.isArray(options) && type !== 'picklist')
      return { [type === 'intersect' ? 'allOf' : 'anyOf']: options.map(shapeOf) };
    return {
      ...(type === 'null' && { type }),
      ...(entries && type !== 'enum' && { properties: mapped(entries, shapeOf) }),
      ...(items && { prefixItems: items.map(shapeOf) }),
      ...(item && { items: shapeOf(item) }),
      ...(type === 'record' && value && { additionalProperties: shapeOf(value) }),
      ...(rest && { [items === undefined ? 'additionalProperties' : 'items']: shapeOf(rest) }),
    };
  };
  return shapeOf(given as ValibotSchema);
}

function mapped<TFrom, TTo>(
  members: Readonly<Record<string, TFrom>>,
  map: (member: TFrom) => TTo,
): Readonly<Record<string, TTo>> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, map(member)]));
}
