import { requirePeer } from '../../base/peer.js';
import type { AdapterConstructor, AdapterHost } from '../../runtime/remote/node-adapter.js';
import { type MakeAdapter, patchAdapter } from '../patch-adapter.js';
import { BatchCollector } from './batch-collector.js';
import { type BatchedMessage, batchedBytes, writeBatch } from './batch-format.js';
import type { BatchReaders } from './batch-readers.js';
import { deafClient, publishingClient, subscribingClient } from './node-redis-shim.js';
import type { PublishCommand, RedisConnections } from './redis-connections.js';

export interface RedisAdapterModule {
  createAdapter(pub: object, sub: object, options?: object): MakeAdapter;
  createShardedAdapter(pub: object, sub: object, options?: object): MakeAdapter;
}

/** Makes the adapters of @socket.io/redis-adapter, for classic or sharded pub/sub. */
export function pubSubAdapter(
  redis: RedisConnections,
  host: AdapterHost,
  readers: BatchReaders,
): AdapterConstructor {
  const { createAdapter, createShardedAdapter } = requirePeer<RedisAdapterModule>(
    redis.adapterPackage,
    'redisAdapter',
  );
  const { mode, prefix } = redis.options;
  const subscriber = host.hasClients ? subscribingClient(redis) : deafClient();
  const makeClassic: MakeAdapter = (namespace) => {
    const publisher = publishingClient(redis, (command, channel, message) => {
      // Every node with the namespace hears its channel, and those of rooms begin with it. Requests use others.
      const own = adapter.channel ?? '';
      if (own !== '' && channel.startsWith(own)) broadcasts.publish(own, channel, message);
      else redis.publish(command, channel, message);
    });
    const adapter = createAdapter(publisher, subscriber, { key: prefix })(namespace);
    if (namespace.name === '/') readers.countAt('NUMSUB', adapter.requestChannel ?? '');
    return adapter;
  };
  const makeSharded: MakeAdapter = (namespace) => {
    const publisher = publishingClient(redis, (_, channel, message) =>
      broadcasts.publish(channel, channel, message),
    );
    const adapter = createShardedAdapter(publisher, subscriber, { channelPrefix: prefix })(namespace);
    if (namespace.name === '/') readers.countAt('SHARDNUMSUB', adapter.channel ?? '');
    return adapter;
  };
  const isSharded = mode === 'sharded';
  const broadcasts = new Broadcasts(redis, readers, isSharded ? 'SPUBLISH' : 'PUBLISH');
  return patchAdapter(isSharded ? makeSharded : makeClassic, redis, host, false);
}

/** Publishes what was broadcast in one turn together, while every subscriber reads batches. */
class Broadcasts {
  readonly #collector: BatchCollector<BatchedMessage>;

  constructor(
    private readonly redis: RedisConnections,
    private readonly readers: BatchReaders,
    private readonly command: PublishCommand,
  ) {
    // Sharded: a batch has messages of one channel, and goes ahead of the next channel's.
    const keepsOrder = command === 'SPUBLISH';
    this.#collector = new BatchCollector(keepsOrder, (channel, messages) => this.#send(channel, messages));
    redis.batches = this.#collector;
  }

  /** @param batchChannel - channel of the batch that the message may be in: the beginning of its own */
  publish(batchChannel: string, channel: string, message: Buffer | string): void {
    if (!this.readers.areAll) return void this.redis.publish(this.command, channel, message);
    const batched = { suffix: channel.slice(batchChannel.length), message };
    this.#collector.add(batchChannel, batched, batchedBytes(batched));
  }

  #send(batchChannel: string, messages: readonly BatchedMessage[]): void {
    if (messages.length > 1 && this.readers.areAll)
      return void this.redis.publish(this.command, batchChannel, writeBatch(messages), messages.length);
    for (const { suffix, message } of messages)
      this.redis.publish(this.command, batchChannel + suffix, message);
  }
}
