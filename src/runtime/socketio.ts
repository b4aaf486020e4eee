import { createRequire } from 'node:module';
import { Namespace, Server, Socket } from 'socket.io';
import { isThenable } from '../base/thenable.js';
import { type Problem, problem } from '../errors/problem.js';
import { RejectedPacket } from '../transport/rejected-packet.js';
import { checkEncodable } from './encodable.js';
import {
  type Callback,
  type EventPacket,
  internals,
  type NamespaceInternals,
  type OnError,
  type RawMiddleware,
  type Refusal,
  type ServerInternals,
  type SocketInternals,
} from './internals-members.js';
import type { PendingConnects } from './pending-connects.js';

// The copy that Socket.IO itself uses.
const { Adapter } = createRequire(createRequire(import.meta.url).resolve('socket.io/package.json'))(
  'socket.io-adapter',
) as { Adapter: { readonly prototype: Namespace['adapter'] } };

/** Sends the events of one socket to a function of ours; acks and disconnects are not affected. */
export function routeEvents(socket: Socket, handle: SocketInternals['onevent']): void {
  internals(socket).onevent = handle;
}

/**
 * Gives a packet a name that nobody handles when it has none: socket.io's parser refuses an event with wrong data,
 * but lets one without any data through, and reading its name would end the process.
 */
export function nameEvent(packet: { data?: unknown[] }): void {
  packet.data ??= [''];
}

/**
 * Replaces a refusal that cannot be encoded: socket.io sends it in a tick of its own, where that would end the process.
 */
export function guardRefusal(socket: Socket, replace: (cause: unknown) => Refusal): void {
  const { _error } = internals(socket);
  internals(socket)._error = (refusal) => {
    try {
      _error.call(socket, refusal);
    } catch (cause) {
      _error.call(socket, replace(cause));
    }
  };
}

/** The function that answers a packet, or null when no answer was asked for. It counts only once. */
export function ackOf(socket: Socket, packet: EventPacket): ((...args: unknown[]) => void) | null {
  return packet.id === undefined || packet.id === null ? null : internals(socket).ack(packet.id);
}

/** Tells whether the application put listeners or middleware of its own on the socket. */
export function hasRawListeners(socket: Socket, event: unknown): boolean {
  const { fns, _anyListeners } = internals(socket);
  return (
    fns.length > 0 ||
    (_anyListeners !== undefined && _anyListeners.length > 0) ||
    (event !== 'error' && socket.listenerCount(event as string) > 0)
  );
}

/** Calls listeners added with `socket.onAny`. */
export function callAnyListeners(socket: Socket, args: readonly unknown[], onRejection: OnError): void {
  for (const listener of [...(internals(socket)._anyListeners ?? [])])
    watch(listener.apply(socket, [...args]), onRejection);
}

/**
 * Runs middleware added with `socket.use`, each when the one ahead of it has called `next`.
 *
 * @param onError - told what is given to `next`, thrown, or rejected with, also by one that has called `next` already
 */
export function runSocketMiddleware(
  socket: Socket,
  args: unknown[],
  onPassed: () => void,
  onError: OnError,
): void {
  runMiddleware(internals(socket).fns, args, onPassed, onError, onError);
}

function runMiddleware<TSubject>(
  all: readonly RawMiddleware<TSubject>[],
  subject: TSubject,
  onPassed: () => void,
  onRefused: OnError,
  onFailed: OnError,
): void {
  const steps = [...all];
  const runFrom = (i: number): void => {
    const step = steps[i];
    if (step === undefined) return onPassed();
    try {
      watch(
        step(subject, (error) => (error ? onRefused(error) : runFrom(i + 1))),
        onFailed,
      );
    } catch (error) {
      onFailed(error);
    }
  };
  runFrom(0);
}

/** Calls listeners added with `socket.on`. */
export function callListeners(socket: Socket, args: readonly unknown[], onRejection: OnError): void {
  const [event, ...values] = args;
  for (const listener of socket.rawListeners(event as string))
    watch(listener.apply(socket, values), onRejection);
}

/** Takes the rejection of something that nobody waits for. */
function watch(result: unknown, onRejection: OnError): void {
  if (isThenable(result)) Promise.resolve(result).catch(onRejection);
}

/**
 * Keeps what the application puts on a socket from ending the process: listeners of `disconnect` and the like, and
 * callbacks of emits, which run when a client sends something, or nothing. It is done once, on the class: three
 * properties of each socket would cost it 400 bytes. Sockets of other servers go the way they always went.
 *
 * @param isOurs - tells the sockets that a gatewire namespace let in
 * @param own - listeners of gatewire's, ahead of all others; the application's `removeAllListeners()` leaves them
 */
