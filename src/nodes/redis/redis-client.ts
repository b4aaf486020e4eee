import { randomInt } from 'node:crypto';
import type { RedisClientType, RedisClusterType, RedisSentinelType } from 'redis';
import { backoffMs } from '../../base/backoff.js';
import { requirePeer } from '../../base/peer.js';
import type { RedisOptions } from './redis-options.js';

/** Kinds of subscriptions: to a channel, to a pattern of channels, or to a channel of sharded pub/sub. */
export type SubscriptionKind = 'channel' | 'pattern' | 'sharded';
export type OnMessage = (message: Buffer, channel: Buffer | string) => void;
type Argument = string | Buffer;

/** One connection to Redis: to one server, to a Redis Cluster, or to the master that Sentinel names. */
export interface Connection {
  readonly isReady: boolean;
  /** Starts to connect, and connects again after each failure until `destroy`. It is called once. */
  open(events: ConnectionEvents): void;
  /** @param key - key that the command is about, which Redis Cluster chooses a server by */
  send(args: readonly Argument[], key?: string): Promise<unknown>;
  subscribe(kind: SubscriptionKind, channel: string, onMessage: OnMessage): Promise<unknown>;
  unsubscribe(kind: SubscriptionKind, channel: string): Promise<unknown>;
  destroy(): void;
}

/** Listeners of a connection. */
export interface ConnectionEvents {
  /** Called at each error; the connection stays open and connects again by itself. */
  onError(error: unknown): void;
  /** Called whenever it is connected, also after a failure. */
  onReady(): void;
}

/** Slots of a Redis Cluster. */
const SLOTS = 16_384;
const FIRST_WAIT_MS = 25;
const MAX_WAIT_MS = 1_000;
const CONNECT_MS = 5_000;
const SCAN_MS = 10_000;
/** A connection that is silent for this long, although pings are sent, is dead. */
const DEAD_MS = 5_000;

/** Makes a connection, which is still closed. */
export function createConnection(options: RedisOptions): Connection {
  const { createClient, createCluster, createSentinel } = requirePeer<typeof import('redis')>(
    'redis',
    'redisAdapter',
  );
  const socket: Record<string, unknown> = {
    ...(isEncrypted(options) && { ...options.tls, tls: true }),
    connectTimeout: CONNECT_MS,
    socketTimeout: DEAD_MS,
    reconnectStrategy: (retries: number) =>
      backoffMs(retries, { firstMs: FIRST_WAIT_MS, maxMs: MAX_WAIT_MS }),
  };
  const common = {
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // An AbortSignal for each command is 5 of the 50 us that a message takes. RedisConnections bounds the waiting commands
    // by number and bytes, and they end with the connection, at the latest after DEAD_MS of silence.
    commandOptions: { timeout: 0 },
  } as const;
  if (options.cluster !== undefined) {
    const { username, password } = new URL(options.cluster[0] as string);
    const credentials = {
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
    };
    const cluster = createCluster({
      rootNodes: options.cluster.map((url) => ({ url })),
      defaults: { ...common, socket, ...credentials },
    } as never);
    return ofCluster(cluster as unknown as RedisClusterType);
  }
  if (options.sentinel !== undefined) {
    const { name, nodes, username, password } = options.sentinel;
    const credentials = { ...(username && { username }), ...(password && { password }) };
    const sentinel = createSentinel({
      name,
      sentinelRootNodes: nodes.map(({ host, port }) => ({ host, port })),
      // With rediscovery it sends a command again when the connection broke before the answer, and clients get a message
      // twice. The next command asks Sentinel for the master.
      maxCommandRediscovers: 0,
      // A master that became a replica refuses writes. Sentinel announces the change; where that is lost, the scan finds it.
      scanInterval: SCAN_MS,
      nodeClientOptions: { ...common, socket, ...credentials },
      sentinelClientOptions: { ...common, socket: { connectTimeout: CONNECT_MS } },
    } as never);
    return ofSentinel(sentinel as unknown as RedisSentinelType);
  }
  const client = createClient({ ...common, url: options.url as string, socket } as never);
  return ofServer(client as unknown as RedisClientType);
}

