import { createRequire } from 'node:module';
import type { AdapterConstructor, AdapterHost } from '../../runtime/cluster/node-adapter.js';
import { corrected, type MakeAdapter } from '../patch-adapter.js';
import { deafClient, listeningClient, publishingClient } from './node-redis-shim.js';
import type { Link } from './redis-connections.js';

/** @socket.io/redis-adapter over classic pub/sub. */
export function classicAdapter(link: Link, host: AdapterHost): AdapterConstructor {
  const { createAdapter } = redisAdapters();
  const make = createAdapter(publishingClient(link), listenerFor(link, host), { key: link.options.prefix });
  return corrected(make, link, host, false);
}

/** @socket.io/redis-adapter over sharded pub/sub. */
export function shardedAdapter(link: Link, host: AdapterHost): AdapterConstructor {
  const { createShardedAdapter } = redisAdapters();
  const options = { channelPrefix: link.options.prefix };
  const make = createShardedAdapter(publishingClient(link), listenerFor(link, host), options);
  return corrected(make, link, host, false);
}

function listenerFor(link: Link, host: AdapterHost): object {
  return host.hasClients ? listeningClient(link) : deafClient();
}

interface RedisAdapters {
  createAdapter(pub: object, sub: object, options: object): MakeAdapter;
  createShardedAdapter(pub: object, sub: object, options: object): MakeAdapter;
}

/** It replaces its `module.exports`, which an import of names does not survive. */
function redisAdapters(): RedisAdapters {
  return createRequire(import.meta.url)('@socket.io/redis-adapter') as RedisAdapters;
}
