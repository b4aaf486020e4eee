import { randomUUID } from 'node:crypto';
import type { Socket } from 'socket.io';
import { INTERNAL_EVENTS, isReservedEvent } from '../base/reserved-names.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { ReplyShape } from '../plan/types.js';
import { inputOf } from '../transport/decoder.js';
import { RejectedPacket } from '../transport/packet-check.js';
import { announceRefused, hasCallWatchers } from './announce.js';
import { sendException } from './exceptions.js';
import { sendAway } from './expiry.js';
import { expired, hasExpired } from './identity.js';
import { shuttingDown } from './in-flight.js';
import { renew } from './renewal.js';
import { Reply, type SendAck } from './reply.js';
import { type ArrivedEvent, runEvent, unencodable } from './run-event.js';
import { stateOf } from './socket-state.js';
import {
  ackOf,
  callAnyListeners,
  callListeners,
  type EventPacket,
  hasRawListeners,
  nameEvent,
  runSocketMiddleware,
} from './socketio.js';
import type { CompiledEvent, CompiledNamespace, SocketState } from './types.js';

/**
 * Takes every event of every socket of a namespace; `this` is the socket, so that one function serves all.
 * socket.io calls it from a tick of its own, where a throw would end the process: nothing here throws.
 */
export function onEvent(this: Socket, packet: EventPacket): void {
  const state = stateOf(this);
  // What was read together with a goodbye comes after it: `@OnDisconnect` has run, nothing may start any more.
  if (state === undefined || !this.connected) return;
  nameEvent(packet);
  dispatch(state, packet);
}

/** Takes the events that come before `@OnConnect` is done. */
export function onEarlyEvent(this: Socket, packet: EventPacket): void {
  const state = stateOf(this);
  if (state === undefined || !this.connected) return;
  nameEvent(packet);
  // A server that is closing refuses at once, too: `@OnConnect` may outlast it.
  if (state.waiting === null || state.namespace.calls.refuses(this.conn)) return dispatch(state, packet);
  if (state.waiting.length >= state.namespace.limits.waitingEvents)
    return refusePacket(state, packet, new GatewireError('OVERLOADED'));
  state.waiting.push(packet);
  inputOf(this.conn)?.enter(packet.bytes ?? 0);
}

/** Takes the events out of the line in which they wait for `@OnConnect`. */
export function takeWaiting({ waiting, socket }: SocketState): readonly EventPacket[] {
  const input = inputOf(socket.conn);
  for (const { bytes = 0 } of waiting ?? []) input?.leave(bytes);
  return waiting?.splice(0) ?? [];
}

/** Runs one event, or answers why it does not run. */
export function dispatch(state: SocketState, packet: EventPacket): void {
  if (state.inConnectScope === null) dispatchHere(state, packet);
  else state.inConnectScope(dispatchHere, state, packet);
}

function dispatchHere(state: SocketState, packet: EventPacket): void {
  if (isRefused(state, packet)) return;
  const { namespace, socket } = state;
  const event = packet.data[0];
  const compiled = find(namespace, event);
  const send = ackOf(socket, packet);
  // Ahead of raw listeners: a token is nothing for them.
  if (compiled === null && event === INTERNAL_EVENTS.auth) renewIdentity(state, packet, send);
  else if (hasRawListeners(socket, event)) dispatchRaw(state, compiled, packet, send);
  else if (compiled === null) refusePacket(state, packet, new GatewireError('UNKNOWN_EVENT'), send);
  else runEvent(compiled, state, arrivedEvent(packet, send));
}

/** Answers a packet for which nothing may run, whatever its event. */
function isRefused(state: SocketState, packet: EventPacket): boolean {
  const { namespace, socket, expiresAt } = state;
  const event = packet.data[0];
  if (typeof event === 'object') refuseData(state, packet, event);
  else if (namespace.calls.refuses(socket.conn)) refusePacket(state, packet, shuttingDown());
  else if (expiresAt !== null && hasExpired(state)) refuseExpired(state, packet);
  else return false;
  return true;
}

function arrivedEvent(packet: EventPacket, send: SendAck | null): ArrivedEvent {
  return { name: packet.data[0] as string, args: packet.data.slice(1), send, bytes: packet.bytes ?? 0 };
}

/** Finds the event of the plan: exact names first, then RegExps in the order of declaration, then the catch-all. */
function find(namespace: CompiledNamespace, event: unknown): CompiledEvent | null {
  const exact = namespace.exact.get(event);
  if (exact !== undefined) return exact;
  if (isReservedEvent(event)) return null;
  const matching = namespace.patterns?.find(({ plan }) => plan.pattern?.test(event as string));
  return matching ?? namespace.any;
}

