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

/** Options of what is asked of all nodes. */
export interface RemoteOptions {
  /**
   * Milliseconds to wait for other nodes, 1 to 2147483647.
   * @default `limits.clusterTimeoutMs`, 2000
   */
  readonly timeoutMs?: number;
  /** Told the names of the nodes that did not answer; what the others answered counts all the same. */
  readonly onMissing?: (nodes: readonly string[]) => void;
}

/** What one node answered to `serverSideEmit`. */
export interface NodeReply {
  /** Name of the node. */
  readonly node: string;
  readonly value: unknown;
}

/** What `serverSideEmit` gathered. */
export interface ServerSideResult {
  /** Of the nodes that have a handler, in the order in which they came. */
  readonly answers: readonly NodeReply[];
  /** Names of the nodes whose handler threw; their log has the error. */
  readonly failed: readonly string[];
  /** Names of the nodes that did not answer in time. */
  readonly missing: readonly string[];
}

/** What `callAll` gathered. */
export interface CallAllResult<TAnswer> {
  readonly answers: readonly TAnswer[];
  /** Ids of the sockets that left or did not answer in time. */
  readonly missing: readonly string[];
  /** Names of the nodes that did not answer; absent when all did. */
  readonly missingNodes?: readonly string[];
}

/** One socket, as `sockets()` shows it. */
export interface SocketInfo {
  readonly id: string;
  /** What auth returned. */
  readonly user: unknown;
  readonly data: unknown;
  /** The application's rooms. */
  readonly rooms: ReadonlySet<string>;
}

/**
 * Whom to address: rooms, a user, a socket, or everyone, always of one namespace instance. A room is a string of
 * 1 to 128 characters; another name is refused with INVALID_PAYLOAD, so that names may come from clients.
 */
export interface Target<TContract extends Contract = AnyContract> {
  /** Adds rooms to address. A client in several of them receives an event once. */
  to(room: string | readonly string[]): Target<TContract>;
  /** Leaves out whoever is in these rooms. */
  except(room: string | readonly string[]): Target<TContract>;
  /** Lets the event be dropped for clients that are not ready to receive. */
  readonly volatile: Target<TContract>;
  /**
   * Sends an event.
   *
   * @throws {TypeError} when the arguments cannot be encoded
   */
  emit<TEvent extends ServerEvent<TContract>>(event: TEvent, ...args: EmitArguments<TContract, TEvent>): void;
  /**
   * Asks every socket and gathers the answers. It never fails as a whole.
   *
   * @param event - event that clients acknowledge with one value
   */
  callAll<TEvent extends ServerEvent<TContract>>(
    event: TEvent,
    payload?: CallPayload<TContract, TEvent>,
    options?: CallOptions,
  ): Promise<CallAllResult<CallAnswer<TContract, TEvent>>>;
  /** Puts every socket into rooms. What is sent to the rooms afterwards reaches them, on every node. */
  join(room: string | readonly string[], options?: RemoteOptions): Promise<void>;
  /** Takes every socket out of rooms. */
  leave(room: string | readonly string[], options?: RemoteOptions): Promise<void>;
  /** Takes every socket out of the namespace; clients stay away until their page connects again. */
  disconnect(options?: RemoteOptions): Promise<void>;
  /** Closes every socket's connection, with all of its namespaces; clients come back by themselves. */
  closeConnection(options?: RemoteOptions): Promise<void>;
  /** Number of sockets. */
  count(options?: RemoteOptions): Promise<number>;
  /** The sockets, with their users, data and rooms. */
  sockets(options?: RemoteOptions): Promise<readonly SocketInfo[]>;
}

/** One socket. */
export interface SocketTarget<TContract extends Contract = AnyContract> extends Target<TContract> {
  /**
   * Asks the client and waits for its answer, which is the one value that it acknowledges with.
   *
   * @throws {GatewireError} NOT_FOUND when there is no such socket, UNAVAILABLE as soon as it leaves, TIMEOUT
   */
  call<TEvent extends ServerEvent<TContract>>(
    event: TEvent,
    payload?: CallPayload<TContract, TEvent>,
    options?: CallOptions,
  ): Promise<CallAnswer<TContract, TEvent>>;
}

/** Everyone in a namespace instance, and the way to the devices of one user. */
export interface BroadcastTarget<TContract extends Contract = AnyContract> extends Target<TContract> {
  /** All sockets of a user; of `ctx.broadcast`, all but this one. */
  user(id: string): Target<TContract>;
}

/** Everyone in a namespace instance, and the way to a part of them. */
export interface NamespaceTarget<TContract extends Contract = AnyContract>
  extends BroadcastTarget<TContract> {
  /** One socket, by its id. */
  socket(id: string): SocketTarget<TContract>;
  /**
   * Asks the other nodes, as Socket.IO's `serverSideEmit` does, and gathers what their `@OnServerSideEmit` handlers
   * return. It never fails as a whole; an application of one node gets no answers.
   *
   * @param event - name of the handlers
   */
  serverSideEmit(event: string, payload?: unknown, options?: CallOptions): Promise<ServerSideResult>;
}
