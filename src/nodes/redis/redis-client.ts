import {
  createClient,
  createCluster,
  createSentinel,
  type RedisClientType,
  type RedisClusterType,
  type RedisSentinelType,
} from 'redis';
import type { RedisOptions } from './redis-options.js';

/** Where a subscription hangs: a channel, a pattern of channels, or a channel of sharded pub/sub. */
export type SubscriptionKind = 'channel' | 'pattern' | 'sharded';
export type OnMessage = (message: Buffer, channel: Buffer | string) => void;
type Argument = string | Buffer;

/** One connection to Redis, whatever Redis is made of. */
export interface Connection {
  readonly isReady: boolean;
  /** @param key - where the command belongs, for Redis Cluster */
  send(args: readonly Argument[], key?: string): Promise<unknown>;
  subscribe(kind: SubscriptionKind, channel: string, onMessage: OnMessage): Promise<unknown>;
  unsubscribe(kind: SubscriptionKind, channel: string): Promise<unknown>;
  destroy(): void;
}

/** Told of what happens to a connection. An error is not its end: it connects again by itself, for ever. */
export interface ConnectionEvents {
  onError(error: unknown): void;
  onReady(): void;
}

const MAX_WAIT_MS = 1_000;
const CONNECT_MS = 5_000;
const SCAN_MS = 10_000;
/** Nothing is heard for this long, though pings are sent: the connection is dead without knowing it. */
const DEAD_MS = 5_000;

/** Opens a connection. It returns at once, and connects when Redis is there. */
export function connect(options: RedisOptions, { onError, onReady }: ConnectionEvents): Connection {
  const socket: Record<string, unknown> = {
    ...(isEncrypted(options) && { ...options.tls, tls: true }),
    connectTimeout: CONNECT_MS,
    socketTimeout: DEAD_MS,
    // Soon, and not all nodes at the same moment.
    reconnectStrategy: (retries: number) =>
      Math.min(25 * 2 ** Math.min(retries, 6), MAX_WAIT_MS) * (0.5 + Math.random() / 2),
  };
  const common = {
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // An AbortSignal for each command is 5 of the 50 us that a message takes. What waits is bounded by number and bytes
    // ahead of this client, and ends with the connection, at the latest after DEAD_MS of silence.
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
    } as never) as unknown as RedisClusterType;
    return ofCluster(cluster, onError, onReady);
  }
  if (options.sentinel !== undefined) {
    const { name, nodes, username, password } = options.sentinel;
    const credentials = { ...(username && { username }), ...(password && { password }) };
    const sentinel = createSentinel({
      name,
      sentinelRootNodes: nodes.map(({ host, port }) => ({ host, port })),
      // It would send a command again when the connection broke before the answer, and clients would get a message twice.
      // Where the master is, the next command asks Sentinel.
      maxCommandRediscovers: 0,
      // A master that became a replica refuses what is written, and nobody asks again: Sentinel says so, or this finds it.
      scanInterval: SCAN_MS,
      nodeClientOptions: { ...common, socket, ...credentials },
      sentinelClientOptions: { ...common, socket: { connectTimeout: CONNECT_MS } },
    } as never) as unknown as RedisSentinelType;
    return ofSentinel(sentinel, onError, onReady);
  }
  const client = createClient({ ...common, url: options.url as string, socket } as never);
  return ofClient(client as unknown as RedisClientType, onError, onReady);
}

/** Whether everything goes through TLS. */
export function isEncrypted({ url, cluster, sentinel, tls }: RedisOptions): boolean {
  if (sentinel !== undefined) return tls !== undefined;
  return (cluster ?? [url]).every((one) => one?.startsWith('rediss:'));
}

