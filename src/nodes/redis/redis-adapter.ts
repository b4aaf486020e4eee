import type { AdapterHost, NodeAdapter, OpenedAdapter } from '../../runtime/cluster/node-adapter.js';
import { classicAdapter, shardedAdapter } from './adapters.js';
import { RedisBus } from './redis-bus.js';
import { isEncrypted } from './redis-client.js';
import { Link } from './redis-connections.js';
import { checkRedisOptions, type RedisAdapterOptions, weaknesses } from './redis-options.js';
import { RedisRevocations } from './revocations.js';
import { redisStore } from './shared-store.js';
import { type Streams, streamsAdapter } from './streams.js';

/** A start does not fail without Redis; it waits this long for it, so that the first message is not lost. */
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
    nodeName: options?.nodeName,
    problems: (socket, where) => checkRedisOptions(options, socket, where).problems,
    open: (host) => open(options, host),
  };
}

async function open(given: RedisAdapterOptions, host: AdapterHost): Promise<OpenedAdapter> {
  const { options } = checkRedisOptions(given, {}, NOWHERE);
  for (const reason of weaknesses(options, isEncrypted(options)))
    host.logger.warn({ event: 'redis.insecure', reason });
  const link = new Link(options, host.logger, host.reachable);
  const withRecovery = 'connectionStateRecovery' in host.socket;
  const streams: Streams | null =
    options.mode === 'streams' ? streamsAdapter(link, host, withRecovery) : null;
  const adapter =
    streams?.adapter ??
    (options.mode === 'sharded' ? shardedAdapter(link, host) : classicAdapter(link, host));
  const bus = new RedisBus(link, host, streams?.sendInOrder ?? null);
  await link.pulse.settled(START_MS);
  if (link.pulse.isUp) await streams?.reader?.started(START_MS);
  return {
    adapter,
    bus,
    store: redisStore(link),
    rates: null,
    revocations: new RedisRevocations(link),
    health: () => link.pulse.health(),
    confirmed: () => link.confirmed(),
    close: async () => {
      streams?.reader?.close();
      await link.close();
    },
  };
}
