import type { Contract, ContractDefinition, InputOf, OutputOf, Schema } from './contract.js';

type Events = Readonly<Record<string, object>>;

/** Events that clients may send; any event without a contract. */
export type ClientToServer<TContract extends Contract> = TContract['definition'] extends {
  readonly clientToServer: infer TEvents extends Events;
}
  ? TEvents
  : ContractDefinition extends TContract['definition']
    ? Events
    : Readonly<Record<never, object>>;

/** Events that the server may send; any event without a contract. */
export type ServerToClient<TContract extends Contract> = TContract['definition'] extends {
  readonly serverToClient: infer TEvents extends Events;
}
  ? TEvents
  : ContractDefinition extends TContract['definition']
    ? Events
    : Readonly<Record<never, object>>;

type Errors<TContract extends Contract> = TContract['definition'] extends { readonly errors: infer TErrors }
  ? TErrors
  : Readonly<Record<never, Schema>>;

/** Names of the events that clients of this contract may send. */
export type ClientEvent<TContract extends Contract> = keyof ClientToServer<TContract> & string;

/** Names of the events that a server of this contract may send. */
export type ServerEvent<TContract extends Contract> = keyof ServerToClient<TContract> & string;

/** Error codes of the application in this contract. */
export type ErrorCodeOf<TContract extends Contract> = keyof Errors<TContract> & string;

/** Details that an error with a code of the contract needs. */
export type ErrorDetailsIn<
  TContract extends Contract,
  TCode extends string,
> = TCode extends keyof Errors<TContract> ? InputOf<Errors<TContract>[TCode]> : unknown;

/** Argument of a handler: the parsed payload, the parsed list of arguments, or nothing. */
export type HandlerPayload<TEvent> = TEvent extends { readonly args: infer TArgs }
  ? OutputOf<TArgs>
  : TEvent extends { readonly payload: infer TPayload }
    ? OutputOf<TPayload>
    : undefined;

/** Value that a handler returns: the acknowledgement, or nothing where the contract has none. */
export type HandlerAnswer<TEvent> = TEvent extends { readonly ack: infer TAck }
  ? InputOf<TAck>
  : // biome-ignore lint/suspicious/noConfusingVoidType: it is what a method returns
    void;

/**
 * Parsed payloads of a contract by event, for the signatures of handlers.
 *
 * @example
 * type Payload = PayloadsOf<typeof chat>;
 * // send({ room, text }: Payload['message:send'], ctx: Context)
 */
export type PayloadsOf<TContract extends Contract> = {
  readonly [TEvent in ClientEvent<TContract>]: HandlerPayload<ClientToServer<TContract>[TEvent]>;
};

/** Arguments that an event is sent with: none, one, or several. */
export type ArgumentsOf<TEvent> = TEvent extends { readonly args: infer TArgs }
  ? InputOf<TArgs> extends infer TList extends readonly unknown[]
    ? TList
    : never
  : TEvent extends { readonly payload: infer TPayload }
    ? undefined extends InputOf<TPayload>
      ? readonly [payload?: InputOf<TPayload>]
      : readonly [payload: InputOf<TPayload>]
    : readonly [];

/** Arguments of `emit` of the server for one event; any without a contract. */
export type EmitArguments<TContract extends Contract, TEvent extends ServerEvent<TContract>> =
  string extends ServerEvent<TContract> ? readonly unknown[] : ArgumentsOf<ServerToClient<TContract>[TEvent]>;

/** Argument of a call to a client, which is a list for an event with several; any without a contract. */
export type CallPayload<TContract extends Contract, TEvent extends ServerEvent<TContract>> =
  string extends ServerEvent<TContract>
    ? unknown
    : ServerToClient<TContract>[TEvent] extends { readonly args: infer TArgs }
      ? InputOf<TArgs>
      : ServerToClient<TContract>[TEvent] extends { readonly payload: infer TPayload }
        ? InputOf<TPayload>
        : undefined;

/** Result of a call to a client: the parsed acknowledgement; unknown without a contract. */
export type CallAnswer<TContract extends Contract, TEvent extends ServerEvent<TContract>> =
  string extends ServerEvent<TContract>
    ? unknown
    : ServerToClient<TContract>[TEvent] extends { readonly ack: infer TAck }
      ? OutputOf<TAck>
      : undefined;
