import { missingPeers, requirePeer } from '../../base/peer.js';
import type {
  AdapterHost,
  NodeAdapter,
  NodeBus,
  OpenedAdapter,
  Traits,
} from '../../runtime/remote/node-adapter.js';
import {
  type AdapterCheck,
  checkClassicAdapter,
  checkShardedAdapter,
  checkStreamsAdapter,
} from '../adapter-check.js';
import { BatchReaders } from './batch-readers.js';
import { pubSubAdapter, type RedisAdapterModule } from './pub-sub.js';
import { isEncrypted } from './redis-client.js';
import { RedisConnections } from './redis-connections.js';
import {
  adapterPackage,
  checkRedisOptions,
  type RedisAdapterOptions,
  type RedisOptions,
  weaknesses,
} from './redis-options.js';
import { RedisRevocations, RedisStore } from './redis-store.js';
import { RedisTopics } from './redis-topics.js';
import { Signer } from './signer.js';
import { type SendInOrder, type StreamsModule, streamsAdapter } from './streams.js';

/** Longest wait of a start for Redis, so that the first message is not lost; the start does not fail without it. */
const START_MS = 2_000;
const NOWHERE = { location: null, label: 'redisAdapter' };

/**
 * Connects the nodes of an application over Redis.
 *
 * @param options - where Redis is, and how to use it; problems with them appear when the application starts
 * @example
 * const app = createApp({ gateways: [ChatGateway], adapter: redisAdapter({ url: process.env.REDIS_URL }) });
 */
export function redisAdapter(options: RedisAdapterOptions): NodeAdapter {
  return {
    label: `redis ${options?.mode ?? 'classic'}`,
    keepsTopics: true,
    nodeName: options?.nodeName,
    problems: (socket, where) => {
      const { options: checked, problems } = checkRedisOptions(options, socket, where);
      const packages = ['redis', adapterPackage(checked.mode)];
      const found = [...problems, ...missingPeers(packages, 'redisAdapter', where)];
      return found.length > 0 ? found : checkAdapter(checked).problems;
    },
    open: (host) => open(options, host),
  };
}

async function open(given: RedisAdapterOptions, host: AdapterHost): Promise<OpenedAdapter> {
  const { options } = checkRedisOptions(given, {}, NOWHERE);
  for (const reason of weaknesses(options, isEncrypted(options)))
    host.logger.warn({ event: 'redis.insecure', reason });
  await checkAdapter(options).finish();
  const signer = await Signer.create(options.secret, options.prefix);
  const redis = new RedisConnections(options, host, signer);
  const readers = batchReaders(redis, host);
  const streams = options.mode === 'streams' ? streamsAdapter(redis, host, readers) : null;
  const adapter = streams?.adapter ?? pubSubAdapter(redis, host, readers);
  const bus = new RedisBus(redis, host, readers, streams?.sendInOrder ?? null);
  const store = new RedisStore(redis);
  await redis.heartbeat.started(START_MS);
  if (redis.isUp) await streams?.reader?.started(START_MS);
  return {
    adapter,
    bus,
    store,
    rates: null,
    topics: new RedisTopics(redis, store),
    revocations: new RedisRevocations(redis, store),
    health: () => redis.health(),
    confirmed: () => redis.confirmed(),
    close: async () => {
      streams?.reader?.close();
      await redis.close();
      readers.close();
    },
  };
}

/** Checks the package of a mode before anything connects. */
function checkAdapter({ mode }: RedisOptions): AdapterCheck {
  const name = adapterPackage(mode);
  if (mode === 'streams')
    return checkStreamsAdapter(requirePeer<StreamsModule>(name, 'redisAdapter').createAdapter);
  const { createAdapter, createShardedAdapter } = requirePeer<RedisAdapterModule>(name, 'redisAdapter');
  return mode === 'sharded' ? checkShardedAdapter(createShardedAdapter) : checkClassicAdapter(createAdapter);
}

/** Says whether this node reads batches, and may send them. */
function batchReaders(redis: RedisConnections, { hasClients, socket }: AdapterHost): BatchReaders {
  const { mode, batch, cluster } = redis.options;
  // A client is recovered from the place of each broadcast in the stream.
  const reads = !('connectionStateRecovery' in socket);
  // Servers of a Redis Cluster count the subscribers of a channel each for itself, but for those of a shard.
  const isCounted = cluster === undefined || mode === 'sharded';
  return new BatchReaders(redis, { isSubscriber: hasClients, reads, sends: batch && reads && isCounted });
}

/** Messages between nodes: one channel for all of them, and one for each. */
class RedisBus implements NodeBus {
  readonly #all: string;

  constructor(
    private readonly redis: RedisConnections,
    host: AdapterHost,
    private readonly readers: BatchReaders,
    private readonly inOrder: SendInOrder | null,
  ) {
    this.#all = `${redis.options.prefix}:nodes`;
    const receive = (message: Buffer): void => host.receive(message.toString());
    redis.subscriptions.add('channel', this.#all, receive);
    redis.subscriptions.add('channel', this.#one(host.nodeId), receive);
  }

  get isOpen(): boolean {
    return this.redis.isUp;
  }

  get traits(): Traits {
    return this.readers.traits;
  }

  heard(nodeId: string, traits: Traits | null): void {
    this.readers.heard(nodeId, traits);
  }

  send(message: string, to: string | null, inOrder: boolean): boolean {
    if (inOrder && to === null && this.inOrder !== null) return this.inOrder(message);
    return this.redis.publish('PUBLISH', to === null ? this.#all : this.#one(to), message);
  }

  async nodes(): Promise<number | null> {
    if (this.redis.options.cluster !== undefined) return null; // each server counts its own subscribers
    try {
      const [, count] = (await this.redis.command(['PUBSUB', 'NUMSUB', this.#all])) as [unknown, unknown];
      return Number(count) || null;
    } catch {
      return null;
    }
  }

  #one(nodeId: string): string {
    return `${this.redis.options.prefix}:node:${nodeId}`;
  }
}
