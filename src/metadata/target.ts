import type { AnyContract, Contract } from '../contract/contract.js';
import type { CallAnswer, CallPayload, EmitArguments, ServerEvent } from '../contract/events.js';

/** Options of a call to clients. */
export interface CallOptions {
  /**
   * Milliseconds to wait for an answer, 1 to 2147483647.
   * @default 10000
   */
  readonly timeoutMs?: number;
}

/** Options of an operation on all nodes. */
export interface RemoteOptions {
  /**
   * Milliseconds to wait for other nodes, 1 to 2147483647.
   * @default `limits.clusterTimeoutMs`, 2000
   */
  readonly timeoutMs?: number;
  /** Called with the names of the nodes that did not answer; the answers of the others count all the same. */
  readonly onMissing?: (nodes: readonly string[]) => void;
}

/** Answer of one node to `serverSideEmit`. */
export interface NodeReply {
  /** Name of the node. */
  readonly node: string;
  readonly value: unknown;
}

/** Result of `serverSideEmit`. */
export interface ServerSideResult {
  /** Answers of the nodes that have a handler, in order of arrival. */
  readonly answers: readonly NodeReply[];
  /** Names of the nodes whose handler threw; their log has the error. */
  readonly failed: readonly string[];
  /** Names of the nodes that did not answer in time. */
  readonly missing: readonly string[];
}

/** Result of `callAll`. */
export interface CallAllResult<TAnswer> {
  readonly answers: readonly TAnswer[];
  /** Ids of the sockets that left or did not answer in time. */
  readonly missing: readonly string[];
  /** Names of the nodes that did not answer; absent when all did. */
  readonly missingNodes?: readonly string[];
}

/** Socket as `sockets()` describes it. */
export interface SocketInfo {
  readonly id: string;
  /** User that auth returned. */
  readonly user: unknown;
  readonly data: unknown;
  /** Rooms of the application. */
  readonly rooms: ReadonlySet<string>;
}

/**
 * Set of receivers: rooms, a user, a socket, or all clients, always of one namespace instance. A room is a string of
 * 1 to 128 characters; another string is refused with INVALID_PAYLOAD, so that names may come from clients. What is no
 * string is a TypeError: a mistake of the server, and INTERNAL for the client.
 */
export interface Target<TContract extends Contract = AnyContract> {
  /** Adds rooms to address. A client in several of them receives an event once. */
  to(room: string | readonly string[]): Target<TContract>;
  /** Leaves out the clients in these rooms. */
  except(room: string | readonly string[]): Target<TContract>;
  /** The same receivers; an event is dropped for clients that are not ready to receive. */
  readonly volatile: Target<TContract>;
  /**
   * Sends an event.
   *
   * @throws {TypeError} when the arguments cannot be encoded
   */
  emit<TEvent extends ServerEvent<TContract>>(event: TEvent, ...args: EmitArguments<TContract, TEvent>): void;
  /**
   * Calls every socket and collects the answers. It never fails as a whole.
   *
   * @param event - event that clients acknowledge with one value
   */
  callAll<TEvent extends ServerEvent<TContract>>(
    event: TEvent,
    payload?: CallPayload<TContract, TEvent>,
    options?: CallOptions,
  ): Promise<CallAllResult<CallAnswer<TContract, TEvent>>>;
  /** Puts every socket into rooms. Events that are sent to the rooms afterwards reach them, on every node. */
  join(room: string | readonly string[], options?: RemoteOptions): Promise<void>;
  /** Takes every socket out of rooms. */
  leave(room: string | readonly string[], options?: RemoteOptions): Promise<void>;
  /** Disconnects every socket from the namespace; clients stay away until their page connects again. */
  disconnect(options?: RemoteOptions): Promise<void>;
  /** Closes every socket's connection, with all of its namespaces; clients reconnect by themselves. */
  closeConnection(options?: RemoteOptions): Promise<void>;
  /** Counts the sockets. */
  count(options?: RemoteOptions): Promise<number>;
  /** Lists the sockets, with their users, data and rooms. */
  sockets(options?: RemoteOptions): Promise<readonly SocketInfo[]>;
}

/** Target of one socket. */
export interface SocketTarget<TContract extends Contract = AnyContract> extends Target<TContract> {
  /**
   * Calls the client and waits for its answer, the one value that it acknowledges with.
   *
   * @throws {GatewireError} NOT_FOUND when there is no such socket, UNAVAILABLE as soon as it leaves, TIMEOUT
   */
  call<TEvent extends ServerEvent<TContract>>(
    event: TEvent,
    payload?: CallPayload<TContract, TEvent>,
    options?: CallOptions,
  ): Promise<CallAnswer<TContract, TEvent>>;
}

/** Target of all clients in a namespace instance, or of the devices of one user. */
export interface BroadcastTarget<TContract extends Contract = AnyContract> extends Target<TContract> {
  /** Addresses all sockets of a user; of `ctx.broadcast`, all but this one. */
  user(id: string): Target<TContract>;
}

/** Target of all clients in a namespace instance, or of a part of them. */
export interface NamespaceTarget<TContract extends Contract = AnyContract>
  extends BroadcastTarget<TContract> {
  /** Addresses one socket, by its id. */
  socket(id: string): SocketTarget<TContract>;
  /**
   * Asks the other nodes, as Socket.IO's `serverSideEmit` does, and collects the return values of their
   * `@OnServerSideEmit` handlers. It never fails as a whole; an application of one node gets no answers.
   *
   * @param event - name of the handlers
   */
  serverSideEmit(event: string, payload?: unknown, options?: CallOptions): Promise<ServerSideResult>;
}
