import { randomUUID } from 'node:crypto';
import { isThenable } from '../base/thenable.js';
import type { WireError } from '../contract/wire.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { ReplyShape } from '../plan/types.js';
import type { BoundEvent } from './bound.js';
import { semaphoreOf } from './call-limit.js';
import { CallContext } from './context.js';
import { sendException } from './exceptions.js';
import type { FailurePlace } from './failures.js';
import { Reply, type SendAck } from './reply.js';
import type { SocketState } from './socket-state.js';
import { checkAnswer } from './validate.js';

/**
 * Runs one event through its chain and answers for it. A handler without promises is answered before this
 * returns; nothing thrown in between gets out.
 *
 * @param args - arguments of the event, without its name
 * @param send - null when the client asked for no acknowledgement
 */
export function runCall(
  bound: BoundEvent,
  state: SocketState,
  event: string,
  args: readonly unknown[],
  send: SendAck | null,
): void {
  const call = new CallContext(state, event, args, bound);
  if (send !== null) call.reply = new Reply(send, bound.plan.reply, (cause) => reportUnsent(call, cause));
  let result: unknown;
  let isLater: boolean;
  try {
    result = bound.run(call);
    isLater = isThenable(result); // reads `then`, which may be a getter that throws
  } catch (error) {
    return fail(call, error);
  }
  if (isLater)
    wait(call, Promise.resolve(result)); // what only looks like a promise may throw, or settle twice
  else settle(call, result);
}

/** Answers an event with an error before anything ran for it. */
export function refuse(
  state: SocketState,
  event: unknown,
  shape: ReplyShape,
  send: SendAck | null,
  error: unknown,
): void {
  const { namespace, socket } = state;
  const where = placeOf(state, event);
  const wire = namespace.failures.report(error, where);
  const onUnsent = (cause: unknown) => namespace.failures.report(unencodable(cause), where);
  if (send === null) sendException(socket, state.exceptions, event, wire, onUnsent);
  else new Reply(send, shape, onUnsent).error(wire);
}

/** Logs what went wrong around an event without being the answer to it. */
export function reportEvent(state: SocketState, event: unknown, error: unknown): void {
  state.namespace.failures.report(error, placeOf(state, event));
}

function placeOf({ namespace, socket }: SocketState, event: unknown): FailurePlace {
  return {
    namespace: namespace.path(socket),
    socketId: socket.id,
    requestId: randomUUID(),
    call: String(event).slice(0, 128),
  };
}

/** Answers a call by `@Ack()`. An error answers as if it had been thrown. */
export function answerByHand(call: CallContext, values: readonly unknown[]): void {
  const [first, ...others] = values;
  if (first instanceof Error) return call.isAnswered ? undefined : fail(call, first);
  if (call.reply === null || !call.reply.isOpen) return;
  const { ack } = call.bound.plan;
  if (ack === null) return answerWith(call, values);
  new Promise((resolve) => resolve(checkAnswer(ack, first))).then(
    (parsed) => answerWith(call, [parsed, ...others]),
    (error: unknown) => fail(call, error),
  );
}

function answerWith(call: CallContext, values: readonly unknown[]): void {
  call.reply?.values(values);
  finish(call);
}

/** Answers for a call that the server cannot wait for any longer, because it is closing. */
export function abandon(call: CallContext, error: GatewireError): void {
  interrupt(call, error);
  finish(call);
}

function wait(call: CallContext, result: Promise<unknown>): void {
  startClock(call);
  result.then(
    (value) => settle(call, value),
    (error: unknown) => fail(call, error),
  );
}

/** The chain came to its end. Where the handler took `ack`, and nobody around it answered, the answer is still to come. */
function settle(call: CallContext, value: unknown): void {
  const isPending = call.isByHand && value === undefined && call.reply?.isOpen === true;
  if (!isPending) return succeed(call, value);
  if (!call.isRunning) startClock(call);
  keepPlace(call);
}

/** A handler that only waits for its ack to be called is in flight until then. */
function keepPlace(call: CallContext): void {
  const { state } = call;
  const answered = new Promise<void>((resolve) => {
    call.giveBack = resolve;
  });
  void semaphoreOf(state, state.namespace.limits).hold(answered);
}

function startClock(call: CallContext): void {
  call.isRunning = true;
  call.state.namespace.calls.add(call);
  call.timer = setTimeout(expire, call.bound.plan.timeoutMs, call);
}

function expire(call: CallContext): void {
  call.timer = null;
  interrupt(call, new GatewireError('TIMEOUT'));
  // Nothing will settle a handler that only waits for its ack to be called.
  if (call.isByHand) finish(call);
}

/** Answers in place of a handler, which is told by `ctx.signal`; what it still does no longer matters. */
function interrupt(call: CallContext, error: GatewireError): void {
  answerError(call, error);
  call.abort(error);
}

function succeed(call: CallContext, value: unknown): void {
  call.reply?.value(value);
  finish(call);
}

function fail(call: CallContext, error: unknown): void {
  answerError(call, error);
  finish(call);
}

/** Acknowledges with an error, or sends `exception` where no acknowledgement was asked for. */
function answerError(call: CallContext, error: unknown): void {
  const wire = report(call, error);
  const isLate = call.isAnswered;
  call.isAnswered = true;
  if (call.reply !== null) call.reply.error(wire);
  else if (!isLate) {
    const { socket, exceptions } = call.state;
    sendException(socket, exceptions, call.event, wire, (cause) => reportUnsent(call, cause));
  }
}

function finish(call: CallContext): void {
  const { calls } = call.state.namespace;
  if (call.isRunning) {
    call.isRunning = false;
    if (call.timer !== null) clearTimeout(call.timer);
    calls.delete(call);
  }
  call.giveBack?.();
  const disposal = call.release((error) => report(call, error, 'dispose'));
  if (disposal !== null) calls.track(disposal);
}

function reportUnsent(call: CallContext, cause: unknown): WireError {
  return report(call, unencodable(cause), 'reply');
}

function report(call: CallContext, error: unknown, stage?: string): WireError {
  const name = stage === undefined ? call.event : `${call.event} (${stage})`;
  return call.state.namespace.failures.report(error, call.failurePlace(name));
}

function unencodable(cause: unknown): GatewireError {
  return new GatewireError('INTERNAL', { cause: new Error('the answer cannot be encoded', { cause }) });
}
