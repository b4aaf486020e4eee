import type { Schema } from './schema.js';

/** What every event may have, whatever it carries. */
interface EventBase {
  /** Schema of the acknowledgement; without it the event is fire and forget. */
  readonly ack?: Schema;
  /** Shown in generated documents. */
  readonly description?: string;
  /** Payloads, shown in generated documents. */
  readonly examples?: readonly unknown[];
  /** Marks the event as one that new code should not use. */
  readonly deprecated?: boolean;
}

/** One event of a contract, in either direction: without arguments, with one (`payload`), or with several (`args`). */
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

/** The events and errors of one namespace. */
export interface ContractDefinition {
  /** What clients may send. */
  readonly clientToServer?: Readonly<Record<string, EventDefinition>>;
  /** What the server may send. */
  readonly serverToClient?: Readonly<Record<string, EventDefinition>>;
  /** Schemas of the details of the application's own error codes. */
  readonly errors?: Readonly<Record<string, Schema>>;
}

/** A namespace together with everything that travels in it. */
export interface Contract<
  TNamespace extends string = string,
  TDefinition extends ContractDefinition = ContractDefinition,
> {
  readonly namespace: TNamespace;
  readonly definition: TDefinition;
}

/** The contract of a gateway that has none: every event name and every payload is allowed. */
export type AnyContract = Contract<string, ContractDefinition>;

/**
 * Names a namespace and everything that travels in it, once for server, client and documents. It checks nothing when
 * it runs: what is wrong with a contract is found where a server starts with it, and together with everything else.
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
  definition: TDefinition,
): Contract<TNamespace, TDefinition> {
  return { namespace, definition };
}

/** The parameters of a namespace as an argument, which is there when the namespace has any. */
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
