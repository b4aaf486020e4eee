import type { Namespace, Socket } from 'socket.io';
import type { CallMessage } from '../base/channels.js';
import type { Logger } from '../base/logger.js';
import type { GatewireError } from '../errors/gatewire-error.js';
import type { BatteryCall } from '../metadata/battery.js';
import type {
  ConnectContext,
  EventContext,
  Handshake,
  Identity,
  ServerSideContext,
} from '../metadata/context.js';
import type { CallOptions, RemoteOptions, ServerSideResult, SocketInfo } from '../metadata/target.js';
import type { EventPlan, NamespacePlan, ServerSidePlan } from '../plan/types.js';
import type { ConnectionState } from './connection-state.js';
import type { FailurePlace, Failures } from './failures.js';
import type { ScopeInstances } from './injection/instances.js';
import type { Limits } from './limits.js';
import type { Members } from './remote/node-adapter.js';
import type { Reply } from './reply.js';
import type { EventPacket } from './socketio.js';

// The types of the runtime that know each other stand here, so that their implementations need not.

/** Part of a chain of steps: takes the record of a connect or a call, returns the answer or a promise of it. */
export type Stage<TActivity extends Activity = Call> = (activity: TActivity) => unknown;

/** Record of something that runs for a socket: its stay, a hook, or a call. The application gets `ctx` and never the record. */
export interface Activity {
  readonly state: SocketState;
  readonly ctx: ConnectContext;
  readonly requestId: string;
  readonly signal: AbortSignal;
  /** Instances of the scope that ends with the activity. */
  readonly instances: ScopeInstances;
  /** Reason why `signal` is aborted ahead of the end of the stay; null while it is not. */
  readonly aborted: Error | null;
  /** Aborts `signal`, also where the application asks for it later. */
  abort(reason: Error): void;
  /** Describes the activity for the log. */
  failurePlace(name: string): FailurePlace;
  /** Ends the activity: frees what was made for it. Null when that takes no time. */
  release(onError: (error: unknown) => void): Promise<void> | null;
}

/** Record of one event of a client, with the answer that is owed for it. */
export interface Call extends Activity, BatteryCall {
  readonly ctx: EventContext;
  readonly event: string;
  readonly compiled: CompiledEvent;
  /** Arguments of the event, without its name; parsed once a schema for them has run. */
  args: readonly unknown[];
  /** First argument; parsed once the payload schema has run. */
  payload: unknown;
  /** Acknowledgement that is owed; null when the client asked for none. */
  readonly reply: Reply | null;
  /** Timer of the handler time limit; null while none runs. */
  timer: NodeJS.Timeout | null;
  /** Whether the call is registered as in flight. */
  isRunning: boolean;
  /** Takes the call out of the queue in which it waits; null while it waits in none. */
  readonly stopWaiting: (() => void) | null;
  /** Counts the bytes of the call among those that wait because of the connection. */
  hold(): void;
  /** Takes the bytes of the call out of that count; harmless when they are not in it. */
  letGo(): void;
  /** Whether the handler answers by `@Ack()`. */
  isByHand: boolean;
  /** Whether the client was told of a failure. */
  isAnswered: boolean;
  /** Frees the place in flight of a call that waits for `@Ack()`. */
  giveBack: (() => void) | null;
  /** Wire code of a call that a step dropped without an answer; null otherwise. */
  dropped: string | null;
  /** Message for the channels of calls; null while nobody subscribes, and once its end was published. */
  message: CallMessage | null;
}

/** Event of a plan with its whole chain of steps. */
export interface CompiledEvent {
  readonly plan: EventPlan;
  readonly run: Stage;
}

/** Lifecycle hook with its instance. */
export interface CompiledHook {
  readonly label: string;
  readonly run: (activity: Activity, reason: string) => unknown;
}

/** Hooks of one gateway; null where it has none. */
export interface CompiledGateway {
  readonly connect: readonly CompiledHook[] | null;
  readonly disconnecting: readonly CompiledHook[] | null;
  readonly disconnect: readonly CompiledHook[] | null;
}

/** Handler of `@OnServerSideEmit` with its instance. */
export interface CompiledServerSide {
  readonly plan: ServerSidePlan;
  readonly run: (payload: unknown, ctx: ServerSideContext) => unknown;
}

