import type { Socket } from 'socket.io-client';
import type {
  ReceivedAnswer,
  ReceivedArguments,
  SentAnswer,
  SentArguments,
} from '../contract/client-events.js';
import type { Contract, Params } from '../contract/contract.js';
import type {
  ClientEvent,
  ClientToServer,
  ErrorCodeOf,
  ServerEvent,
  ServerToClient,
} from '../contract/events.js';
import type { InputOf } from '../contract/schema.js';
import type { Serialized } from '../contract/serialized.js';
import type { GatewireError } from '../errors/gatewire-error.js';

/**
 * Where a connection stands: `connecting` for the first time, `connected`, `reconnecting` by itself, `refused` until
 * somebody calls `connect()`, `closed` for good.
 */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'refused' | 'closed';

/** A failure of an event that was sent without asking for an answer. */
export interface ClientException {
  /** Name of the event; `connect` when the server failed while it took this client in. */
  readonly event: string;
  readonly error: GatewireError;
}

type Sent<TContract extends Contract, TEvent extends ClientEvent<TContract>> =
  string extends ClientEvent<TContract>
    ? readonly unknown[]
    : SentArguments<ClientToServer<TContract>[TEvent]>;

type Received<TContract extends Contract, TEvent extends ServerEvent<TContract>> =
  string extends ServerEvent<TContract>
    ? readonly unknown[]
    : ReceivedArguments<ServerToClient<TContract>[TEvent]>;

type Answer<TContract extends Contract, TEvent extends ClientEvent<TContract>> =
  string extends ClientEvent<TContract> ? unknown : ReceivedAnswer<ClientToServer<TContract>[TEvent]>;

type OwnAnswer<TContract extends Contract, TEvent extends ServerEvent<TContract>> =
  string extends ServerEvent<TContract> ? unknown : SentAnswer<ServerToClient<TContract>[TEvent]>;

type OwnCode<TContract extends Contract> =
  string extends ClientEvent<TContract> ? string : ErrorCodeOf<TContract>;

type Details<TContract extends Contract, TCode extends string> = TContract['definition'] extends {
  readonly errors: infer TErrors;
}
  ? TCode extends keyof TErrors
    ? Serialized<InputOf<TErrors[TCode]>>
    : unknown
  : unknown;

/** Every event of a contract as a function that calls it. An editor's "go to definition" leads to the contract. */
export type Api<TContract extends Contract> = {
  // No `as` clause and no `& string`: only a plain mapped type keeps the way back to the property it came from.
  readonly [TEvent in keyof ClientToServer<TContract>]: (
    ...args: string extends keyof ClientToServer<TContract>
      ? readonly unknown[]
      : SentArguments<ClientToServer<TContract>[TEvent]>
  ) => Promise<
    string extends keyof ClientToServer<TContract>
      ? unknown
      : ReceivedAnswer<ClientToServer<TContract>[TEvent]>
  >;
};

/** What can be called. */
export interface Caller<TContract extends Contract> {
  /**
   * Sends an event and waits for its answer, after it has waited for the connection if need be.
   *
   * @param event - event of the contract
   * @param args - what the contract says: none, the payload, or several
   * @returns the answer; `undefined` where the contract has none
   * @throws {GatewireError} the server's error; TIMEOUT when the limit passed; UNAVAILABLE when the connection was
   * lost or closed; the refusal while refused; INVALID_PAYLOAD when the arguments cannot be encoded; INTERNAL when the
   * answer is none of gatewire's
   */
  call<TEvent extends ClientEvent<TContract>>(
    event: TEvent,
    ...args: Sent<TContract, TEvent>
  ): Promise<Answer<TContract, TEvent>>;
}

/** A client's connection to one namespace, with the types of its contract. */
export interface Connection<TContract extends Contract> extends Caller<TContract> {
  /** The socket of socket.io-client. */
  readonly socket: Socket;
  /** Values of the parameters of the namespace. */
  readonly params: Params<TContract['namespace']>;
  /** Where the connection stands at the moment. */
  readonly state: ConnectionState;
  /** The latest reason why there is no connection; null while there is one, and before the first attempt failed. */
  readonly error: GatewireError | Error | null;
  /** The events of the contract as functions: `api['message:send'](payload)` is `call('message:send', payload)`. */
  readonly api: Api<TContract>;
  /**
   * Calls with another limit.
   *
   * @param timeoutMs - milliseconds from 1 to 2147483647
   * @throws {RangeError} when it is no such number
   */
  timeout(timeoutMs: number): Caller<TContract>;
  /**
   * Sends an event without asking for an answer. Without a connection it waits for the next one, as in Socket.IO.
   *
   * @throws {TypeError} when the arguments cannot be encoded
   */
  emit<TEvent extends ClientEvent<TContract>>(event: TEvent, ...args: Sent<TContract, TEvent>): void;
  /**
   * Listens to an event of the server.
   *
   * @returns a function that takes the listener off
   */
  on<TEvent extends ServerEvent<TContract>>(
    event: TEvent,
    listener: (...args: Received<TContract, TEvent>) => unknown,
  ): () => void;
  /**
   * Answers an event that the server calls this client with. When `answer` throws, the server gets no answer, and
   * the console gets the error.
   *
   * @param answer - returns the one value of the answer, or a promise of it
   * @returns a function that takes it off
   * @throws {TypeError} when the event is answered already
   */
  onCall<TEvent extends ServerEvent<TContract>>(
    event: TEvent,
    answer: (
      ...args: Received<TContract, TEvent>
    ) => OwnAnswer<TContract, TEvent> | Promise<OwnAnswer<TContract, TEvent>>,
  ): () => void;
  /**
   * Listens to failures of events that were sent without asking for an answer.
   *
   * @returns a function that takes the listener off
   */
  onException(listener: (exception: ClientException) => unknown): () => void;
  /**
   * Tells whether an error is one of the contract's own, and knows its details then.
   *
   * @param error - anything that was caught
   * @param code - one of the keys of the contract's `errors`
   */
  isError<TCode extends OwnCode<TContract>>(
    error: unknown,
    code: TCode,
  ): error is GatewireError<TCode, Details<TContract, TCode>> & {
    readonly details: Details<TContract, TCode>;
  };
  /**
   * Calls a function after each change of `state` or `error`. It fits React's `useSyncExternalStore`.
   *
   * @returns a function that takes the listener off
   */
  subscribe(listener: () => void): () => void;
  /**
   * Tries again at once, after a refusal or while a new try is waited for. Otherwise it does nothing.
   *
   * @throws {TypeError} after `close()`
   */
  connect(): void;
  /** Leaves the namespace for good. Calls that wait reject with UNAVAILABLE, and all listeners are gone. */
  close(): void;
}
