import { isThenable } from '../base/deadline.js';
import { Semaphore } from './semaphore.js';
import type { SocketState, Stage } from './types.js';

/** Puts the bound on the calls of one socket around an event; every event has it. */
export function callLimitStage(inner: Stage): Stage {
  return (call) => {
    const { state } = call;
    if (state.semaphore?.isFull) return state.semaphore.wait(call, inner);
    const result = inner(call);
    // Most handlers need no promise, and their sockets no semaphore.
    return isThenable(result) ? semaphoreOf(state).hold(result) : result;
  };
}

/** Returns the semaphore of a socket, made when it is needed for the first time. */
export function semaphoreOf(state: SocketState): Semaphore {
  const { callsInFlight, callsWaiting } = state.namespace.limits;
  state.semaphore ??= new Semaphore(callsInFlight, callsWaiting);
  return state.semaphore;
}
