import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Sendable } from './sendable.js';

/** Schema of any library with Standard Schema 1: zod, zod/mini, valibot, arktype and others. */
export type Schema<TInput = unknown, TOutput = TInput> = StandardSchemaV1<TInput, TOutput>;

/** Type of the values that a schema accepts. */
export type InputOf<TSchema> = TSchema extends Schema<infer TInput, unknown> ? TInput : never;

/** Type of the values that a schema returns after parsing. */
export type OutputOf<TSchema> = TSchema extends Schema<unknown, infer TOutput> ? TOutput : never;

/** Options of every event. */
interface EventBase {
  /** Schema of the acknowledgement; without it the event is fire and forget. */
  readonly ack?: Schema;
  /** Text for generated documents. */
  readonly description?: string;
  /** Example payloads for generated documents. */
  readonly examples?: readonly unknown[];
  /** Marks the event as one that new code should not use. */
  readonly deprecated?: boolean;
}

/** Event of a contract, in either direction: without arguments, with one (`payload`), or with several (`args`). */
export type EventDefinition =
  | (EventBase & {
      /** Schema of the one argument that the event carries. */
      readonly payload?: Schema;
      readonly args?: never;
    })
  | (EventBase & {
      /** Schema of the list of arguments, for events that carry several. */
      readonly args: Schema;
      readonly payload?: never;
    });

/** Topic of a contract, by its pattern: `prices/:symbol`. */
export interface TopicDefinition {
  /** Schema of a value. Values are checked where they are published, and never changed. */
  readonly payload?: Schema;
  /** Whether the topic holds a value for each key, in place of one value. */
  readonly keyed?: boolean;
  /** Text for generated documents. */
  readonly description?: string;
  /** Example values for generated documents. */
  readonly examples?: readonly unknown[];
  /** Marks the topic as one that new code should not use. */
  readonly deprecated?: boolean;
}

/** Events, topics and errors of one namespace. */
export interface ContractDefinition {
  /** Events that clients may send. */
  readonly clientToServer?: Readonly<Record<string, EventDefinition>>;
  /** Events that the server may send. */
  readonly serverToClient?: Readonly<Record<string, EventDefinition>>;
  /** Topics that clients may subscribe to, by pattern. */
  readonly topics?: Readonly<Record<string, TopicDefinition>>;
  /** Error codes of the application, each with the schema of its details. */
  readonly errors?: Readonly<Record<string, Schema>>;
}

/** Namespace with its events, topics and errors. */
export interface Contract<
  TNamespace extends string = string,
  TDefinition extends ContractDefinition = ContractDefinition,
> {
  readonly namespace: TNamespace;
  readonly definition: TDefinition;
}

/** Contract of a gateway without one: every event name and every payload is allowed. */
export type AnyContract = Contract<string, ContractDefinition>;

/**
 * Defines a namespace with its events and errors, once for server, client and documents. Nothing is checked here: a
 * server that starts with the contract reports its problems together with all others.
 *
 * @param namespace - a path such as `'/chat'`, or with parameters such as `'/team/:team'`
 * @param definition - events in both directions, and errors, each with schemas of any Standard Schema library
 * @example
 * const chat = defineContract('/chat', {
 *   clientToServer: {
 *     'message:send': { payload: z.object({ text: z.string() }), ack: z.object({ id: z.string() }) },
 *   },
 *   serverToClient: { 'message:new': { payload: z.object({ id: z.string(), text: z.string() }) } },
 * });
 */
export function defineContract<const TNamespace extends string, const TDefinition extends ContractDefinition>(
  namespace: TNamespace,
  definition: TDefinition & Sendable<TDefinition>,
): Contract<TNamespace, TDefinition> {
  return { namespace, definition };
}

/** Argument list with the parameters of a namespace; empty when the namespace has none. */
export type ParamsArgument<TNamespace extends string> = string extends TNamespace
  ? readonly [params?: Params<TNamespace>]
  : Record<never, string> extends Params<TNamespace>
    ? readonly []
    : readonly [params: Params<TNamespace>];

/** Names and values of the parameters of a namespace such as `/team/:team`. */
export type Params<TNamespace extends string> = string extends TNamespace
  ? Readonly<Record<string, string>>
  : TNamespace extends `${string}:${infer TName}/${infer TRest}`
    ? { readonly [P in TName]: string } & Params<`/${TRest}`>
    : TNamespace extends `${string}:${infer TName}`
      ? { readonly [P in TName]: string }
      : Readonly<Record<never, string>>;
