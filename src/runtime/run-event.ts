import { isThenable } from '../base/deadline.js';
import type { WireError } from '../contract/wire.js';
import { GatewireError } from '../errors/gatewire-error.js';
import { EventCall } from './activity.js';
import { announceEnd, announceStart, callMessage, hasCallWatchers } from './announce.js';
import { semaphoreOf } from './call-limit.js';
import { sendException } from './exceptions.js';
import { Reply, type SendAck } from './reply.js';
import type { Call, CompiledEvent, SocketState } from './types.js';
import { checkAnswer } from './validate.js';

/** Event of a client as it was dispatched. */
export interface ArrivedEvent {
  readonly name: string;
  /** Arguments, without the name. */
  readonly args: readonly unknown[];
  /** Function that acknowledges; null when the client asked for no acknowledgement. */
  readonly send: SendAck | null;
  /** Bytes of the packet. */
  readonly bytes: number;
}

/**
 * Runs one event through its chain and answers it. A handler without promises is answered before this
 * returns; nothing that is thrown inside leaves this function.
 */
export function runEvent(compiled: CompiledEvent, state: SocketState, arrived: ArrivedEvent): void {
  const { name, args, send, bytes } = arrived;
  const call = new EventCall(state, name, args, compiled, bytes);
  if (send !== null) call.reply = new Reply(send, compiled.plan.reply, (cause) => reportUnsent(call, cause));
  if (!hasCallWatchers()) return start(call);
  const { requestId } = call;
  call.message = callMessage({ state, event: name, compiled, requestId, hasAck: send !== null, bytes });
  announceStart(call, start);
}

function start(call: Call): void {
  let result: unknown;
  let isLater: boolean;
  try {
    result = call.compiled.run(call);
    isLater = isThenable(result); // reads `then`, which may be a getter that throws
  } catch (error) {
    return fail(call, error);
  }
  if (isLater)
    wait(call, Promise.resolve(result)); // what only looks like a promise may throw, or settle twice
  else settle(call, result);
}

/** Answers a call by `@Ack()`. An error answers as if it had been thrown. */
export function answerByHand(call: Call, values: readonly unknown[]): void {
  const [first, ...others] = values;
  if (first instanceof Error) return call.isAnswered ? undefined : fail(call, first);
  if (call.reply === null || !call.reply.isOpen) return;
  const { ack } = call.compiled.plan;
  if (ack === null) return answerWith(call, values);
  new Promise((resolve) => resolve(checkAnswer(ack, first))).then(
    (parsed) => answerWith(call, [parsed, ...others]),
    (error: unknown) => fail(call, error),
  );
}

function answerWith(call: Call, values: readonly unknown[]): void {
  call.reply?.values(values);
  announceEnd(call, null);
  finish(call);
}

/** Answers for a call that the server cannot wait for any longer, because it is closing. */
export function abandon(call: Call, error: GatewireError): void {
  interrupt(call, error);
  finish(call);
}

function wait(call: Call, result: Promise<unknown>): void {
  startClock(call);
  result.then(
    (value) => settle(call, value),
    (error: unknown) => fail(call, error),
  );
}

/** The chain came to its end. Where the handler took `ack`, and nobody around it answered, the answer is still to come. */
function settle(call: Call, value: unknown): void {
  const isPending = call.isByHand && value === undefined && call.reply?.isOpen === true;
  if (!isPending) return succeed(call, value);
  if (!call.isRunning) startClock(call);
  keepPlace(call);
}

/** A handler that only waits for its ack to be called is in flight until then. */
function keepPlace(call: Call): void {
  const { state } = call;
  const answered = new Promise<void>((resolve) => {
    call.giveBack = resolve;
  });
  void semaphoreOf(state).hold(answered);
}

function startClock(call: Call): void {
  call.isRunning = true;
  call.hold();
  call.state.namespace.calls.add(call);
  call.timer = setTimeout(expire, call.compiled.plan.timeoutMs, call);
}

function expire(call: Call): void {
  call.timer = null;
  interrupt(call, new GatewireError('TIMEOUT'));
  // What still waits for a place lets go of its arguments; a handler that hangs is bounded by its place.
  call.stopWaiting?.();
  call.letGo();
  // Nothing will settle a handler that only waits for its ack to be called.
  if (call.isByHand) finish(call);
}

/** Answers in place of a handler, which is told by `ctx.signal`; what it still does no longer matters. */
function interrupt(call: Call, error: GatewireError): void {
  answerError(call, error);
  call.abort(error);
}

function succeed(call: Call, value: unknown): void {
  call.reply?.value(value);
  announceEnd(call, call.dropped);
  finish(call);
}

function fail(call: Call, error: unknown): void {
  answerError(call, error);
  finish(call);
}

/** Acknowledges with an error, or sends `exception` where no acknowledgement was asked for. */
function answerError(call: Call, error: unknown): void {
  const wire = report(call, error);
  const isLate = call.isAnswered;
  call.isAnswered = true;
  announceEnd(call, wire.code, error);
  if (call.reply !== null) call.reply.error(wire);
  else if (!isLate) {
    sendException(call.state, call.event, wire, (cause) => reportUnsent(call, cause));
  }
}

function finish(call: Call): void {
  const { calls } = call.state.namespace;
  if (call.isRunning) {
    call.isRunning = false;
    if (call.timer !== null) clearTimeout(call.timer);
    calls.delete(call);
    call.letGo();
  }
  call.giveBack?.();
  const disposal = call.release((error) => report(call, error, 'dispose'));
  if (disposal !== null) calls.track(disposal);
}

function reportUnsent(call: Call, cause: unknown): WireError {
  const error = unencodable(cause);
  announceEnd(call, error.code, error);
  return report(call, error, 'reply');
}

function report(call: Call, error: unknown, stage?: string): WireError {
  const name = stage === undefined ? call.event : `${call.event} (${stage})`;
  return call.state.namespace.failures.report(error, call.failurePlace(name));
}

/** Makes the error of an answer that cannot be encoded: the server's fault, whatever was to be said. */
export function unencodable(cause: unknown): GatewireError {
  return new GatewireError('INTERNAL', { cause: new Error('the answer cannot be encoded', { cause }) });
}
