import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import type {
  ReceivedAnswer,
  ReceivedArguments,
  SentAnswer,
  SentArguments,
} from '../contract/client-events.js';
import type { Contract, InputOf, Params } from '../contract/contract.js';
import type {
  ClientEvent,
  ClientToServer,
  ErrorCodeOf,
  ServerEvent,
  ServerToClient,
} from '../contract/events.js';
import type { Serialized } from '../contract/wire.js';
import type { GatewireError } from '../errors/gatewire-error.js';
import type { SubscribeToTopic } from './topic-types.js';

/**
 * State of a connection: `connecting` for the first time, `connected`, `reconnecting` by itself, `refused` until
 * `connect()` is called, `closed` for good.
 */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'refused' | 'closed';

/** Failure of an event that was sent without asking for an answer. */
export interface ClientException {
  /** Name of the event; `connect` when the server failed while this client connected. */
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

/** Events of a contract as functions that call them. "Go to definition" of an editor leads to the contract. */
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

/** Calls with one time limit. */
export interface Caller<TContract extends Contract> {
  /**
   * Sends an event and waits for its answer. Without a connection it waits for the next one first.
   *
   * @param event - event of the contract
   * @param args - arguments that the contract names: none, the payload, or several
   * @returns the answer; `undefined` where the contract has none
   * @throws {GatewireError} the error of the server; TIMEOUT when the limit passed; UNAVAILABLE when the connection was
   * lost or closed; the refusal while refused; INVALID_PAYLOAD when the arguments cannot be encoded; INTERNAL when the
   * answer does not come from gatewire
   */
  call<TEvent extends ClientEvent<TContract>>(
    event: TEvent,
    ...args: Sent<TContract, TEvent>
  ): Promise<Answer<TContract, TEvent>>;
}

/** Connection of a client to one namespace, with the types of its contract. */
export interface Connection<TContract extends Contract> extends Caller<TContract> {
  /** Socket of socket.io-client. */
  readonly socket: Socket;
  /** Values of the parameters of the namespace. */
  readonly params: Params<TContract['namespace']>;
  /** Present state of the connection. */
  readonly state: ConnectionState;
  /** Latest reason why there is no connection; null while there is one, and before the first attempt has failed. */
  readonly error: GatewireError | Error | null;
  /** Events of the contract as functions: `api['message:send'](payload)` is `call('message:send', payload)`. */
  readonly api: Api<TContract>;
  /**
   * Returns a caller with another time limit.
   *
   * @param timeoutMs - milliseconds from 1 to 2147483647
   * @throws {RangeError} when `timeoutMs` is not such a number
   */
  timeout(timeoutMs: number): Caller<TContract>;
  /**
   * Sends an event without asking for an answer. Without a connection the event is sent with the next one.
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
   * Subscribes to a topic: the present value at once, then every change in order, also those of the time without a
   * connection. Several subscriptions to one topic share one of the connection.
   *
   * @param name - name of a topic of the contract, such as `prices/BTC`
   * @example
   * const price = room.topic('prices/BTC', { onValue: ({ price }) => render(price) });
   * price.unsubscribe();
   */
  readonly topic: SubscribeToTopic<TContract>;
  /**
   * Answers calls of the server. When `answer` throws, the server gets no answer, and the console gets the error.
   *
   * @param answer - returns the value of the answer, or a promise of it
   * @returns a function that takes `answer` off
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
   * Tells whether an error has a code of the contract, and gives `details` the type of that code.
   *
   * @param error - any value that was caught
   * @param code - key of `errors` of the contract
   */
  isError<TCode extends OwnCode<TContract>>(
    error: unknown,
    code: TCode,
  ): error is GatewireError<TCode, Details<TContract, TCode>> & {
    readonly details: Details<TContract, TCode>;
  };
  /**
   * Calls a function after each change of `state` or `error`. It fits `useSyncExternalStore` of React.
   *
   * @returns a function that takes the listener off
   */
  subscribe(listener: () => void): () => void;
  /**
   * Tries again at once: after a refusal, or during the wait for the next attempt. Otherwise it does nothing.
   *
   * @throws {TypeError} after `close()`
   */
  connect(): void;
  /** Leaves the namespace for good. Open calls reject with UNAVAILABLE, and all listeners are removed. */
  close(): void;
}

/** Credentials of a connection, or a function that returns them for each attempt to connect. */
export type AuthOption = object | (() => object | null | undefined | Promise<object | null | undefined>);

/**
 * Options of socket.io-client that `connect` passes on. `retries` is not among them: it would send a call again after
 * its promise was rejected.
 */
export type SocketIoOptions = Partial<
  Omit<ManagerOptions & SocketOptions, 'auth' | 'retries' | 'ackTimeout'>
>;

/** Options of `connect` that every namespace has. */
export interface ConnectOptions {
  /**
   * `handshake.auth` of the server: an object, or a function that is called for each attempt to connect. When the
   * function throws or rejects, the attempt has failed, and another one follows.
   * @default nothing is sent
   */
  readonly auth?: AuthOption;
  /**
   * Milliseconds that a call may take, the wait for the connection included, from 1 to 2147483647.
   * @default 10000
   */
  readonly timeoutMs?: number;
  /**
   * Shape of the answers of the server: its option of the same name.
   * @default 'envelope'
   */
  readonly reply?: 'envelope' | 'raw';
  /**
   * Options of socket.io-client itself, such as `transports`, `path` and `withCredentials`.
   * @default those of socket.io-client
   */
  readonly socket?: SocketIoOptions;
  /**
   * Warns in the console of events that arrive without a listener, once per name.
   * @default true unless `process.env.NODE_ENV` is `production`; where there is no `process`, true on loopback hosts
   */
  readonly warn?: boolean;
}

type WithParams<TNamespace extends string> = string extends TNamespace
  ? ConnectOptions & {
      /** Values of the parameters of the namespace. */
      readonly params?: Params<TNamespace>;
    }
  : ConnectOptions & {
      /** Values of the parameters of the namespace: 1 to 128 letters, digits, `_`, `.`, `~` or `-` each. */
      readonly params: Params<TNamespace>;
    };

/** Arguments of `connect` after the contract: `params` is required exactly where the namespace has parameters. */
export type ConnectArguments<TContract extends Contract> = string extends TContract['namespace']
  ? readonly [url?: string, options?: WithParams<string>]
  : Record<never, string> extends Params<TContract['namespace']>
    ? readonly [url?: string, options?: ConnectOptions & { readonly params?: never }]
    : readonly [url: string | undefined, options: WithParams<TContract['namespace']>];