export function shieldSockets(
  isOurs: (socket: Socket) => boolean,
  own: ReadonlyMap<string, (this: Socket, reason: string) => void>,
  report: (socket: Socket, call: string, error: unknown) => void,
): void {
  const attempt = (socket: Socket, call: string, run: () => unknown): void =>
    runAlone(run, (error) => report(socket, call, error));
  const prototype = Socket.prototype as unknown as SocketInternals;
  const { onack, registerAckCallback, emitReserved } = prototype;
  prototype.onack = function (packet) {
    // Too deep an answer ends the process where an adapter passes it on to the node that asked.
    if (packet.data?.[0] instanceof RejectedPacket) return refuseAnswer(this, packet, packet.data[0]);
    if (!isOurs(this)) return onack.call(this, packet);
    attempt(this, 'ack of the client', () => onack.call(this, packet));
  };
  prototype.registerAckCallback = function (id, ack) {
    const guarded: Callback = (...args) => attempt(this, 'ack of the client', () => ack.apply(this, args));
    registerAckCallback.call(this, id, isOurs(this) ? guarded : ack);
  };
  prototype.emitReserved = function (event, ...args) {
    if (!isOurs(this)) return emitReserved.call(this, event, ...args);
    const listeners = this.rawListeners(event);
    attempt(this, event, () => own.get(event)?.call(this, args[0] as string));
    for (const listener of listeners) attempt(this, event, () => listener.apply(this, args));
    return listeners.length > 0;
  };
}

/** The id that the next event with an acknowledgement gets in the socket's namespace. */
export function nextAcknowledgementId(socket: Socket): number {
  return (socket.nsp as unknown as NamespaceInternals)._ids;
}

/** Makes Socket.IO forget an acknowledgement that is not awaited any more; by itself it keeps it until the end. */
export function forgetAcknowledgement(socket: Socket, id: number): void {
  internals(socket).acks.delete(id);
}

/** Lets the callback of an acknowledgement know when the client's answer is refused on its way in. */
export function expectRefusals(socket: Socket, id: number): void {
  const callback = internals(socket).acks.get(id);
  if (typeof callback === 'function') takesRefusals.add(callback);
}

/** Callbacks that are to know when the answer of a client was refused; all others never hear of it. */
const takesRefusals = new WeakSet<object>();

function refuseAnswer(socket: Socket, packet: EventPacket, refusal: RejectedPacket): void {
  const id = packet.id as number;
  const callback = internals(socket).acks.get(id);
  if (typeof callback !== 'function' || !takesRefusals.has(callback)) return;
  internals(socket).acks.delete(id);
  callback(refusal);
}

/** Every namespace, and every instance of a pattern. */
export function namespacesOf(io: Server): readonly Namespace[] {
  return [...(io as unknown as ServerInternals)._nsps.values()];
}

/** A namespace, if it is there; `io.of` would make it. */
export function namespaceOf(io: Server, name: string): Namespace | null {
  return (io as unknown as ServerInternals)._nsps.get(name) ?? null;
}

/** The instances of all patterns, each with its pattern. */
export function childrenOf(io: Server): { readonly parent: Namespace; readonly child: Namespace }[] {
  const parents = [...(io as unknown as ServerInternals).parentNsps.values()];
  return parents.flatMap((parent) =>
    [...((parent as unknown as NamespaceInternals).children ?? [])].map((child) => ({ parent, child })),
  );
}

/** How many instances a pattern has. */
export function countChildren(parent: Namespace): number {
  return (parent as unknown as NamespaceInternals).children?.size ?? 0;
}

/** Tells whether a namespace, or this instance of a pattern, exists. */
export function hasNamespace(io: Server, name: string): boolean {
  return (io as unknown as ServerInternals)._nsps.has(name);
}

/** Disposes of a socket that is on its way into a namespace, without a word to its client. */
export function dropSocket(socket: Socket): void {
  internals(socket)._cleanup();
}

/** Tells whether nobody is in a namespace, nor on the way into it. */
export function isEmpty(namespace: Namespace): boolean {
  return namespace.sockets.size + (namespace as unknown as NamespaceInternals)._preConnectSockets.size === 0;
}

/** Makes Socket.IO forget an instance of a pattern. The next client makes another. */
export function removeChild(io: Server, parent: Namespace, child: Namespace): void {
  (parent as unknown as NamespaceInternals).children?.delete(child);
  removeNamespace(io, child);
}

/** Makes Socket.IO forget a namespace; naming it makes another. */
export function removeNamespace(io: Server, namespace: Namespace): void {
  (io as unknown as ServerInternals)._nsps.delete(namespace.name);
  void namespace.adapter.close();
}

