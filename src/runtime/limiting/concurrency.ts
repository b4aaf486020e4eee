import { isThenable } from '../../base/thenable.js';
import type { ConcurrencyPlan } from '../../plan/types.js';
import type { Stage } from '../bound.js';
import type { CallContext } from '../context.js';
import type { Limits } from '../limits.js';
import type { SocketState } from '../socket-state.js';
import { Lane } from './lane.js';

/** Around every event: at most so many calls of one socket at the same time. */
export function inFlightStage(limits: Limits, inner: Stage): Stage {
  return (call) => {
    const { state } = call;
    if (state.lane?.isFull) return state.lane.wait(call, inner);
    const result = inner(call);
    // Most handlers need no promise, and their sockets no lane.
    return isThenable(result) ? laneOf(state, limits).hold(result) : result;
  };
}

/** The calls that a socket has in flight. */
export function laneOf(state: SocketState, { callsInFlight, callsWaiting }: Limits): Lane {
  state.lane ??= new Lane(callsInFlight, callsWaiting);
  return state.lane;
}

/** The lanes of one `@Concurrency`, one for each key that is in use. */
export class Lanes {
  readonly #lanes = new Map<unknown, Lane>();

  constructor(private readonly plan: ConcurrencyPlan) {}

  stage(inner: Stage): Stage {
    return (call) => {
      const key = this.#keyOf(call);
      const lane = this.#lanes.get(key) ?? new Lane(this.plan.limit, this.plan.queue);
      const result = lane.run(call, inner);
      if (!isThenable(result)) return result;
      this.#lanes.set(key, lane);
      const forget = (): void => {
        if (lane.isIdle) this.#lanes.delete(key);
      };
      result.then(forget, forget);
      return result;
    };
  }

  #keyOf(call: CallContext): unknown {
    const { per } = this.plan;
    if (per === 'socket') return call.state;
    return per === 'app' ? null : per(call as never);
  }
}