/** Authentication of a namespace: resolves with the identity of a client, or null when it has none. */
export type Identify = (activity: Activity, handshake: Handshake) => Promise<Identity | null>;

/** Namespace of a plan, or a pattern of many, ready to serve. */
export interface CompiledNamespace {
  readonly plan: NamespacePlan;
  readonly io: Namespace;
  readonly exact: ReadonlyMap<unknown, CompiledEvent>;
  readonly patterns: readonly CompiledEvent[] | null;
  readonly any: CompiledEvent | null;
  readonly gateways: readonly CompiledGateway[];
  readonly hasConnectHooks: boolean;
  /** Handlers of what other nodes send; null where there are none. */
  readonly serverSide: ReadonlyMap<string, CompiledServerSide> | null;
  /** Contract of what leaves the namespace; null where there is none. */
  readonly outgoing: OutgoingContract | null;
  /** The namespace's own authentication; null where everybody may come in. */
  readonly identify: Identify | null;
  /** Connect middleware that a renewal goes through; null where there is none. */
  readonly renewal: Stage<Activity> | null;
  /** Identity of the application in the messages of channels. */
  readonly app: string;
  readonly expiry: IdentityExpiry;
  readonly revocations: RevocationCheck;
  readonly calls: CallRegistry;
  readonly failures: Failures;
  readonly logger: Logger;
  readonly limits: Limits;
  readonly operations: RemoteOperations;
  readonly extensions: readonly Extension[];
}

/** Something that is built on the runtime and serves events of gatewire's own, such as topics. */
export interface Extension {
  /**
   * Makes the internal events of a namespace.
   *
   * @param chainOf - puts the steps of an event around its handler
   */
  events(namespace: NamespacePlan, chainOf: ChainOf): readonly CompiledEvent[];
  /** Takes a client that has renewed its identity. It does not throw. */
  renewed(state: SocketState): void;
}

/** Puts the steps of an event around its handler, which is called as a hook is: with the context, and one more argument. */
export type ChainOf = (event: EventPlan, second: (call: Call) => unknown) => Stage;

/** Something in a namespace instance, such as a socket or a room of it. */
export interface Located {
  /** Asked at each use: an instance that was empty may have been swept away, and another one made. */
  readonly nsp: Namespace;
  readonly outgoing: OutgoingContract | null;
  readonly operations: RemoteOperations;
}

/** State of one client in one namespace. */
export interface SocketState extends Located {
  readonly socket: Socket;
  readonly namespace: CompiledNamespace;
  readonly params: Readonly<Record<string, string>>;
  /** State that the sockets of one connection share. */
  readonly connection: ConnectionState;
  /** Result of authentication; undefined without. */
  user: unknown;
  /** End of the identity in milliseconds since 1970; null for never. */
  expiresAt: number | null;
  /** Whether a new identity is being checked. */
  isRenewing: boolean;
  /** Time at which the client asked to come in, on `performance.now()`. */
  readonly madeAt: number;
  /** Time of arrival on `performance.now()`; 0 while nobody subscribes to `gatewire:socket`. */
  arrivedAt: number;
  /** Events that came before `@OnConnect` was done; null once they flow. */
  waiting: EventPacket[] | null;
  /** Whether `@OnConnect` is done, one way or the other. */
  isSettled: boolean;
  hasLeft: boolean;
  /** Whether what waits may start no more, since the client has left. */
  isOver: boolean;
  /** Number of gateways whose `@OnConnect` has started. */
  connectsStarted: number;
  /** Settles when `@OnDisconnecting` is done; null when there is nothing to wait for. */
  disconnecting: Promise<void> | null;
  /** Socket.IO's reason, once the client is leaving. */
  leftBecause: string | null;
  /** Rooms at the time of leaving. */
  lastRooms: ReadonlySet<string> | null;
  /** Runs a function where connect middleware has called `next`; null in namespaces without connect middleware. */
  inConnectScope: AsyncScope | null;
  /** Activity of the whole stay; it owns the instances of the scope `connection`. */
  readonly stay: Activity;
  /** Limit of the `exception` events that the client gets. */
  readonly exceptions: ExceptionLimit;
  /** Calls a function when the client leaves; returns a function that takes that back. */
  whenLeaving(tell: (reason: Error) => void): () => void;
  /** Calls the functions given to `whenLeaving`; the reason is made when there is one. */
  tellLeaving(reasonOf: () => Error): void;
  /** Ends the scope `connection`. */
  release(onError: (error: unknown) => void): Promise<void> | null;
}