/** Tells whether Redis itself answered with an error, such as `NOPERM …`: the connection is whole. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && /^[A-Z]+ /.test(error.message);
}

/** Tells whether all connections use TLS. */
export function isEncrypted({ url, cluster, sentinel, tls }: RedisOptions): boolean {
  if (sentinel !== undefined) return tls !== undefined;
  return (cluster ?? [url]).every((one) => one?.startsWith('rediss:'));
}

function ofServer(client: RedisClientType): Connection {
  return {
    get isReady() {
      return client.isReady;
    },
    open: ({ onError, onReady }) => {
      client.on('error', onError).on('ready', onReady);
      client.connect().catch(onError);
    },
    send: (args) => client.sendCommand(args as Argument[]),
    ...subscribingBy(client),
    destroy: () => ignoreErrors(() => client.destroy()),
  };
}

function ofCluster(cluster: RedisClusterType): Connection {
  const first = new FirstConnect(() => cluster.connect());
  // PUBLISH reaches all servers by way of any. node-redis takes them in turn, so that messages overtake each other.
  const slot = randomInt(SLOTS);
  const publish = async (args: readonly Argument[]): Promise<unknown> => {
    const server = cluster.slots[slot]?.master;
    if (server === undefined) throw new Error('no server of the Redis Cluster is known');
    return (await cluster.nodeClient(server)).sendCommand([...args]);
  };
  return {
    get isReady() {
      return first.isDone;
    },
    open: (events) => {
      const { onError, onReady } = events;
      cluster.on('error', onError).on('node-error', onError).on('node-ready', onReady);
      cluster.on('sharded-channel-moved' as never, onReady as never);
      first.start(events);
    },
    send: (args, key) => (args[0] === 'PUBLISH' ? publish(args) : cluster.sendCommand(key, false, [...args])),
    ...subscribingBy(cluster as never),
    destroy: () => {
      first.stop();
      ignoreErrors(() => cluster.destroy());
    },
  };
}

function ofSentinel(sentinel: RedisSentinelType): Connection {
  const first = new FirstConnect(() => sentinel.connect());
  return {
    get isReady() {
      return first.isDone && sentinel.isReady;
    },
    open: (events) => {
      const { onError, onReady } = events;
      sentinel.on('error', onError).on('client-error', onError).on('topology-change', onReady);
      first.start(events);
    },
    send: (args) => sentinel.sendCommand(false, [...args]),
    ...subscribingBy(sentinel as never),
    destroy: () => {
      first.stop();
      ignoreErrors(() => sentinel.destroy());
    },
  };
}

/** First connect of a client of several servers, repeated: such a client gives up when no server answers its first attempt. */
class FirstConnect {
  isDone = false;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(private readonly connect: () => Promise<unknown>) {}

  start(events: ConnectionEvents): void {
    this.connect().then(
      () => {
        this.isDone = true;
        events.onReady();
      },
      (error: unknown) => {
        events.onError(error);
        if (!this.#isStopped) this.#timer = setTimeout(() => this.start(events), MAX_WAIT_MS);
      },
    );
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}

type SubscribeMethod = 'subscribe' | 'pSubscribe' | 'sSubscribe';
type UnsubscribeMethod = 'unsubscribe' | 'pUnsubscribe' | 'sUnsubscribe';

const SUBSCRIBE: Readonly<Record<SubscriptionKind, readonly [SubscribeMethod, UnsubscribeMethod]>> = {
  channel: ['subscribe', 'unsubscribe'],
  pattern: ['pSubscribe', 'pUnsubscribe'],
  sharded: ['sSubscribe', 'sUnsubscribe'],
};

function subscribingBy(
  client: Pick<RedisClientType, SubscribeMethod | UnsubscribeMethod>,
): Pick<Connection, 'subscribe' | 'unsubscribe'> {
  return {
    subscribe: (kind, channel, onMessage) => client[SUBSCRIBE[kind][0]](channel, onMessage as never, true),
    unsubscribe: (kind, channel) => client[SUBSCRIBE[kind][1]](channel),
  };
}

/** Destroys a client: one that is destroyed already throws or rejects. */
function ignoreErrors(run: () => unknown): void {
  try {
    const result = run();
    if (result instanceof Promise) result.catch(() => {});
  } catch {
    // It is destroyed, as it should be.
  }
}
