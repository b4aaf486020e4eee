export type {
  RedisAdapterOptions,
  RedisMode,
  RedisSentinelOptions,
} from './options.js';
export { createPublisher, type Publisher, type PublisherOptions } from './publisher.js';
export { redisAdapter } from './redis-adapter.js';