/** Answers a packet with an error before anything ran for it. */
export function refusePacket(
  state: SocketState,
  packet: EventPacket,
  error: GatewireError,
  send: SendAck | null = ackOf(state.socket, packet),
): void {
  const compiled = find(state.namespace, packet.data[0]);
  const shape = compiled?.plan.reply ?? state.namespace.plan.reply;
  refuse(state, packet, { compiled, shape, send }, error);
}

/** Way in which a packet is answered. */
interface Answering {
  readonly compiled: CompiledEvent | null;
  readonly shape: ReplyShape;
  readonly send: SendAck | null;
}

function refuse(state: SocketState, packet: EventPacket, answering: Answering, error: unknown): void {
  const { namespace } = state;
  const { compiled, shape, send } = answering;
  const [name] = packet.data;
  const where = placeOf(state, name);
  const wire = namespace.failures.report(error, where);
  const onUnsent = (cause: unknown) => namespace.failures.report(unencodable(cause), where);
  if (hasCallWatchers()) {
    const { requestId, call: event } = where;
    const bytes = packet.bytes ?? 0;
    announceRefused({ state, event, compiled, requestId, hasAck: send !== null, bytes }, wire.code, error);
  }
  if (send === null) sendException(state, name, wire, onUnsent);
  else new Reply(send, shape, onUnsent).error(wire);
}

/** Answers for what the decoder refused; the name is all that is left of the event. */
function refuseData(state: SocketState, packet: EventPacket, refusal: unknown): void {
  if (!(refusal instanceof RejectedPacket)) return;
  refusePacket(state, { ...packet, data: [refusal.event] }, refusal.toError());
}

/** Nothing is served after the end of an identity, also before the client is sent away for it. */
function refuseExpired(state: SocketState, packet: EventPacket): void {
  refusePacket(state, packet, expired());
  sendAway(state, expired());
}

/** Hands a new identity of the client on. The answer is an envelope, whatever `reply` says. */
function renewIdentity(state: SocketState, packet: EventPacket, send: SendAck | null): void {
  const answering: Answering = { compiled: null, shape: 'envelope', send };
  const onUnsent = (cause: unknown) => state.namespace.failures.report(cause, placeOf(state, packet.data[0]));
  renew(state, packet.data[1], {
    fail: (error) => refuse(state, packet, answering, error),
    succeed: (data) => {
      if (send !== null) new Reply(send, 'envelope', onUnsent).value(data);
    },
  });
}

function placeOf({ socket }: SocketState, event: unknown) {
  return {
    namespace: socket.nsp.name,
    socketId: socket.id,
    requestId: randomUUID(),
    call: String(event).slice(0, 128),
  };
}

/**
 * The way of an event past what the application put on the socket itself: onAny, use and on, in Socket.IO's
 * order, and then the gateway. A raw listener that calls the ack answers in place of gatewire.
 */
function dispatchRaw(
  state: SocketState,
  compiled: CompiledEvent | null,
  packet: EventPacket,
  send: SendAck | null,
): void {
  const { namespace, socket } = state;
  const event = packet.data[0];
  const args = send === null ? packet.data : [...packet.data, send];
  const shape = compiled?.plan.reply ?? namespace.plan.reply;
  const fail = (error: unknown): void => refuse(state, packet, { compiled, shape, send }, error);
  const note = (error: unknown): void => void namespace.failures.report(error, placeOf(state, event));
  let isDecided = false;
  const stop = (error: unknown): void => {
    if (isDecided) return note(error);
    isDecided = true;
    fail(error);
  };
  const pass = (): void => {
    if (isDecided) return;
    isDecided = true;
    if (!socket.connected) return;
    if (hasExpired(state)) return fail(expired());
    const isHeard = event !== 'error' && socket.listenerCount(event as string) > 0;
    try {
      if (isHeard) callListeners(socket, args, compiled === null ? fail : note);
    } catch (error) {
      return fail(error);
    }
    if (compiled !== null) runEvent(compiled, state, arrivedEvent(packet, send));
    else if (!isHeard) fail(new GatewireError('UNKNOWN_EVENT'));
  };
  try {
    callAnyListeners(socket, args, note);
  } catch (error) {
    return fail(error);
  }
  runSocketMiddleware(socket, args, pass, stop);
}
