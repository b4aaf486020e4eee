/**
 * Several nodes over Redis, and processes without sockets that speak to their clients.
 *
 * @module gatewire/redis
 */

export { createPublisher, type Publisher, type PublisherOptions } from './publisher.js';
export { redisAdapter } from './redis-adapter.js';
export type {
  RedisAdapterOptions,
  RedisMode,
  RedisSentinelOptions,
} from './redis-options.js';
