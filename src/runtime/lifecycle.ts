import type { Socket } from 'socket.io';
import { isThenable, withDeadline } from '../base/deadline.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { User } from '../metadata/context.js';
import { SocketActivity } from './activity.js';
import { announceSocket } from './announce.js';
import { dispatch, onEarlyEvent, onEvent, refusePacket, takeWaiting } from './dispatch.js';
import { sendException } from './exceptions.js';
import { clientLeft } from './failures.js';
import { expired, hasExpired } from './identity.js';
import { recover } from './recovery.js';
import { applicationRooms, userRoom } from './rooms.js';
import { socketClass } from './server.js';
import { stateOf } from './socket-state.js';
import { routeEvents } from './socketio.js';
import type { Activity, CompiledGateway, CompiledHook, CompiledNamespace, SocketState } from './types.js';

const CLIENT_LEFT = 'client namespace disconnect';

/** Class of the sockets of every application. */
export const GatewireSocket = socketClass({
  isGuarded: (socket) => stateOf(socket) !== undefined,
  listeners: new Map([
    ['disconnecting', follow(onDisconnecting)],
    ['disconnect', follow(onDisconnect)],
  ]),
  report: (socket, call, error) => {
    const state = stateOf(socket);
    if (state !== undefined) reportHook(state.stay, call, error);
  },
});

/**
 * Follows one client from CONNECT to its end. socket.io calls this after CONNECT was answered, and delivers no
 * event before it returns: what is set up here misses nothing.
 */
export function onConnection(socket: Socket): void {
  followed.call(socket);
}

const followed = follow(onConnect);

/** Makes a listener for sockets that have a state. It runs where connect middleware has called `next`. */
function follow(listen: (state: SocketState, reason: string) => void) {
  return function (this: Socket, reason = ''): void {
    const state = stateOf(this);
    if (state === undefined) return;
    if (state.inConnectScope === null) listen(state, reason);
    else state.inConnectScope(listen, state, reason);
  };
}

function onConnect(state: SocketState): void {
  const { socket } = state;
  joinUserRoom(state);
  announceSocket(state, 'connect');
  state.isSettled = true;
  if (state.namespace.revocations.catchUp(state)) return;
  if (socket.recovered) recover(state);
  if (state.expiresAt !== null) state.namespace.expiry.watch(state);
  // What is sent to the user's room, or to a namespace that is new on this node, has to find the client.
  const confirming = state.operations.confirmed();
  if (confirming !== null) {
    state.isSettled = false;
    state.waiting = [];
    routeEvents(socket, onEarlyEvent);
    return awaitConnect(
      state,
      confirming.then(() => runConnectHooks(state) ?? undefined),
    );
  }
  if (!state.namespace.hasConnectHooks) return routeEvents(socket, onEvent);
  state.isSettled = false;
  state.waiting = [];
  routeEvents(socket, onEarlyEvent);
  const connecting = runConnectHooks(state);
  if (connecting === null) settle(state);
  else awaitConnect(state, connecting);
}

/** Lets `close()` wait for `@OnConnect`, and answer the events that wait for it when that takes too long. */
function awaitConnect(state: SocketState, connecting: Promise<void>): void {
  const { calls } = state.namespace;
  const refuse = (error: GatewireError): void => refuseWaiting(state, error);
  const done = (): void => {
    calls.deleteWaiting(refuse);
    settle(state);
  };
  calls.addWaiting(refuse);
  const connected = connecting.then(done);
  calls.track(connected, state.socket.conn);
  state.connection.addHook(state.nsp.name, connected);
}

/** All sockets of a user are in one room, so that `user(id)` reaches them. */
function joinUserRoom({ socket, user }: SocketState): void {
  const { id } = (user ?? {}) as Partial<User>;
  if (id !== undefined) void socket.join(userRoom(id));
}

/** `@OnConnect` is over, one way or the other. Who left meanwhile is seen off now. */
function settle(state: SocketState): void {
  state.isSettled = true;
  if (state.hasLeft) leave(state);
}

/** Runs `@OnConnect` of the gateways in order. Returns null when all of it was synchronous. */
function runConnectHooks(state: SocketState): Promise<void> | null {
  const { gateways, limits } = state.namespace;
  try {
    const running = runInOrder(gateways, (gateway) => {
      if (state.leftBecause !== null) return undefined;
      state.connectsStarted++;
      return runInOrder(gateway.connect ?? [], (hook) => runConnectHook(state, hook));
    });
    if (!isThenable(running)) {
      openGate(state);
      return null;
    }
    const late = () => new GatewireError('TIMEOUT', { message: 'connecting took too long' });
    return withDeadline(running, limits.connectHookTimeoutMs, late).then(
      () => openGate(state),
      (error) => turnAway(state, error),
    );
  } catch (error) {
    turnAway(state, error);
    return null;
  }
}

function runConnectHook(state: SocketState, hook: CompiledHook): unknown {
  if (!mayConnect(state)) return undefined;
  const activity = new SocketActivity(state);
  let result: unknown;
  try {
    result = hook.run(activity, '');
  } catch (error) {
    track(state, end(activity));
    throw error;
  }
  return isThenable(result) ? Promise.resolve(result).finally(() => end(activity)) : end(activity);
}

/**
 * Tells whether `@OnConnect` may go on: a client that was turned away meanwhile has no use for the rest.
 *
 * @throws {GatewireError} UNAUTHENTICATED when the identity has ended meanwhile
 */
export function mayConnect(state: SocketState): boolean {
  if (state.leftBecause !== null) return false;
  if (hasExpired(state)) throw expired();
  return true;
}

