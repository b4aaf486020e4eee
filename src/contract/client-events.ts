import type { Contract, InputOf, OutputOf } from './contract.js';
import type { ClientToServer, ServerToClient } from './events.js';
import type { AckReply, Serialized } from './wire.js';

/** Arguments that a client sends with an event. They travel as JSON, so a schema that turns strings into dates takes strings. */
export type SentArguments<TEvent> = TEvent extends { readonly args: infer TArgs }
  ? Serialized<InputOf<TArgs>> extends infer TList extends readonly unknown[]
    ? TList
    : never
  : TEvent extends { readonly payload: infer TPayload }
    ? undefined extends InputOf<TPayload>
      ? readonly [payload?: Serialized<InputOf<TPayload>>]
      : readonly [payload: Serialized<InputOf<TPayload>>]
    : readonly [];

/** Answer that a client gets to an event. */
export type ReceivedAnswer<TEvent> = TEvent extends { readonly ack: infer TAck }
  ? Serialized<OutputOf<TAck>>
  : undefined;

/** Arguments that arrive at a client with an event. The server checks emits and never changes them. */
export type ReceivedArguments<TEvent> = TEvent extends { readonly args: infer TArgs }
  ? Serialized<InputOf<TArgs>> extends infer TList extends readonly unknown[]
    ? TList
    : never
  : TEvent extends { readonly payload: infer TPayload }
    ? readonly [payload: Serialized<InputOf<TPayload>>]
    : readonly [];

/** Answer of a client to a call of the server. */
export type SentAnswer<TEvent> = TEvent extends { readonly ack: infer TAck }
  ? Serialized<InputOf<TAck>>
  : // biome-ignore lint/suspicious/noConfusingVoidType: it is what a function returns
    void;

type Listener<TArguments extends readonly unknown[]> = (...args: [...TArguments]) => void;
type ListenerWithAck<TArguments extends readonly unknown[], TAnswer> = (
  ...args: [...TArguments, ack: (answer: TAnswer) => void]
) => void;

/**
 * Events that a client sends, in the form that socket.io-client's own `Socket` takes.
 *
 * @typeParam TReply - `'raw'` for servers that answer with bare values
 * @example
 * const socket: Socket<ServerToClientEvents<typeof chat>, ClientToServerEvents<typeof chat>> = io('/chat');
 */
export type ClientToServerEvents<
  TContract extends Contract,
  TReply extends 'envelope' | 'raw' = 'envelope',
> = {
  [TEvent in keyof ClientToServer<TContract>]: ClientToServer<TContract>[TEvent] extends {
    readonly ack: unknown;
  }
    ? ListenerWithAck<
        SentArguments<ClientToServer<TContract>[TEvent]>,
        TReply extends 'raw'
          ? ReceivedAnswer<ClientToServer<TContract>[TEvent]>
          : AckReply<ReceivedAnswer<ClientToServer<TContract>[TEvent]>>
      >
    : Listener<SentArguments<ClientToServer<TContract>[TEvent]>>;
};

/** Events that a client receives, in the form that socket.io-client's own `Socket` takes. */
export type ServerToClientEvents<TContract extends Contract> = {
  [TEvent in keyof ServerToClient<TContract>]: ServerToClient<TContract>[TEvent] extends {
    readonly ack: unknown;
  }
    ? ListenerWithAck<
        ReceivedArguments<ServerToClient<TContract>[TEvent]>,
        SentAnswer<ServerToClient<TContract>[TEvent]>
      >
    : Listener<ReceivedArguments<ServerToClient<TContract>[TEvent]>>;
};
