import type { RateRule, RateStore } from '../../stores/rates.js';
import type { Script, SharedStore } from '../../stores/shared-store.js';

// The bucket of TokenBucket, on the clock of Redis, since those of nodes differ. It is written only when a token is
// taken, and expires when it is full again. %.17g keeps every digit of a number.
const TAKE: Script = {
  text: `local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local msPerToken = ARGV[2] / ARGV[1]
local burst = tonumber(ARGV[3])
local tokens = burst
local saved, filledAt = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%S+)$')
if saved then tokens = math.min(burst, saved + math.max(0, now - filledAt) / msPerToken) end
if tokens < 1 then return math.ceil((1 - tokens) * msPerToken) end
tokens = tokens - 1
local ttl = math.max(1, math.ceil((burst - tokens) * msPerToken))
redis.call('SET', KEYS[1], string.format('%.17g %.17g', tokens, now), 'PX', string.format('%.0f', ttl))
return 0`,
};

/** Buckets in a shared store, for all nodes together. */
export class SharedRates implements RateStore {
  constructor(private readonly store: SharedStore) {}

  async take(key: string, { limit, windowMs, burst }: RateRule): Promise<number> {
    const args = [String(limit), String(windowMs), String(burst)];
    return Number(await this.store.run(TAKE, [`rate:${key}`], args));
  }
}