/** Runs a function with the values that each AsyncLocalStorage had at one moment. */
export type AsyncScope = <TArgs extends unknown[], TResult>(
  run: (...args: TArgs) => TResult,
  ...args: TArgs
) => TResult;

/** Limit of the `exception` events that one client gets. */
export interface ExceptionLimit {
  /** Tells whether one more may be sent, and counts it. */
  admits(event: string, now: number): boolean;
}

/** Source of the instances of a class. */
export interface InstanceSource {
  /** The one instance, or null when each client or event has its own. */
  readonly instance: object | null;
  /** Returns the instance for an activity. */
  of(activity: Activity): object;
}

/** Registry of what runs; `close()` waits for it. */
export interface CallRegistry {
  add(call: Call): void;
  delete(call: Call): void;
  /** Keeps `close()` waiting for a promise that must not reject; `of` is the connection that stays open for it. */
  track(promise: Promise<unknown>, of?: object | null): void;
  /** Names a function that answers for calls that have not begun, in case they never will. */
  addWaiting(refuse: (error: GatewireError) => void): void;
  deleteWaiting(refuse: (error: GatewireError) => void): void;
  /** Tells whether nothing new of a connection is taken, because the server is closing. */
  refuses(connection: object): boolean;
}

/** Watch over identities that end. */
export interface IdentityExpiry {
  /** Watches a client from now on, or anew with another identity. */
  watch(state: SocketState): void;
  forget(state: SocketState): void;
}

/** Check of clients that come in while the access of their user is taken back. */
export interface RevocationCheck {
  /** Sends a client away whose user was revoked since its handshake; returns whether it did. */
  catchUp(state: SocketState): boolean;
  /** @throws {GatewireError} UNAUTHENTICATED when the user of a client was revoked since its handshake */
  check(state: SocketState): void;
}

/** Contract of what a namespace sends. */
export interface OutgoingContract {
  /** @throws {GatewireError} INTERNAL when the arguments of an emit do not fit */
  checkEmit(event: string, args: readonly unknown[]): void;
  /** Returns the arguments of a call: `args` spread where the event carries several. */
  callArguments(event: string, payload: unknown): readonly unknown[];
  /** Parses what a client answered. @throws {GatewireError} INVALID_PAYLOAD when it does not fit */
  acceptAnswer(event: string, answer: unknown): unknown;
}

/** Action on the members of rooms, wherever they are. */
export type RemoteAction = 'join' | 'leave' | 'disconnect' | 'disconnectAll' | 'close';

/** Answer of one socket, or null when it gave none. */
export type ClientAnswer = readonly [id: string, answer: { readonly value?: unknown } | null];

/** Operations of targets, on this node and on the others. */
export interface RemoteOperations {
  /** Identity of the application, for the messages of channels. */
  readonly app: string;
  /** Resolves when subscriptions that a join has started hold; null when none is under way. */
  confirmed(): Promise<void> | null;
  count(nsp: Namespace, members: Members, options?: RemoteOptions): Promise<number>;
  sockets(nsp: Namespace, members: Members, options?: RemoteOptions): Promise<readonly SocketInfo[]>;
  act(
    action: RemoteAction,
    nsp: Namespace,
    members: Members,
    rooms: readonly string[],
    options?: RemoteOptions,
  ): Promise<void>;
  call(
    nsp: Namespace,
    id: string,
    event: string,
    args: readonly unknown[],
    options: Required<CallOptions>,
  ): Promise<unknown>;
  callAll(
    nsp: Namespace,
    members: Members,
    event: string,
    args: readonly unknown[],
    options: Required<CallOptions>,
  ): Promise<{ readonly answers: readonly ClientAnswer[]; readonly missingNodes: readonly string[] }>;
  serverSideEmit(
    nsp: string,
    event: string,
    payload: unknown,
    options?: CallOptions,
  ): Promise<ServerSideResult>;
}
