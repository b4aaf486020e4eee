import { isThenable } from '../../base/thenable.js';
import { GatewireError } from '../../errors/gatewire-error.js';
import type { RatePlan } from '../../plan/types.js';
import { type RateStore, TokenBucket } from '../../stores/rates.js';
import type { Stage } from '../bound.js';
import type { CallContext } from '../context.js';
import type { SocketState } from '../socket-state.js';

/** Counts one event; milliseconds to wait when it is one too many, else 0. */
type Take = (call: CallContext) => number | Promise<number>;

/** Makes the stage of one `@RateLimit`. What it counts is shared by all stages made of one plan. */
export function rateLimiter(plan: RatePlan, store: RateStore): (inner: Stage) => Stage {
  const take = plan.per === 'socket' ? bucketsOf(plan) : storeOf(plan, store);
  return (inner) => (call) => {
    const waitMs = take(call);
    if (!isThenable(waitMs)) return waitMs === 0 ? inner(call) : exceed(plan, call, waitMs);
    return waitMs.then((ms) => (ms === 0 ? inner(call) : exceed(plan, call, ms)));
  };
}

/** A token bucket for each socket: it goes with the socket. */
function bucketsOf(plan: RatePlan): Take {
  const buckets = new WeakMap<SocketState, TokenBucket>();
  return ({ state }) => {
    const known = buckets.get(state);
    const bucket = known ?? new TokenBucket();
    if (known === undefined) buckets.set(state, bucket);
    return bucket.take(plan, performance.now());
  };
}

function storeOf(plan: RatePlan, store: RateStore): Take {
  const { whenStoreFails } = plan;
  const onFailure = (cause: unknown): number => {
    if (whenStoreFails === 'allow') return 0;
    throw new GatewireError('UNAVAILABLE', { cause });
  };
  return (call) => {
    const key = `${call.state.namespace.plan.name} ${plan.at.location} ${keyOf(plan, call)}`;
    const waitMs = store.take(key, plan);
    return isThenable(waitMs) ? Promise.resolve(waitMs).catch(onFailure) : waitMs;
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
