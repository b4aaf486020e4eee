import { createHash } from 'node:crypto';
import { isThenable } from '../../base/deadline.js';
import { GatewireError } from '../../errors/gatewire-error.js';
import type { BatteryCall, BatteryHost, BatteryPlan, OpenBattery } from '../../metadata/battery.js';
import { MemoryRates, type RateRule, type RateStore, TokenBucket } from '../../stores/rates.js';
import type { Script, SharedStore } from '../../stores/shared-store.js';
import { countedAddress } from '../../transport/ip.js';
import type { LimitKey } from '../limit-key.js';

/** Options of one `@RateLimit`, checked and with defaults. */
export interface RateOptions extends RateRule {
  readonly per: LimitKey<never, 'socket' | 'user' | 'address'>;
  readonly scope: 'node' | 'cluster';
  readonly onExceed: 'reject' | 'drop' | 'disconnect';
  readonly whenStoreFails: 'allow' | 'reject';
}

/** Opens the counters of all rate limits of an application. */
export function openRates({ store, rates }: BatteryHost): OpenBattery<RateOptions> {
  const node = new MemoryRates();
  const cluster = rates ?? (store === null ? node : new SharedRates(store));
  return {
    stage: (plan) => {
      const { per, scope } = plan.options;
      const take = per === 'socket' ? ofSockets(plan) : ofKeys(plan, scope === 'cluster' ? cluster : node);
      return (next) => (call) => {
        const waitMs = take(call);
        if (!isThenable(waitMs)) return waitMs === 0 ? next(call) : exceed(plan.options, call, waitMs);
        return waitMs.then((ms) => (ms === 0 ? next(call) : exceed(plan.options, call, ms)));
      };
    },
    close: () => node.close(),
  };
}

/** Function that counts one event; it returns 0, or milliseconds to wait when the event is one too many. */
type Take = (call: BatteryCall) => number | Promise<number>;

/**
 * Buckets that go with their connections, one for each namespace. A connection stays on its node, and so do its buckets,
 * whatever the scope. By socket, a client would have a full bucket after each DISCONNECT and CONNECT.
 */
function ofSockets({ options }: BatteryPlan<RateOptions>): Take {
  const connections = new WeakMap<object, Map<string, TokenBucket>>();
  return ({ ctx: { socket } }) => {
    const now = performance.now();
    let buckets = connections.get(socket.conn);
    if (buckets === undefined) {
      buckets = new Map();
      connections.set(socket.conn, buckets);
    }
    const { name } = socket.nsp;
    const bucket = buckets.get(name) ?? addBucket(buckets, name, now);
    return bucket.take(options, now);
  };
}

/** Buckets of one connection that are not full. A client that has used as many namespaces shares one in all others. */
const MAX_BUCKETS = 128;
const OTHERS = '';

function addBucket(buckets: Map<string, TokenBucket>, namespace: string, now: number): TokenBucket {
  if (buckets.size >= MAX_BUCKETS) {
    for (const [name, bucket] of buckets) if (bucket.isFull(now)) buckets.delete(name);
  }
  const key = buckets.size < MAX_BUCKETS ? namespace : OTHERS;
  const bucket = buckets.get(key) ?? new TokenBucket();
  buckets.set(key, bucket);
  return bucket;
}

function ofKeys({ options, namespace, at }: BatteryPlan<RateOptions>, store: RateStore): Take {
  // The same on all nodes, and another one for each declaration.
  const prefix = `${namespace} ${at.location}`;
  const onFailure = (cause: unknown): number => {
    if (options.whenStoreFails === 'allow') return 0;
    throw new GatewireError('UNAVAILABLE', { cause });
  };
  return (call) => {
    const key = `${prefix} ${keyOf(options, call)}`;
    const waitMs = store.take(key, options);
    return isThenable(waitMs) ? waitMs.catch(onFailure) : waitMs;
  };
}

function keyOf({ per }: RateOptions, { ctx }: BatteryCall): string {
  if (per === 'address') return countedAddress(ctx.handshake.address);
  // A namespace with such a limit has auth: the plan sees to it.
  if (per === 'user') return (ctx.user as { readonly id: string }).id;
  const key: unknown = typeof per === 'function' ? per(ctx as never) : ctx.socket.id;
  if (typeof key === 'string') return boundedKey(key);
  throw new TypeError(`\`per\` of @RateLimit has to return a string, and returned ${typeof key}`);
}

/** Longer keys are hashed: a function may make them of what a client sent, and each is kept here or in Redis for its window. */
const MAX_KEY_LENGTH = 128;

function boundedKey(key: string): string {
  if (key.length <= MAX_KEY_LENGTH) return key;
  return `sha256 ${createHash('sha256').update(key).digest('base64url')}`;
}

function exceed({ onExceed }: RateOptions, call: BatteryCall, retryAfterMs: number): undefined {
  if (onExceed === 'drop' && !call.hasAck) return call.drop('RATE_LIMITED');
  // In a turn of its own, so that the client gets its answer first.
  if (onExceed === 'disconnect') setImmediate(() => call.ctx.disconnect());
  throw new GatewireError('RATE_LIMITED', { retryAfterMs });
}

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
