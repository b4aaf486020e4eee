import { Namespace, Server, type ServerOptions, Socket } from 'socket.io';
import { catchRejection } from '../base/deadline.js';
import { GatewireError } from '../errors/gatewire-error.js';
import { RejectedPacket } from '../transport/packet-check.js';
import type { PendingConnects } from './connect-gate.js';
import { looksLikeAnId } from './rooms.js';
import {
  baseAdapter,
  type Callback,
  type ConnectRefusal,
  type EventPacket,
  type HandshakeAuth,
  type LostSession,
  lostSession,
  namespaceMembersOf,
  type OnError,
  refuseAnswer,
  routeEvents,
  runMiddleware,
  type SocketMembers,
} from './socketio.js';

/** Parts of an application that its Socket.IO server calls. */
export interface ServerHooks {
  /** Class of the sockets of all namespaces. */
  readonly Socket: SocketClass;
  /** Decides which CONNECT of a client is asked about. */
  readonly pending: PendingConnects;
  /** Sees each socket ahead of all middleware. */
  prepare(socket: Socket): void;
  /** Takes what middleware or a listener of `connection` failed with, and makes the refusal of it. */
  refuse(socket: Socket, call: string, error: unknown): ConnectRefusal;
  /** Time limit of all middleware of a namespace together, that of Socket.IO's own form included. */
  readonly middlewareTimeoutMs: number;
  /** Tells whether a gateway or the application listens in a namespace. */
  isServed(namespace: Namespace): boolean;
  /** Takes a name that the application gave to `to` of a namespace, which may be that of a socket of another node. */
  warnOfRoom(namespace: Namespace, name: string): void;
  /** Takes what an adapter rejects with. */
  reportAdapter(namespace: Namespace, error: unknown): void;
  /** Takes what a socket that comes back missed; null where connection state recovery is off. */
  readonly holdSession: ((socket: Socket, session: LostSession) => void) | null;
}

type AdapterClass = ServerOptions['adapter'];

/** Makes sockets, as the class of Socket.IO does. */
export type SocketClass = new (
  namespace: Namespace,
  client: never,
  auth: HandshakeAuth,
  session?: never,
) => Socket;

/**
 * Makes a Socket.IO server that no middleware, listener, acknowledgement or adapter of the application can end the
 * process of. Only this server, its namespaces and its sockets are changed; other servers of the process are not.
 */
export function createServer(options: Partial<ServerOptions>, hooks: ServerHooks): Server {
  // Socket.IO calls it with `new`, which an arrow function does not survive.
  const guarded = (Adapter: AdapterClass) =>
    function make(namespace: Namespace) {
      const adapter = new (Adapter as new (namespace: Namespace) => Namespace['adapter'])(namespace);
      guardAdapter(adapter, (error) => hooks.reportAdapter(namespace, error));
      return adapter;
    } as unknown as AdapterClass;
  class GuardedServer extends Server {
    override adapter(): AdapterClass | undefined;
    override adapter(adapter: AdapterClass): this;
    override adapter(adapter?: AdapterClass): AdapterClass | undefined | this {
      return adapter === undefined ? super.adapter() : super.adapter(guarded(adapter));
    }
  }
  const io = new GuardedServer(options);
  guardNamespace(io.of('/'), hooks);
  io.on('new_namespace', (namespace) => guardNamespace(namespace, hooks));
  return io;
}

/** Undocumented members of a socket that its class overrides. */
interface OverriddenMembers {
  onack(...args: Parameters<SocketMembers['onack']>): void;
  registerAckCallback(...args: Parameters<SocketMembers['registerAckCallback']>): void;
  emitReserved(...args: Parameters<SocketMembers['emitReserved']>): boolean;
}

/** Rules for the sockets of a class. */
export interface SocketRules {
  /** Tells the sockets that a gatewire namespace let in. */
  isGuarded(socket: Socket): boolean;
  /** Listeners that run ahead of the application's and that its `removeAllListeners()` leaves. */
  readonly listeners: ReadonlyMap<string, (this: Socket, reason: string) => void>;
  /** Takes what a listener or an acknowledgement of the application failed with. */
  report(socket: Socket, call: string, error: unknown): void;
}

/**
 * Makes a class of sockets on which listeners of `disconnect` and the like, and callbacks of emits, cannot end the
 * process. They run when a client sends something, or nothing. It is one class, since own functions would cost each
 * socket 40 bytes.
 */
export function socketClass({ isGuarded, listeners, report }: SocketRules): SocketClass {
  const attempt = (socket: Socket, call: string, run: () => unknown): void =>
    runAlone(run, (error) => report(socket, call, error));
  class GuardedSocket extends (Socket as unknown as new () => OverriddenMembers) {
    override onack(packet: EventPacket): void {
      const socket = this as unknown as Socket;
      const answer = packet.data?.[0];
      // Too deep an answer ends the process where an adapter passes it on to the node that asked.
      if (answer instanceof RejectedPacket) return refuseAnswer(socket, packet.id as number, answer);
      if (!isGuarded(socket)) return super.onack(packet);
      attempt(socket, 'ack of the client', () => super.onack(packet));
    }

    override registerAckCallback(id: number, ack: Callback): void {
      const socket = this as unknown as Socket;
      const guarded: Callback = (...args) =>
        attempt(socket, 'ack of the client', () => ack.apply(socket, args));
      super.registerAckCallback(id, isGuarded(socket) ? guarded : ack);
    }

    override emitReserved(event: string, ...args: unknown[]): boolean {
      const socket = this as unknown as Socket;
      if (!isGuarded(socket)) return super.emitReserved(event, ...args);
      const all = socket.rawListeners(event);
      attempt(socket, event, () => listeners.get(event)?.call(socket, args[0] as string));
      for (const listener of all) attempt(socket, event, () => listener.apply(socket, args));
      return all.length > 0;
    }
  }
  return GuardedSocket as unknown as SocketClass;
}

