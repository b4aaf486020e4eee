import { createHash } from 'node:crypto';
import { REVOCATION_KEEP_MS, type RevocationStore } from '../../stores/revocations.js';
import type { Script, SharedStore } from '../../stores/shared-store.js';
import type { RedisConnections } from './redis-connections.js';
import { CLOCK_ERROR_MS } from './replay-guard.js';

/** Store of all nodes in Redis, under the prefix of the application. */
export class RedisStore implements SharedStore {
  readonly #digests = new WeakMap<Script, string>();

  constructor(private readonly redis: RedisConnections) {}

  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const names = keys.map((key) => `${this.redis.options.prefix}:${key}`);
    const rest = [String(names.length), ...names, ...args];
    try {
      return await this.redis.command(['EVALSHA', this.#digestOf(script), ...rest], names[0]);
    } catch (error) {
      // Redis forgets scripts when it restarts, and each server of a cluster has its own.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return this.redis.command(['EVAL', script.text, ...rest], names[0]);
    }
  }

  #digestOf(script: Script): string {
    const known = this.#digests.get(script);
    if (known !== undefined) return known;
    const digest = createHash('sha1').update(script.text).digest('hex');
    this.#digests.set(script, digest);
    return digest;
  }
}

// The clock of Redis, since those of nodes differ.
const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

const ADD: Script = {
  text: `${NOW}
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])`,
};

const RECENT: Script = {
  text: `${NOW}
local found = redis.call('ZRANGEBYSCORE', KEYS[1], now - ARGV[1], '+inf', 'WITHSCORES')
for i = 2, #found, 2 do found[i] = tostring(now - found[i]) end
return found`,
};

/** Revocations of all nodes, in Redis. Entries are signed like messages, with their time: an old one cannot be put back. */
export class RedisRevocations implements RevocationStore {
  constructor(
    private readonly redis: RedisConnections,
    private readonly store: SharedStore,
  ) {}

  async add(userId: string): Promise<void> {
    const at = String(Math.trunc(this.redis.clock.now()));
    await this.store.run(ADD, ['revoked'], [this.#sign(userId, at), String(REVOCATION_KEEP_MS)]);
  }

  async recent(): Promise<ReadonlyMap<string, number>> {
    const found = await this.store.run(RECENT, ['revoked'], [String(REVOCATION_KEEP_MS)]);
    const recent = new Map<string, number>();
    const entries = (found as readonly unknown[]).map(String);
    for (let i = 0; i + 1 < entries.length; i += 2) {
      const [entry = '', scoredMs] = entries.slice(i);
      const [mac = '', at = ''] = entry.split(' ', 2);
      const userId = entry.slice(mac.length + at.length + 2);
      if (this.#sign(userId, at) !== entry) {
        this.redis.counters.forgedMessages++;
        continue;
      }
      const signedMs = this.redis.clock.now() - Number(at) - CLOCK_ERROR_MS;
      // A time of the future is one from before the clock was set back: it counts as the present.
      const ageMs = Math.max(0, Number(scoredMs), signedMs);
      if (ageMs < (recent.get(userId) ?? REVOCATION_KEEP_MS)) recent.set(userId, ageMs);
    }
    return recent;
  }

  #sign(userId: string, at: string): string {
    const { options, signer } = this.redis;
    return `${signer.mac(`${options.prefix}:revoked`, `${at} ${userId}`)} ${at} ${userId}`;
  }
}