/**
 * Keeps what the application puts on namespaces from ending the process: middleware that fails refuses the socket,
 * a listener of `connection` that fails is reported, and so is an adapter. It holds for every namespace made from now on.
 *
 * @param pending - decides which CONNECT of a client is asked about
 * @param report - returns the refusal
 * @param reportAdapter - told what an adapter rejects with
 * @param prepare - sees each socket ahead of all middleware
 */
export function shieldNamespaces(
  io: Server,
  pending: PendingConnects,
  report: (socket: Socket, call: string, error: unknown) => Refusal,
  reportAdapter: (namespace: Namespace, error: unknown) => void,
  prepare: (socket: Socket) => void = () => {},
): void {
  const shield = (namespace: Namespace): void => {
    const own = namespace as unknown as NamespaceInternals;
    const { emitReserved, _initAdapter } = own;
    const run = (socket: Socket, settle: (refusal?: unknown) => void): void => {
      prepare(socket);
      let isDecided = false;
      const decide = (refusal?: unknown): void => {
        if (isDecided) return;
        isDecided = true;
        settle(refusal);
      };
      const refuse = (error: unknown): void => decide(report(socket, 'use', error));
      runMiddleware(own._fns, socket, decide, decide, refuse);
    };
    own.run = (socket, done) => pending.enter(socket, (settle) => run(socket, settle), done);
    const guard = (): void => guardAdapter(namespace, (error) => reportAdapter(namespace, error));
    own._initAdapter = () => {
      _initAdapter.call(namespace);
      guard();
    };
    guard();
    own.emitReserved = (event, ...args) => {
      const [socket] = args;
      if (!(socket instanceof Socket)) return emitReserved.call(namespace, event, ...args);
      for (const listener of namespace.rawListeners(event as 'connection')) {
        runAlone(
          () => listener.call(namespace, socket),
          (error) => report(socket, event, error),
        );
      }
      return true;
    };
  };
  shield(io.of('/'));
  io.on('new_namespace', shield);
}

/** What sends, in an adapter: the packet comes first. */
const SENDERS = ['broadcast', 'broadcastWithAck', 'serverSideEmit'] as const;

/**
 * Keeps what cannot be sent out of an adapter that sends in a promise which nobody waits for. That of one node without
 * state recovery needs no guard: it encodes at once, and throws where the emit stands.
 */
function guardAdapter({ adapter }: Namespace, onRejection: OnError): void {
  if (adapter.broadcast === Adapter.prototype.broadcast) return;
  const senders = adapter as unknown as Record<string, (packet: unknown, ...rest: unknown[]) => unknown>;
  for (const name of SENDERS) {
    const send = senders[name];
    // By the method that it inherits others tell that it reaches no other node.
    if (send === undefined || send === Adapter.prototype.serverSideEmit) continue;
    senders[name] = (packet, ...rest) => {
      checkEncodable(Array.isArray(packet) ? packet : (packet as { data?: unknown }).data);
      const sent = send.call(adapter, packet, ...rest);
      watch(sent, onRejection);
      return sent;
    };
  }
}

/** Calls one thing of the application's, whatever becomes of it. */
function runAlone(run: () => unknown, onError: OnError): void {
  try {
    watch(run(), onError);
  } catch (error) {
    onError(error);
  }
}

/** Checks that everything named above is there, once, before anything starts. */
export function checkInternals(): readonly Problem[] {
  const io = new Server();
  const { _nsps, parentNsps } = io as unknown as Partial<ServerInternals>;
  const { _preConnectSockets, _ids } = io.of('/') as unknown as Partial<NamespaceInternals>;
  const missing = [
    ...missingMethods(Socket, [
      'onevent',
      'onack',
      'ack',
      'registerAckCallback',
      'emitReserved',
      '_error',
      '_cleanup',
      'packet',
    ]),
    ...missingMethods(Namespace, ['run', 'emitReserved', '_initAdapter', '_createSocket']),
    ...(_nsps instanceof Map ? [] : ['Server._nsps']),
    ...(parentNsps instanceof Map ? [] : ['Server.parentNsps']),
    ...(_preConnectSockets instanceof Map ? [] : ['Namespace._preConnectSockets']),
    ...(typeof _ids === 'number' ? [] : ['Namespace._ids']),
  ];
  return missing.map((name) => problem('GW_ERR_BOOT_STACK', { package: 'socket.io', missing: name }));
}

function missingMethods(
  { name, prototype }: { readonly name: string; readonly prototype: object },
  members: readonly string[],
): readonly string[] {
  return members
    .filter((member) => typeof (prototype as Record<string, unknown>)[member] !== 'function')
    .map((member) => `${name}.${member}`);
}
