import type { Socket } from 'socket.io';
import type { Logger } from '../base/logger.js';
import type { AnyContract, Contract, Params } from '../contract/contract.js';
import type { BroadcastTarget, NamespaceTarget, Target } from './target.js';
import type { Get } from './token.js';

/** Data that a client sent when it connected. */
export interface Handshake {
  /** Option `auth` of the client. Nothing in it has been checked. */
  readonly auth: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: Readonly<Record<string, string | string[] | undefined>>;
  /** Address of the client; of the last proxy before this server where `trustProxy` does not name it. */
  readonly address: string;
  /** Whether the client's connection is encrypted, up to the outermost trusted proxy. */
  readonly secure: boolean;
  readonly url: string;
}

/** Context of a handler of `@OnServerSideEmit`. */
export interface ServerSideContext {
  readonly event: string;
  /** Name of the node that asks. */
  readonly node: string;
  /** Namespace instance that the event was sent to. */
  readonly namespace: NamespaceTarget;
}

/** Authenticated user of a connection. */
export interface User {
  /** Key of the user, the same on all devices. */
  readonly id: string;
}

/**
 * Types of an application that plain decorators and contexts use. An application adds to it, once.
 *
 * @example
 * declare module 'gatewire' {
 *   interface Register {
 *     user: { readonly id: string; readonly name: string };
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface Register {}

/** Type of `ctx.user` where no contract says another one. */
export type RegisteredUser = Register extends { readonly user: infer TUser } ? TUser : unknown;

/** Result of authentication. */
export interface Identity<TUser extends User = User> {
  readonly user: TUser;
  /**
   * End of the identity. The client is disconnected within a second after it, unless it has renewed its identity.
   * @default never
   */
  readonly expiresAt?: Date | undefined;
}

/** Function that finds the user of a connection, as an object or an injectable class. */
export interface Authenticator<TUser extends User = User> {
  /**
   * @param handshake - data that the client sent when it connected
   * @returns the identity, or a promise of it
   * @throws anything to refuse: a `GatewireError` as it is, everything else as UNAUTHENTICATED
   */
  authenticate(handshake: Handshake): Identity<TUser> | Promise<Identity<TUser>>;
}

/** Maker of an authenticator, called when the application starts. `jwt()` returns one. */
export interface AuthMaker<TUser extends User = User> {
  /** Name in listings. */
  readonly label: string;
  /**
   * Whether it trusts cookies. Browsers send them along with what any page asks for, so that the application does not start
   * with origins that allow every page.
   * @default false
   */
  readonly usesCookies?: boolean;
  /** @throws anything to keep the application from starting */
  make(get: Get): Authenticator<TUser> | Promise<Authenticator<TUser>>;
}

/** Authenticator as an option: a function, an object, an injectable class, or a maker of one. */
export type Auth<TUser extends User = User> =
  | AuthMaker<TUser>
  | Authenticator<TUser>['authenticate']
  | Authenticator<TUser>
  | (new (
      ...args: never[]
    ) => Authenticator<TUser>);

/** Logger that adds the namespace and the request id of its call to each record. */
export type ContextLog = Logger<object>;

/** Context of one client in one namespace. */
export interface ConnectContext<
  TContract extends Contract = AnyContract,
  TUser = RegisteredUser,
  TData = unknown,
> {
  /** Socket.IO's own socket. */
  readonly socket: Socket;
  /** Target of all clients in this namespace instance, this client included. */
  readonly namespace: NamespaceTarget<TContract>;
  readonly handshake: Handshake;
  /** Parameters of the namespace: `{ team: '7' }` for `/team/7` of `/team/:team`. */
  readonly params: Params<TContract['namespace']>;
  /** User that auth returned; undefined in a namespace without auth. */
  readonly user: TUser;
  /** Application data of this socket; it is Socket.IO's `socket.data`. */
  data: TData;
  /** Rooms that this socket is in; after it left, those it was in. */
  readonly rooms: ReadonlySet<string>;
  /** Signal that is aborted when the call runs out of time, or its socket leaves or is refused. */
  readonly signal: AbortSignal;
  /** Id of the call in the log, and in the error that a client sees. */
  readonly requestId: string;
  readonly log: ContextLog;
  /**
   * Puts this client into a room, or into all of several, when the declared rooms allow it.
   *
   * @throws {GatewireError} INVALID_PAYLOAD when a name does not have 1 to 128 characters, FORBIDDEN when a
   *   `guardRoom` says no to one of them, OVERLOADED when it would be in more than `limits.roomsPerSocket`; then it
   *   joins none of them
   */
  join(rooms: string | readonly string[]): Promise<void>;
  /** Takes this client out of a room, or out of several; rooms that it is not in are ignored. */
  leave(rooms: string | readonly string[]): Promise<void>;
  /** Sends an event to this client. */
  emit: Target<TContract>['emit'];
  /** Sends to rooms without this client, as `socket.to()` does. */
  to: Target<TContract>['to'];
  /** Sends to all but this client and those in these rooms. */
  except: Target<TContract>['except'];
  /** Sends to all but this client; `broadcast.user(id)` to the user's other devices. */
  readonly broadcast: BroadcastTarget<TContract>;
  /** Disconnects this client from this namespace; it stays away until the page connects again. */
  disconnect(): void;
  /** Closes the connection of this client, with all of its namespaces; the client reconnects by itself. */
  closeConnection(): void;
}

/** Context of one event of one client. */
export interface EventContext<
  TContract extends Contract = AnyContract,
  TUser = RegisteredUser,
  TData = unknown,
> extends ConnectContext<TContract, TUser, TData> {
  readonly event: string;
  /** First argument of the event; parsed once the payload schema has run. */
  readonly payload: unknown;
}
