import type { RateLimiterRedis } from 'rate-limiter-flexible';
import { LimiterRates } from '../../stores/rates.js';
import type { Link } from './redis-connections.js';

interface EvalOptions {
  readonly keys: readonly string[];
  readonly arguments: readonly string[];
}

/** Counts in Redis, for all nodes together. Keys go by themselves when their window is over. */
export async function redisRates(link: Link): Promise<LimiterRates> {
  const { BurstyRateLimiter, RateLimiterRedis } = await import('rate-limiter-flexible');
  const storeClient = {
    eval: (script: string, { keys, arguments: args }: EvalOptions) =>
      link.command(['EVAL', script, String(keys.length), ...keys, ...args], keys[0]),
  };
  const limiter = (kind: string, points: number, windowMs: number): RateLimiterRedis =>
    new RateLimiterRedis({
      storeClient,
      useRedisPackage: true,
      keyPrefix: `${link.options.prefix}:${kind}`,
      points,
      duration: Math.max(1, windowMs / 1_000),
      customIncrTtlLuaScript: scriptFor(windowMs),
    });
  return new LimiterRates(({ limit, windowMs, burst }) => {
    const steady = limiter('rate', limit, windowMs);
    return burst === limit
      ? steady
      : new BurstyRateLimiter(steady, limiter('burst', burst - limit, windowMs * 2) as never);
  });
}

/** The library's own script knows whole seconds only. */
function scriptFor(windowMs: number): string {
  return `redis.call('set', KEYS[1], 0, 'PX', ${windowMs}, 'NX')
local consumed = redis.call('incrby', KEYS[1], ARGV[1])
local ttl = redis.call('pttl', KEYS[1])
if ttl < 0 then
  redis.call('pexpire', KEYS[1], ${windowMs})
  ttl = ${windowMs}
end
return {consumed, ttl}`;
}
