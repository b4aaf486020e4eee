import { isThenable } from '../../base/thenable.js';
import { GatewireError } from '../../errors/gatewire-error.js';
import type { RatePlan } from '../../plan/types.js';
import type { RateStore } from '../../stores/rates.js';
import type { Stage } from '../bound.js';
import type { CallContext } from '../context.js';
import type { SocketState } from '../socket-state.js';

/** Counts one event; milliseconds to wait when it is one too many, else 0. */
type Take = (call: CallContext) => number | Promise<number>;

/** Makes the stage of one `@RateLimit`. What it counts is shared by all stages made of one plan. */
export function rateLimiter(plan: RatePlan, store: RateStore | null): (inner: Stage) => Stage {
  const take = plan.per === 'socket' || store === null ? bucketsOf(plan) : storeOf(plan, store);
  return (inner) => (call) => {
    const waitMs = take(call);
    if (!isThenable(waitMs)) return waitMs === 0 ? inner(call) : exceed(plan, call, waitMs);
    return waitMs.then((ms) => (ms === 0 ? inner(call) : exceed(plan, call, ms)));
  };
}

/** Tells whether a limit needs more than the memory of a socket. */
export function needsStore({ per }: RatePlan): boolean {
  return per !== 'socket';
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A token bucket for each socket: it goes with the socket, and costs no tick. */
function bucketsOf({ limit, windowMs, burst }: RatePlan): Take {
  const buckets = new WeakMap<SocketState, Bucket>();
  const msPerToken = windowMs / limit;
  return ({ state }) => {
    const now = performance.now();
    const bucket = buckets.get(state);
    if (bucket === undefined) {
      buckets.set(state, { tokens: burst - 1, filledAt: now });
      return 0;
    }
    bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.filledAt) / msPerToken);
    bucket.filledAt = now;
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) * msPerToken);
    bucket.tokens -= 1;
    return 0;
  };
}

function storeOf(plan: RatePlan, store: RateStore): Take {
  return async (call) => {
    const key = `${call.state.namespace.plan.name} ${plan.at.location} ${keyOf(plan, call)}`;
    try {
      return await store.take(key, plan);
    } catch (error) {
      if (plan.whenStoreFails === 'allow') return 0;
      throw new GatewireError('UNAVAILABLE', { cause: error });
    }
  };
}

function keyOf({ per }: RatePlan, call: CallContext): string {
  if (per === 'address') return call.handshake.address;
  // A namespace with such a limit has auth: the plan sees to it.
  if (per === 'user') return (call.user as { readonly id: string }).id;
  const key: unknown = typeof per === 'function' ? per(call as never) : call.state.socket.id;
  if (typeof key === 'string') return key;
  throw new TypeError(`\`per\` of @RateLimit has to return a string, and returned ${typeof key}`);
}

function exceed({ onExceed }: RatePlan, call: CallContext, retryAfterMs: number): undefined {
  if (onExceed === 'drop' && call.reply === null) return undefined;
  // In a turn of its own: the client is told first.
  if (onExceed === 'disconnect') setImmediate(() => call.disconnect());
  throw new GatewireError('RATE_LIMITED', { retryAfterMs });
}
