import type { Socket } from 'socket.io';
import { isReservedEvent } from '../base/reserved-names.js';
import { GatewireError } from '../errors/gatewire-error.js';
import { RejectedPacket } from '../transport/rejected-packet.js';
import { sendAway } from './access/expiry.js';
import { expired, hasExpired } from './access/identity.js';
import { RENEWAL, renew } from './access/renewal.js';
import type { BoundEvent, BoundNamespace } from './bound.js';
import { refuse, reportEvent, runCall } from './call.js';
import { shuttingDown } from './in-flight.js';
import type { EventPacket } from './internals-members.js';
import type { SendAck } from './reply.js';
import type { SocketState } from './socket-state.js';
import {
  ackOf,
  callAnyListeners,
  callListeners,
  hasRawListeners,
  nameEvent,
  runSocketMiddleware,
} from './socketio.js';
import { stateOf } from './state-of.js';

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
  if (state.waiting.length < state.namespace.limits.waitingEvents) state.waiting.push(packet);
  else refusePacket(state, packet, new GatewireError('OVERLOADED'));
}

/** Nothing is served after the end of an identity, also before the client is sent away for it. */
function refuseExpired(state: SocketState, packet: EventPacket): void {
  refusePacket(state, packet, expired());
  sendAway(state, expired());
}

/** Answers a packet with an error. */
export function refusePacket(state: SocketState, packet: EventPacket, error: GatewireError): void {
  const { namespace, socket } = state;
  const shape = find(namespace, packet.data[0])?.plan.reply ?? namespace.plan.reply;
  refuse(state, packet.data[0], shape, ackOf(socket, packet), error);
}

/** Runs one event, or answers that nobody handles it. */
export function dispatch(state: SocketState, packet: EventPacket): void {
  const { namespace, socket } = state;
  const event = packet.data[0];
  if (typeof event === 'object') return refuseData(state, packet, event);
  const bound = namespace.exact.get(event) ?? find(namespace, event);
  if (namespace.calls.refuses(socket.conn)) return refusePacket(state, packet, shuttingDown());
  if (state.expiresAt !== null && hasExpired(state)) return refuseExpired(state, packet);
  const send = ackOf(socket, packet);
  // Ahead of raw listeners: a token is nothing for them.
  if (bound === null && event === RENEWAL) return renew(state, packet.data[1], send);
  if (hasRawListeners(socket, event)) return dispatchRaw(state, bound, packet, send);
  if (bound !== null) return runCall(bound, state, event as string, packet.data.slice(1), send);
  refuse(state, event, namespace.plan.reply, send, new GatewireError('UNKNOWN_EVENT'));
}

/** Answers for what the decoder refused; the name is all that is left of the event. */
function refuseData(state: SocketState, packet: EventPacket, refusal: unknown): void {
  if (!(refusal instanceof RejectedPacket)) return;
  refusePacket(state, { ...packet, data: [refusal.event] }, refusal.toError());
}

/** Exact names first, then RegExps in the order of declaration, then the catch-all. */
function find(namespace: BoundNamespace, event: unknown): BoundEvent | null {
  const exact = namespace.exact.get(event);
  if (exact !== undefined) return exact;
  if (isReservedEvent(event)) return null;
  const matching = namespace.patterns?.find(({ plan }) => plan.pattern?.test(event as string));
  return matching ?? namespace.any;
}

/**
 * The way of an event past what the application put on the socket itself: onAny, use and on, in Socket.IO's
 * order, and then the gateway. Whoever takes the ack in a raw listener answers in place of gatewire.
 */
function dispatchRaw(
  state: SocketState,
  bound: BoundEvent | null,
  packet: EventPacket,
  send: SendAck | null,
): void {
  const { namespace, socket } = state;
  const event = packet.data[0];
  const args = send === null ? packet.data : [...packet.data, send];
  const fail = (error: unknown): void =>
    refuse(state, event, bound?.plan.reply ?? namespace.plan.reply, send, error);
  const note = (error: unknown): void => reportEvent(state, event, error);
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
    const isHeard = event !== 'error' && socket.listenerCount(event as string) > 0;
    try {
      if (isHeard) callListeners(socket, args, bound === null ? fail : note);
    } catch (error) {
      return fail(error);
    }
    if (bound !== null) runCall(bound, state, event as string, packet.data.slice(1), send);
    else if (!isHeard) fail(new GatewireError('UNKNOWN_EVENT'));
  };
  try {
    callAnyListeners(socket, args, note);
  } catch (error) {
    return fail(error);
  }
  runSocketMiddleware(socket, args, pass, stop);
}
