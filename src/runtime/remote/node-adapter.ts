import type { Namespace, Server } from 'socket.io';
import type { Logger } from '../../base/logger.js';
import type { Place, Problem } from '../../errors/boot-error.js';
import type { RateStore } from '../../stores/rates.js';
import type { RevocationStore } from '../../stores/revocations.js';
import type { SharedStore } from '../../stores/shared-store.js';
import type { TopicStore } from '../../stores/topics.js';

/** Which sockets of a namespace instance are meant, by the stored names of rooms; no rooms stand for all. */
export interface Members {
  readonly nsp: string;
  readonly rooms: readonly string[];
  readonly except: readonly string[];
}

/** A socket of another node, without anything that its client connected with. */
export interface RemoteSocketInfo {
  readonly id: string;
  readonly rooms: readonly string[];
  readonly data: unknown;
  readonly user: unknown;
}

/** Whether other nodes can be reached. */
export interface AdapterHealth {
  readonly status: 'ok' | 'degraded';
  /** When the status began, in milliseconds since 1970. */
  readonly since: number;
  /** Why it is degraded, without secrets. */
  readonly reason: string | null;
  /** Counts of what was lost. */
  readonly counters: Readonly<Record<string, number>>;
}

/** What a node announces of itself to the adapters of others. */
export type Traits = Readonly<Record<string, unknown>>;

/** Carries short texts between the nodes of one application. */
export interface NodeBus {
  /**
   * Sends to one node, or to all others when `to` is null; `inOrder` keeps its place among broadcasts.
   *
   * @returns false when nobody can be reached now
   */
  send(message: string, to: string | null, inOrder: boolean): boolean;
  /** Whether others can be reached now. */
  readonly isOpen: boolean;
  /** Number of nodes that listen, this one included; null when that cannot be known. */
  nodes(): Promise<number | null>;
  /** What this node announces of itself. */
  readonly traits?: Traits;
  /** Takes what another node announces of itself; null when that node leaves. */
  heard?(nodeId: string, traits: Traits | null): void;
}

/** Members of the application that an adapter may use. */
export interface AdapterHost {
  /** Identity of the application, for messages on its channels. */
  readonly app: string;
  readonly io: Server;
  readonly logger: Logger;
  /** Socket.IO's options, as the application gave them. */
  readonly socket: Readonly<Record<string, unknown>>;
  /** Of this node, on the bus. */
  readonly nodeId: string;
  /** Whether this node has clients: one without need not hear what is sent to them. */
  readonly hasClients: boolean;
  /** Takes what came over the bus. It never throws. */
  receive(message: string): void;
  /** The bus works again, or for the first time. */
  reachable(): void;
  /** Number of nodes that are known to live, this one included. */
  nodeCount(): number;
  /** Asks other nodes for raw `io.fetchSockets()` and the like. */
  fetch(members: Members): Promise<readonly RemoteSocketInfo[]>;
  /** Tells other nodes of raw `io.socketsJoin()`, `disconnectSockets()` and the like; there is no answer. */
  tell(
    action: 'join' | 'leave' | 'disconnect' | 'disconnectAll',
    members: Members,
    rooms: readonly string[],
  ): void;
}

/** An adapter that is open. */
export interface OpenedAdapter {
  /** Given to Socket.IO's `io.adapter()`. */
  readonly adapter: AdapterConstructor;
  readonly bus: NodeBus;
  /** Store that all nodes share; null where there is none. */
  readonly store: SharedStore | null;
  /** Counter of rates for all nodes together, where `store` is null; null where each node counts for itself. */
  readonly rates: RateStore | null;
  /** Remembers for all nodes whose access was taken back; null where every node hears of it, or is not there any more. */
  readonly revocations: RevocationStore | null;
  /** Keeps topics for all nodes; null where it cannot. */
  readonly topics: TopicStore | null;
  /** Reads its health. */
  health(): AdapterHealth;
  /** Resolves when subscriptions that are under way hold; null when none is. It never takes long, nor rejects. */
  confirmed(): Promise<void> | null;
  /** Ends its connections, once what was sent is on its way. */
  close(): Promise<void>;
}

/** Adapter in the form that Socket.IO takes: a class, or a function that makes one for a namespace. */
export type AdapterConstructor = (new (namespace: Namespace) => object) | ((namespace: Namespace) => object);

/** A way to other nodes that gatewire looks after, such as `redisAdapter({ url })`. */
export interface NodeAdapter {
  /** Shown in the log, such as `redis classic`. */
  readonly label: string;
  /** Whether it keeps topics for all nodes. */
  readonly keepsTopics?: boolean;
  /** Name of this node in answers of others; one is made up where it is undefined. */
  readonly nodeName?: string | undefined;
  /** Finds problems that keep it from being opened, given Socket.IO's options. */
  problems(socket: Readonly<Record<string, unknown>>, where: Place): readonly Problem[];
  /** Connects; a server that cannot be reached yet is tried again, and keeps nobody from starting. */
  open(host: AdapterHost): Promise<OpenedAdapter>;
}
