import { isThenable } from '../base/deadline.js';
import { Semaphore } from './semaphore.js';
import type { SocketState, Stage } from './types.js';

/** Puts the bound on the calls of one connection around an event; every event has it. */
export function callLimitStage(inner: Stage): Stage {
  return (call) => {
    const { semaphore } = call.state.connection;
    if (semaphore?.isFull) return semaphore.wait(call, inner);
    const result = inner(call);
    // Most handlers need no promise, and their connections no semaphore.
    return isThenable(result) ? semaphoreOf(call.state).hold(result) : result;
  };
}

/** Returns the semaphore of the connection of a socket, made when it is needed for the first time. */
export function semaphoreOf({ connection, namespace }: SocketState): Semaphore {
  const { callsInFlight, callsWaiting } = namespace.limits;
  connection.semaphore ??= new Semaphore(callsInFlight, callsWaiting);
  return connection.semaphore;
}
