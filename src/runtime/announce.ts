import {
  type CallMessage,
  callEndChannel,
  callErrorChannel,
  callStartChannel,
  type SocketMessage,
  socketChannel,
} from '../base/channels.js';
import type { User } from '../metadata/context.js';
import { connectionOf } from './socketio.js';
import type { Call, CompiledEvent, SocketState } from './types.js';

/** Tells whether anyone watches calls; the message of a call is made only then. */
export function hasCallWatchers(): boolean {
  return callStartChannel.hasSubscribers || callEndChannel.hasSubscribers || callErrorChannel.hasSubscribers;
}

/** Facts about one event for the channels of calls. */
export interface CallFacts {
  readonly state: SocketState;
  readonly event: string;
  /** Event of the plan that takes it; null when none does. */
  readonly compiled: CompiledEvent | null;
  readonly requestId: string;
  readonly hasAck: boolean;
  readonly bytes: number;
}

/** Makes the message of a call. Its `ms` counts from now. */
export function callMessage({ state, event, compiled, requestId, hasAck, bytes }: CallFacts): CallMessage {
  const { namespace, socket } = state;
  return {
    app: namespace.app,
    namespace: socket.nsp.name,
    pattern: namespace.plan.name,
    event,
    handler: compiled === null ? null : (compiled.plan.name ?? compiled.plan.pattern?.source ?? '*'),
    socketId: socket.id,
    userId: userIdOf(state),
    requestId,
    hasAck,
    bytes,
    code: null,
    ms: 0,
    startedAt: performance.now(),
  };
}

/** Publishes the start of a call and runs it, within the stores that subscribers have bound to the channel. */
export function announceStart(call: Call, run: (call: Call) => void): void {
  if (callStartChannel.hasSubscribers && call.message !== null)
    callStartChannel.runStores(call.message, run, undefined, call);
  else run(call);
}

/**
 * Publishes the end of a call, once: the first outcome is what the client was told.
 *
 * @param code - wire code of a failure, or null
 */
export function announceEnd(call: Call, code: string | null, error?: unknown): void {
  const { message } = call;
  if (message === null) return;
  call.message = null;
  publishEnd(message, code, error);
}

/** Publishes an event that reached no handler: its start, its failure and its end. */
export function announceRefused(facts: CallFacts, code: string, error: unknown): void {
  const message = callMessage(facts);
  if (callStartChannel.hasSubscribers) callStartChannel.publish(message);
  publishEnd(message, code, error);
}

function publishEnd(message: CallMessage, code: string | null, error: unknown): void {
  message.code = code;
  message.ms = performance.now() - message.startedAt;
  if (code !== null) {
    message.error = error;
    if (callErrorChannel.hasSubscribers) callErrorChannel.publish(message);
  }
  if (callEndChannel.hasSubscribers) callEndChannel.publish(message);
}

/** Publishes a client's arrival and runs what lets it in, within the stores that subscribers have bound. */
export function announceConnecting(state: SocketState, run: () => void): void {
  if (!socketChannel.hasSubscribers) return run();
  state.arrivedAt = performance.now();
  socketChannel.runStores(socketMessage(state, 'connecting'), run);
}

/** Publishes a client that is in a namespace, was refused, or has left. */
export function announceSocket(
  state: SocketState,
  type: 'connect' | 'refused' | 'disconnect',
  fields: Pick<SocketMessage, 'code' | 'reason'> = {},
): void {
  if (!socketChannel.hasSubscribers) return;
  const ms =
    type === 'disconnect' || state.arrivedAt === 0 ? {} : { ms: performance.now() - state.arrivedAt };
  socketChannel.publish({ ...socketMessage(state, type), ...ms, ...fields });
}

function socketMessage(state: SocketState, type: SocketMessage['type']): SocketMessage {
  const { socket, namespace } = state;
  const userId = userIdOf(state);
  return {
    app: namespace.app,
    type,
    namespace: socket.nsp.name,
    pattern: namespace.plan.name,
    socketId: socket.id,
    connectionId: connectionOf(socket).id,
    ...(userId === undefined ? null : { userId }),
    ...(type === 'connect' && { recovered: socket.recovered }),
  };
}

function userIdOf({ user }: SocketState): string | undefined {
  return (user as Partial<User> | undefined)?.id;
}