/** Lets the events flow, those first that waited. */
function openGate(state: SocketState): void {
  const waiting = takeWaiting(state);
  state.waiting = null;
  routeEvents(state.socket, onEvent);
  for (const packet of waiting) {
    // Someone who said something and left said it; of a connection that broke, nobody waits for answers,
    // and a client that is sent away by one of the events has no say any more.
    if (state.leftBecause !== null && state.leftBecause !== CLIENT_LEFT) return;
    dispatch(state, packet);
  }
}

/** `@OnConnect` failed: the client is told why, and so is each call that waits for an answer. */
function turnAway(state: SocketState, error: unknown): void {
  const { namespace, socket } = state;
  const report = (cause: unknown) => namespace.failures.report(cause, state.stay.failurePlace('@OnConnect'));
  const wire = report(error);
  refuseWaiting(state, new GatewireError('UNAVAILABLE', { message: 'connecting failed' }));
  routeEvents(socket, ignore);
  sendException(state, 'connect', wire, report);
  socket.disconnect();
}

/** Answers the events that wait; those that ask for nothing are dropped. */
function refuseWaiting(state: SocketState, error: GatewireError): void {
  for (const packet of takeWaiting(state)) if (packet.id != null) refusePacket(state, packet, error);
}

function ignore(): void {}

/** Socket.IO calls it while the client is still in its rooms. */
function onDisconnecting(state: SocketState, reason: string): void {
  if (state.leftBecause !== null) return;
  state.leftBecause = reason;
  announceSocket(state, 'disconnect', { reason });
  state.lastRooms = applicationRooms(state.socket.rooms, state.socket.id);
  if (state.expiresAt !== null) state.namespace.expiry.forget(state);
  // What was read together with a goodbye may have a guard that is an async function and waits for nothing.
  if (reason === CLIENT_LEFT) setImmediate(endStay, state);
  else endStay(state);
  state.tellLeaving(() => clientLeft(reason));
  if (state.isSettled) state.disconnecting = runLeaveHooks(state, 'disconnecting');
}

function endStay(state: SocketState): void {
  state.isOver = true;
}

function onDisconnect(state: SocketState): void {
  state.hasLeft = true;
  if (state.isSettled) return seeOff(state, state.disconnecting);
}

/** The client left before `@OnConnect` was done, so that neither hook has run yet. */
function leave(state: SocketState): void {
  seeOff(state, runLeaveHooks(state, 'disconnecting'));
}

/** Runs `@OnDisconnect` after `@OnDisconnecting`, and ends the scope of the connection. */
function seeOff(state: SocketState, disconnecting: Promise<void> | null): void {
  const release = () => state.release((error) => reportHook(state.stay, 'dispose', error));
  if (disconnecting !== null) {
    return track(state, disconnecting.then(() => runLeaveHooks(state, 'disconnect')).then(release));
  }
  const running = runLeaveHooks(state, 'disconnect');
  track(state, running === null ? release() : running.then(release));
}

/** Hooks of the gateways that were told of the client: those whose `@OnConnect` started, or that have none. */
function runLeaveHooks(state: SocketState, kind: 'disconnecting' | 'disconnect'): Promise<void> | null {
  const { gateways, limits } = state.namespace;
  if (gateways.every((gateway) => gateway[kind] === null)) return null;
  const told = gateways.filter((gateway, i) => gateway.connect === null || i < state.connectsStarted);
  const running = told.flatMap((gateway) =>
    (gateway[kind] ?? []).map((hook) => runLeaveHook(state, hook)).filter(isThenable),
  );
  if (running.length === 0) return null;
  const late = () => new GatewireError('TIMEOUT', { message: 'a disconnect hook took too long' });
  return withDeadline(Promise.all(running), limits.connectHookTimeoutMs, late).then(
    () => {},
    (error) => reportHook(state.stay, `@On${kind === 'disconnect' ? 'Disconnect' : 'Disconnecting'}`, error),
  );
}

/** A hook that throws keeps nobody else from running. */
function runLeaveHook(state: SocketState, hook: CompiledHook): unknown {
  const activity = new SocketActivity(state);
  const fail = (error: unknown) => reportHook(activity, hook.label, error);
  try {
    const result = hook.run(activity, state.leftBecause ?? '');
    return isThenable(result)
      ? Promise.resolve(result)
          .catch(fail)
          .finally(() => end(activity))
      : end(activity);
  } catch (error) {
    fail(error);
    return end(activity);
  }
}

function track({ namespace, connection, nsp }: SocketState, rest: Promise<unknown> | null): void {
  if (rest === null) return;
  namespace.calls.track(rest);
  connection.addHook(nsp.name, rest);
}

/** One after the other, without a promise as long as none returns one. */
function runInOrder<TItem>(items: readonly TItem[], run: (item: TItem) => unknown): unknown {
  for (let i = 0; i < items.length; i++) {
    const result = run(items[i] as TItem);
    if (isThenable(result)) {
      const rest = items.slice(i + 1);
      return Promise.resolve(result).then(() => runInOrder(rest, run));
    }
  }
  return undefined;
}

function end(activity: Activity): Promise<void> | null {
  return activity.release((error) => reportHook(activity, 'dispose', error));
}

function reportHook(activity: Activity, label: string, error: unknown): void {
  activity.state.namespace.failures.report(error, activity.failurePlace(label));
}

/** Tells whether any gateway has to be asked before events may flow. */
export function hasConnectHooks(gateways: readonly CompiledGateway[]): boolean {
  return gateways.some((gateway) => gateway.connect !== null);
}

/** Puts the lifecycle into Socket.IO. */
export function followConnections(namespace: CompiledNamespace): void {
  namespace.io.on('connection', onConnection);
}
