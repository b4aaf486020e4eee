export type {
  RedisAdapterOptions,
  RedisMode,
  RedisSentinelOptions,
} from './options.js';
export { redisAdapter } from './redis-adapter.js';