/**
 * Makes sockets of the guarded class, and keeps the application from ending the process: middleware that fails refuses
 * the socket, and a listener of `connection` that fails is reported.
 */
function guardNamespace(namespace: Namespace, hooks: ServerHooks): void {
  const { Socket: GuardedSocket, pending, holdSession } = hooks;
  const own = namespaceMembersOf(namespace);
  const { emitReserved } = own;
  own._createSocket = async (client, auth) => {
    const session = holdSession === null ? null : await lostSession(namespace, auth);
    if (session === null) return new GuardedSocket(namespace, client as never, auth);
    // Socket.IO sends the missed packets from the constructor, before any middleware: a client whose token has expired,
    // or that has none, reads them.
    const bare = { ...session, rooms: [], missedPackets: [] };
    const socket = new GuardedSocket(namespace, client as never, auth, bare as never);
    holdSession?.(socket, session);
    return socket;
  };
  own.run = (socket, done) =>
    pending.enter(
      socket,
      (settle) => {
        hooks.prepare(socket);
        let isDecided = false;
        let timer: NodeJS.Timeout | undefined;
        const decide = (refusal?: unknown): void => {
          if (isDecided) return;
          isDecided = true;
          clearTimeout(timer);
          settle(refusal);
        };
        const fail = (error: unknown): void => decide(hooks.refuse(socket, 'use', error));
        runMiddleware(own._fns, socket, decide, decide, fail);
        // Most of it has decided by now.
        if (isDecided) return;
        const late = () => fail(new GatewireError('TIMEOUT', { message: 'middleware took too long' }));
        timer = setTimeout(late, hooks.middlewareTimeoutMs).unref();
      },
      done,
    );
  // `io.to` calls that of `/`, and gatewire itself that of the class.
  namespace.to = namespace.in = (room) => {
    for (const name of [room].flat())
      if (looksLikeAnId(name) && !namespace.sockets.has(name)) hooks.warnOfRoom(namespace, name);
    return Namespace.prototype.to.call(namespace, room);
  };
  own.emitReserved = (event, ...args) => {
    const [socket] = args;
    if (!(socket instanceof Socket)) return emitReserved.call(namespace, event, ...args);
    if (event === 'connect' && !hooks.isServed(namespace)) silence(socket);
    for (const listener of namespace.rawListeners(event as 'connection')) {
      runAlone(
        () => listener.call(namespace, socket),
        (error) => hooks.refuse(socket, event, error),
      );
    }
    return true;
  };
}

/**
 * Leaves a socket where it is, and nothing else: clients of Engine.IO 3 are put into `/` ahead of all namespaces, and
 * connect nowhere without it.
 */
function silence(socket: Socket): void {
  routeEvents(socket, () => {});
  void socket.nsp.adapter.delAll(socket.id);
}

/** Methods of an adapter that send; the packet comes first. */
const SENDERS = ['broadcast', 'broadcastWithAck', 'serverSideEmit'] as const;

/**
 * Keeps what cannot be sent out of an adapter that sends in a promise which no caller awaits. The adapter of one node
 * without state recovery needs no guard: it encodes at once, and throws where the emit stands.
 */
function guardAdapter(adapter: Namespace['adapter'], onRejection: OnError): void {
  if (adapter.broadcast === baseAdapter.broadcast) return;
  const senders = adapter as unknown as Record<string, (packet: unknown, ...rest: unknown[]) => unknown>;
  for (const name of SENDERS) {
    const send = senders[name];
    // By the method that it inherits others tell that it reaches no other node.
    if (send === undefined || send === baseAdapter.serverSideEmit) continue;
    senders[name] = (packet, ...rest) => {
      checkEncodable(Array.isArray(packet) ? packet : (packet as { data?: unknown }).data);
      const sent = send.call(adapter, packet, ...rest);
      catchRejection(sent, onRejection);
      return sent;
    };
  }
}

/** Calls one function of the application, whatever becomes of it. */
function runAlone(run: () => unknown, onError: OnError): void {
  try {
    catchRejection(run(), onError);
  } catch (error) {
    onError(error);
  }
}

/** Levels of nesting that every adapter can encode. notepack, which those over Redis use, fails at 3,000. */
const MAX_LEVELS = 500;

/**
 * Checks that a packet can be encoded, before an adapter has it: those that talk to other nodes encode in a promise that
 * nobody waits for, and connection state recovery would store the packet and fail whenever a client comes back.
 *
 * @throws {TypeError} when there is a BigInt or a Blob in it
 * @throws {RangeError} when it is nested too deep, as what contains itself is
 */
export function checkEncodable(value: unknown, levels = MAX_LEVELS): void {
  if (typeof value === 'bigint') {
    // An application may have taught JSON what to do with it.
    if (typeof (BigInt.prototype as { toJSON?: unknown }).toJSON === 'function') return;
    throw new TypeError('a BigInt cannot be sent');
  }
  if (typeof value !== 'object' || value === null) return;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return;
  if (value instanceof Blob)
    throw new TypeError('a Blob or File cannot be sent; send what `arrayBuffer()` gives');
  if (levels === 0) throw new RangeError(`nested deeper than ${MAX_LEVELS} levels, or in a circle`);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return checkEncodable(toJSON.call(value, ''), levels - 1);
  if (Array.isArray(value)) {
    for (const item of value) checkEncodable(item, levels - 1);
    return;
  }
  for (const key of Object.keys(value)) {
    checkEncodable((value as Record<string, unknown>)[key], levels - 1);
  }
}
