import { isThenable } from '../base/thenable.js';
import type { Stage } from './bound.js';
import type { Limits } from './limits.js';
import { Semaphore } from './semaphore.js';
import type { SocketState } from './socket-state.js';

/** Puts the bound on the calls of one socket around an event; every event has it. */
export function callLimitStage(limits: Limits, inner: Stage): Stage {
  return (call) => {
    const { state } = call;
    if (state.semaphore?.isFull) return state.semaphore.wait(call, inner);
    const result = inner(call);
    // Most handlers need no promise, and their sockets no semaphore.
    return isThenable(result) ? semaphoreOf(state, limits).hold(result) : result;
  };
}

/** The semaphore of a socket, made when it is needed for the first time. */
export function semaphoreOf(state: SocketState, { callsInFlight, callsWaiting }: Limits): Semaphore {
  state.semaphore ??= new Semaphore(callsInFlight, callsWaiting);
  return state.semaphore;
}
