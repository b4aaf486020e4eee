import type { InputOf, OutputOf, Schema } from './schema.js';

/** One event of a contract, in either direction. */
export interface EventDefinition {
  /** Schema of the one argument that the event carries. */
  readonly payload?: Schema;
  /** Schema of the list of arguments, for events that carry several. */
  readonly args?: Schema;
  /** Schema of the acknowledgement; without it the event is fire and forget. */
  readonly ack?: Schema;
  /** Shown in generated documents. */
  readonly description?: string;
  /** Shown in generated documents. */
  readonly examples?: readonly unknown[];
  /** Marks the event as one that new code should not use. */
  readonly deprecated?: boolean;
}

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

/** Names and values of the parameters of a namespace such as `/team/:team`. */
export type Params<TNamespace extends string> = string extends TNamespace
  ? Readonly<Record<string, string>>
  : TNamespace extends `${string}:${infer TName}/${infer TRest}`
    ? { readonly [P in TName]: string } & Params<`/${TRest}`>
    : TNamespace extends `${string}:${infer TName}`
      ? { readonly [P in TName]: string }
      : Readonly<Record<never, string>>;

type ServerToClient<TContract extends Contract> = TContract['definition'] extends {
  serverToClient: infer TEvents;
}
  ? TEvents
  : Readonly<Record<string, EventDefinition>>;

/** Names of the events that a server of this contract may send. */
export type ServerEvent<TContract extends Contract> = keyof ServerToClient<TContract> & string;

/** Arguments of `emit` for one event: anything without a contract, the payload with one. */
export type EmitArguments<TContract extends Contract, TEvent extends ServerEvent<TContract>> =
  string extends ServerEvent<TContract>
    ? readonly unknown[]
    : ServerToClient<TContract>[TEvent] extends { args: infer TArgs }
      ? InputOf<TArgs> extends infer TList extends readonly unknown[]
        ? TList
        : never
      : ServerToClient<TContract>[TEvent] extends { payload: infer TPayload }
        ? undefined extends InputOf<TPayload>
          ? readonly [payload?: InputOf<TPayload>]
          : readonly [payload: InputOf<TPayload>]
        : readonly [];

/** The one argument of a call to a client: anything without a contract, the payload with one. */
export type CallPayload<TContract extends Contract, TEvent extends ServerEvent<TContract>> =
  string extends ServerEvent<TContract>
    ? unknown
    : ServerToClient<TContract>[TEvent] extends { payload: infer TPayload }
      ? InputOf<TPayload>
      : undefined;

/** What a client answers to a call: unknown without a contract, the parsed acknowledgement with one. */
export type CallAnswer<TContract extends Contract, TEvent extends ServerEvent<TContract>> =
  string extends ServerEvent<TContract>
    ? unknown
    : ServerToClient<TContract>[TEvent] extends { ack: infer TAck }
      ? OutputOf<TAck>
      : undefined;