function ofClient(
  client: RedisClientType,
  onError: ConnectionEvents['onError'],
  onReady: ConnectionEvents['onReady'],
): Connection {
  client.on('error', onError).on('ready', onReady);
  client.connect().catch(onError);
  return {
    get isReady() {
      return client.isReady;
    },
    send: (args) => client.sendCommand(args as Argument[]),
    subscribe: (kind, channel, onMessage) => subscribeWith(client, kind, channel, onMessage),
    unsubscribe: (kind, channel) => unsubscribeWith(client, kind, channel),
    destroy: () => quietly(() => client.destroy()),
  };
}

function ofCluster(
  cluster: RedisClusterType,
  onError: ConnectionEvents['onError'],
  onReady: ConnectionEvents['onReady'],
): Connection {
  const keepTrying = untilConnected(() => cluster.connect(), onError, onReady);
  cluster.on('error', onError).on('node-error', onError).on('node-ready', onReady);
  cluster.on('sharded-channel-moved' as never, onReady as never);
  return {
    get isReady() {
      return keepTrying.isConnected;
    },
    send: (args, key) => cluster.sendCommand(key, false, [...args]),
    subscribe: (kind, channel, onMessage) => subscribeWith(cluster as never, kind, channel, onMessage),
    unsubscribe: (kind, channel) => unsubscribeWith(cluster as never, kind, channel),
    destroy: () => {
      keepTrying.stop();
      quietly(() => cluster.destroy());
    },
  };
}

function ofSentinel(
  sentinel: RedisSentinelType,
  onError: ConnectionEvents['onError'],
  onReady: ConnectionEvents['onReady'],
): Connection {
  const keepTrying = untilConnected(() => sentinel.connect(), onError, onReady);
  sentinel.on('error', onError).on('client-error', onError).on('topology-change', onReady);
  return {
    get isReady() {
      return keepTrying.isConnected && sentinel.isReady;
    },
    // The adapters call sendCommand(args), this client takes (isReadonly, args).
    send: (args) => sentinel.sendCommand(false, [...args]),
    subscribe: (kind, channel, onMessage) => subscribeWith(sentinel as never, kind, channel, onMessage),
    unsubscribe: (kind, channel) => unsubscribeWith(sentinel as never, kind, channel),
    destroy: () => {
      keepTrying.stop();
      quietly(() => sentinel.destroy());
    },
  };
}

/** Clients of several servers give up when none of them answers at the first attempt. */
function untilConnected(
  open: () => Promise<unknown>,
  onError: ConnectionEvents['onError'],
  onReady: ConnectionEvents['onReady'],
) {
  let timer: NodeJS.Timeout | undefined;
  const state = { isConnected: false, stop: () => clearTimeout(timer) };
  const attempt = (): void => {
    open().then(
      () => {
        state.isConnected = true;
        onReady();
      },
      (error: unknown) => {
        onError(error);
        timer = setTimeout(attempt, MAX_WAIT_MS);
      },
    );
  };
  attempt();
  return state;
}

function subscribeWith(
  client: Pick<RedisClientType, 'subscribe' | 'pSubscribe' | 'sSubscribe'>,
  kind: SubscriptionKind,
  channel: string,
  onMessage: OnMessage,
): Promise<unknown> {
  if (kind === 'pattern') return client.pSubscribe(channel, onMessage as never, true);
  if (kind === 'sharded') return client.sSubscribe(channel, onMessage as never, true);
  return client.subscribe(channel, onMessage as never, true);
}

function unsubscribeWith(
  client: Pick<RedisClientType, 'unsubscribe' | 'pUnsubscribe' | 'sUnsubscribe'>,
  kind: SubscriptionKind,
  channel: string,
): Promise<unknown> {
  if (kind === 'pattern') return client.pUnsubscribe(channel);
  if (kind === 'sharded') return client.sUnsubscribe(channel);
  return client.unsubscribe(channel);
}

/** A client that is closed already throws when it is closed, now or later. */
function quietly(run: () => unknown): void {
  try {
    const result = run();
    if (result instanceof Promise) result.catch(() => {});
  } catch {
    // It is closed, which was the point.
  }
}
