import type { Namespace, Socket } from 'socket.io';
import type { Logger } from '../base/logger.js';
import type { Handshake, User } from '../metadata/context.js';
import type { EventPlan, NamespacePlan } from '../plan/types.js';
import type { Expiry } from './access/expiry.js';
import type { Identify } from './access/identity.js';
import type { Revocations } from './access/revoke.js';
import type { Operations } from './cluster/operations.js';
import type { BoundServerSide } from './cluster/server-side.js';
import type { CallContext, SocketContext } from './context.js';
import type { Failures } from './failures.js';
import type { InFlight } from './in-flight.js';
import type { Limits } from './limits.js';
import type { Outgoing } from './outgoing.js';

/** What is left of a chain of steps once instances are known: context in, answer or promise out. */
export type Stage<TContext extends SocketContext = CallContext> = (ctx: TContext) => unknown;

/** An event with its whole chain. */
export interface BoundEvent {
  readonly plan: EventPlan;
  readonly run: Stage;
}

/** A lifecycle hook with its instance. */
export interface BoundHook {
  readonly label: string;
  readonly run: (ctx: SocketContext, reason: string) => unknown;
}

/** The hooks of one gateway; null where it has none. */
export interface BoundGateway {
  readonly connect: readonly BoundHook[] | null;
  readonly disconnecting: readonly BoundHook[] | null;
  readonly disconnect: readonly BoundHook[] | null;
}

/** Says who a client is ahead of auth; undefined leaves it to auth. */
export type Impersonate = (handshake: Handshake) => User | undefined;

/** A namespace, or a pattern of many, ready to serve. */
export interface BoundNamespace {
  readonly plan: NamespacePlan;
  readonly io: Namespace;
  /** Name of the instance that a socket is in. */
  readonly path: (socket: Socket) => string;
  readonly exact: ReadonlyMap<unknown, BoundEvent>;
  readonly patterns: readonly BoundEvent[] | null;
  readonly any: BoundEvent | null;
  readonly gateways: readonly BoundGateway[];
  readonly hasConnectHooks: boolean;
  /** Handlers of what other nodes send; null where there are none. */
  readonly serverSide: ReadonlyMap<string, BoundServerSide> | null;
  /** Checks what leaves the namespace; null where no contract says anything about it. */
  readonly outgoing: Outgoing | null;
  /** Asks who a client is; null where everybody may come in. */
  readonly identify: Identify | null;
  readonly expiry: Expiry;
  readonly revocations: Revocations;
  readonly calls: InFlight;
  readonly failures: Failures;
  readonly logger: Logger;
  readonly limits: Limits;
  readonly impersonate: Impersonate | null;
  /** What targets can do, here and on other nodes. */
  readonly operations: Operations;
}
