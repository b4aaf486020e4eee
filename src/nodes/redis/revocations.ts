import { REVOCATION_KEEP_MS, type RevocationStore } from '../../stores/revocations.js';
import type { Link } from './redis-connections.js';

// The clock of Redis, since those of nodes differ.
const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

const ADD = `${NOW}
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

const RECENT = `${NOW}
local found = redis.call('ZRANGEBYSCORE', KEYS[1], now - ARGV[1], now, 'WITHSCORES')
for i = 2, #found, 2 do found[i] = tostring(now - found[i]) end
return found`;

/** Remembers in Redis, for all nodes together. Entries are signed as messages are. */
export class RedisRevocations implements RevocationStore {
  readonly #key: string;

  constructor(private readonly link: Link) {
    this.#key = `${link.options.prefix}:revoked`;
  }

  async add(userId: string): Promise<void> {
    await this.#run(ADD, this.#sign(userId), String(REVOCATION_KEEP_MS));
  }

  async recent(): Promise<ReadonlyMap<string, number>> {
    const found = (await this.#run(RECENT, String(REVOCATION_KEEP_MS))) as readonly string[];
    const recent = new Map<string, number>();
    for (let i = 0; i + 1 < found.length; i += 2) {
      const userId = this.#verify(String(found[i]));
      if (userId === null) this.link.counters.forgedMessages++;
      else recent.set(userId, Number(found[i + 1]));
    }
    return recent;
  }

  #run(script: string, ...args: readonly string[]): Promise<unknown> {
    return this.link.command(['EVAL', script, '1', this.#key, ...args], this.#key);
  }

  #sign(userId: string): string {
    return `${this.link.signer.mac(this.#key, userId)} ${userId}`;
  }

  #verify(entry: string): string | null {
    const userId = entry.slice(entry.indexOf(' ') + 1);
    return this.#sign(userId) === entry ? userId : null;
  }
}
