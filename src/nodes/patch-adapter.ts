import type { Namespace } from 'socket.io';
import type { Private } from '../base/stack.js';
import type {
  AdapterConstructor,
  AdapterHost,
  Members,
  RemoteSocketInfo,
} from '../runtime/remote/node-adapter.js';
import { CLASSIC_FETCH, CLUSTER_BROADCAST, CLUSTER_FETCH } from './adapter-check.js';

/** Members of a plain adapter. It has those of the classic one over Redis, or those of a cluster adapter. */
export type RawAdapter = AdapterMembers &
  Partial<ClassicMembers> &
  Partial<ShardedMembers> &
  Partial<ClusterMembers>;

type AdapterMembers = Private<
  'socket.io-adapter',
  'Adapter',
  {
    addAll(id: string, rooms: Set<string>): unknown;
    broadcast(packet: unknown, options: Options): unknown;
    broadcastWithAck(packet: unknown, options: Options, ...rest: unknown[]): unknown;
    serverSideEmit(packet: readonly unknown[]): unknown;
    restoreSession(pid: string, offset: string): unknown;
    addSockets(options: Options, rooms: readonly string[]): unknown;
    delSockets(options: Options, rooms: readonly string[]): unknown;
    disconnectSockets(options: Options, close: boolean): unknown;
    fetchSockets(options: Options): Promise<unknown[]>;
    serverCount(): Promise<number>;
    close(): unknown;
  }
>;

type ClassicMembers = Private<
  '@socket.io/redis-adapter',
  'RedisAdapter',
  { onrequest(channel: unknown, message: Buffer): unknown; channel: string; requestChannel: string }
>;

type ShardedMembers = Private<'@socket.io/redis-adapter', 'ShardedRedisAdapter', { channel: string }>;

/** Members of a subclass of Socket.IO's ClusterAdapter. */
export type ClusterMembers = Private<
  'socket.io-adapter',
  'ClusterAdapter',
  {
    onMessage(message: { readonly type?: unknown; readonly data?: unknown }, offset?: string): unknown;
    publish(message: unknown): unknown;
    doPublish(message: ClusterMessage): Promise<string>;
    doPublishResponse(requester: string, response: ClusterMessage): Promise<void>;
  }
>;

/** Message between cluster adapters. */
export interface ClusterMessage {
  readonly data?: object;
}

interface Options {
  readonly rooms: ReadonlySet<string>;
  readonly except?: ReadonlySet<string>;
  readonly flags?: { readonly local?: boolean };
}

/** Makes the plain adapter of a namespace. */
export type MakeAdapter = (namespace: Namespace) => RawAdapter;

/** Connection that the messages of a plain adapter travel by. */
export interface Transport {
  readonly counters: { malformedMessages: number };
  /** Resolves when pending subscriptions are confirmed; null when none is pending. */
  confirmed(): Promise<void> | null;
}

/**
 * Patches the adapters of `make`: requests to other nodes go over gatewire's bus, which names the nodes that do not answer
 * and carries no handshakes; broadcasts reach the clients of this node without waiting for the transport.
 *
 * @param waitsForOffset - whether a broadcast needs its place in the stream, for connection state recovery
 */
export function patchAdapter(
  make: MakeAdapter,
  transport: Transport,
  host: AdapterHost,
  waitsForOffset: boolean,
): AdapterConstructor {
  // Socket.IO calls it with `new`: an arrow function would throw.
  function Adapter(namespace: Namespace) {
    const adapter = make(namespace);
    const local = inMemory(adapter);
    const membersOf = ({ rooms, except = new Set() }: Options): Members => ({
      nsp: namespace.name,
      rooms: [...rooms],
      except: [...except],
    });
    const isLocal = ({ flags }: Options): boolean => flags?.local === true;
    adapter.addAll = (id, rooms) => {
      local.addAll.call(adapter, id, rooms);
      return transport.confirmed() ?? undefined;
    };
    adapter.addSockets = (options, rooms) => {
      local.addSockets.call(adapter, options, rooms);
      if (!isLocal(options)) host.tell('join', membersOf(options), rooms);
    };
    adapter.delSockets = (options, rooms) => {
      local.delSockets.call(adapter, options, rooms);
      if (!isLocal(options)) host.tell('leave', membersOf(options), rooms);
    };
    adapter.disconnectSockets = (options, close) => {
      local.disconnectSockets.call(adapter, options, close);
      if (!isLocal(options)) host.tell(close ? 'disconnectAll' : 'disconnect', membersOf(options), []);
    };
    adapter.fetchSockets = async (options) => {
      const own = await local.fetchSockets.call(adapter, options);
      return isLocal(options) ? own : [...own, ...(await host.fetch(membersOf(options))).map(asDetails)];
    };
    adapter.serverCount = async () => host.nodeCount();
    refuseFetches(adapter, transport);
    if (adapter.publish !== undefined && !waitsForOffset) sendAtOnce(adapter, local);
    return adapter;
  }
  return Adapter;
}

/** Makes an adapter ignore the fetches of plain nodes: its answers would carry handshakes, with tokens and cookies. */
function refuseFetches(adapter: RawAdapter, transport: Transport): void {
  const { onrequest, onMessage } = adapter;
  if (onrequest !== undefined) {
    adapter.onrequest = (channel, message) => {
      if (message[0] === 0x7b && (JSON.parse(message.toString()) as { type: unknown }).type === CLASSIC_FETCH)
        return;
      // It returns a promise that the adapter does not await.
      Promise.resolve(onrequest.call(adapter, channel, message)).catch(
        () => transport.counters.malformedMessages++,
      );
    };
  }
  if (onMessage !== undefined) {
    adapter.onMessage = (message, offset) => {
      if (message.type !== CLUSTER_FETCH) onMessage.call(adapter, message, offset);
    };
  }
}

/** Delivers to the clients of this node at once. Adapters of this family publish first: late, after direct emits, and never if that hangs. */
function sendAtOnce(adapter: RawAdapter, local: RawAdapter): void {
  adapter.broadcast = (packet, options) => {
    if (options.flags?.local !== true) {
      const { rooms, except = new Set(), flags } = options;
      const opts = { rooms: [...rooms], except: [...except], flags };
      adapter.publish?.({ type: CLUSTER_BROADCAST, data: { packet, opts } });
    }
    local.broadcast.call(adapter, packet, options);
  };
}

/** Finds the in-memory adapter that an adapter extends, of the version that it uses. */
function inMemory(adapter: RawAdapter): RawAdapter {
  let prototype = Object.getPrototypeOf(adapter) as object;
  while (!Object.hasOwn(prototype, 'addAll')) prototype = Object.getPrototypeOf(prototype) as object;
  return prototype as RawAdapter;
}

const NO_HANDSHAKE = Object.freeze({ headers: {}, query: {}, auth: {}, address: '', url: '' });

function asDetails({ id, rooms, data }: RemoteSocketInfo): object {
  return { id, rooms, data, handshake: NO_HANDSHAKE };
}
