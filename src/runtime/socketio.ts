import { randomBytes } from 'node:crypto';
import type { Namespace, Server, Socket } from 'socket.io';
import { catchRejection } from '../base/deadline.js';
import { Adapter, serverMembersOf } from '../base/socketio-packages.js';
import type { Private } from '../base/stack.js';
import { type EngineConnection, PacketType } from '../transport/engineio.js';

export type Callback = (...args: unknown[]) => unknown;
export type OnError = (error: unknown) => void;
export type RawMiddleware<TSubject> = (subject: TSubject, next: (error?: unknown) => void) => unknown;

/** Data that a client sent as `auth`. */
export type HandshakeAuth = Readonly<Record<string, unknown>>;

/** Decoded event as socket.io's parser hands it over. */
export interface EventPacket {
  /** Name first, then the arguments. */
  readonly data: unknown[];
  /** Present when the client asks for an acknowledgement. */
  readonly id?: number | null;
  /** Bytes of the packet as it arrived, attachments included; the decoder sets it. */
  readonly bytes?: number;
}

/** Error that refuses a socket, as socket.io reads it. */
export interface ConnectRefusal {
  readonly message: string;
  readonly data: unknown;
}

/** State that Socket.IO keeps of a client whose connection broke, when connection state recovery is on. */
export interface LostSession {
  readonly rooms: readonly string[];
  /** Arguments of the events that the client missed. */
  readonly missedPackets: readonly unknown[][];
}

/** Undocumented members of a socket. */
export type SocketMembers = Private<
  'socket.io',
  'Socket',
  {
    onevent(this: Socket, packet: EventPacket): void;
    onack(packet: EventPacket): void;
    ack(id: number): (...args: unknown[]) => void;
    registerAckCallback(id: number, ack: Callback): void;
    emitReserved(event: string, ...args: unknown[]): boolean;
    packet(packet: { readonly type: number; readonly data: unknown }): void;
    _error(this: Socket, refusal: ConnectRefusal): void;
    _cleanup(): void;
    id: string;
    pid: string;
    recovered: boolean;
    readonly acks: Map<number, unknown>;
    readonly fns: readonly RawMiddleware<unknown[]>[];
    readonly _anyListeners: readonly Callback[] | undefined;
  }
>;

/** Undocumented members of a namespace. */
export type NamespaceMembers = Private<
  'socket.io',
  'Namespace',
  {
    _createSocket(client: unknown, auth: HandshakeAuth): Promise<Socket>;
    run(socket: Socket, done: (refusal?: unknown) => void): void;
    emitReserved(event: string, ...args: unknown[]): boolean;
    readonly _fns: readonly RawMiddleware<Socket>[];
    /** Number that the next event with an acknowledgement gets. */
    readonly _ids: number;
    readonly _preConnectSockets: Map<string, Socket>;
  }
>;

type ParentMembers = Private<'socket.io', 'ParentNamespace', { readonly children: Set<Namespace> }>;

/** Shows the undocumented members of a socket. */
export const membersOf = (socket: Socket): SocketMembers => socket as unknown as SocketMembers;
/** Shows the connection below a socket. */
export const connectionOf = (socket: Socket): EngineConnection => socket.conn as unknown as EngineConnection;
/** Shows the undocumented members of a namespace. */
export const namespaceMembersOf = (namespace: Namespace): NamespaceMembers =>
  namespace as unknown as NamespaceMembers;
const parentMembersOf = (parent: Namespace): Partial<ParentMembers> => parent as unknown as ParentMembers;

/** Adapter in memory, which all other adapters extend. */
export const baseAdapter = Adapter.prototype as Namespace['adapter'];

/** Sends the events of one socket to a function; acks and disconnects are not affected. */
export function routeEvents(socket: Socket, handle: SocketMembers['onevent']): void {
  membersOf(socket).onevent = handle;
}

/**
 * Gives a packet a name that no handler has when it has none: socket.io's parser refuses an event with wrong data,
 * but lets one without any data through, and reading its name would end the process.
 */
export function nameEvent(packet: { data?: unknown[] }): void {
  packet.data ??= [''];
}

/**
 * Replaces a refusal that cannot be encoded: socket.io sends it in a tick of its own, where that would end the process.
 */
export function guardRefusal(socket: Socket, replace: (cause: unknown) => ConnectRefusal): void {
  const { _error } = membersOf(socket);
  membersOf(socket)._error = (refusal) => {
    try {
      _error.call(socket, refusal);
    } catch (cause) {
      _error.call(socket, replace(cause));
    }
  };
}

/** Makes the function that answers a packet; null when no answer was asked for. Only its first call counts. */
export function ackOf(socket: Socket, packet: EventPacket): ((...args: unknown[]) => void) | null {
  return packet.id === undefined || packet.id === null ? null : membersOf(socket).ack(packet.id);
}

/** Tells whether the application put listeners or middleware of its own on the socket. */
export function hasRawListeners(socket: Socket, event: unknown): boolean {
  const { fns, _anyListeners } = membersOf(socket);
  return (
    fns.length > 0 ||
    (_anyListeners !== undefined && _anyListeners.length > 0) ||
    (event !== 'error' && socket.listenerCount(event as string) > 0)
  );
}

/** Calls listeners added with `socket.onAny`. */
export function callAnyListeners(socket: Socket, args: readonly unknown[], onRejection: OnError): void {
  for (const listener of [...(membersOf(socket)._anyListeners ?? [])])
    catchRejection(listener.apply(socket, [...args]), onRejection);
}

/** Calls listeners added with `socket.on`. */
export function callListeners(socket: Socket, args: readonly unknown[], onRejection: OnError): void {
  const [event, ...values] = args;
  for (const listener of socket.rawListeners(event as string))
    catchRejection(listener.apply(socket, values), onRejection);
}

/**
 * Runs middleware added with `socket.use`, each when the one ahead of it has called `next`.
 *
 * @param onError - takes what is given to `next`, thrown, or rejected with, also after `next` was called
 */
export function runSocketMiddleware(
  socket: Socket,
  args: unknown[],
  onPassed: () => void,
  onError: OnError,
): void {
  runMiddleware(membersOf(socket).fns, args, onPassed, onError, onError);
}

/** Runs raw middleware of Socket.IO in order, and catches what it throws or rejects with. */
export function runMiddleware<TSubject>(
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
      const running = step(subject, (error) => (error ? onRefused(error) : runFrom(i + 1)));
      catchRejection(running, onFailed);
    } catch (error) {
      onFailed(error);
    }
  };
  runFrom(0);
}

/** Reads the id that the next event with an acknowledgement gets in the socket's namespace. */
export function nextAcknowledgementId(socket: Socket): number {
  return namespaceMembersOf(socket.nsp)._ids;
}

/** Makes Socket.IO forget an acknowledgement that is not awaited any more; by itself it keeps it until the end. */
export function forgetAcknowledgement(socket: Socket, id: number): void {
  membersOf(socket).acks.delete(id);
}

/** Callbacks that take the refusal of an answer; all others are never called with one. */
const takesRefusals = new WeakSet<object>();

/** Lets the callback of an acknowledgement know when the client's answer is refused on its way in. */
export function expectRefusals(socket: Socket, id: number): void {
  const callback = membersOf(socket).acks.get(id);
  if (typeof callback === 'function') takesRefusals.add(callback);
}

/** Settles an acknowledgement with the refusal of the client's answer, where `expectRefusals` was called for it. */
export function refuseAnswer(socket: Socket, id: number, refusal: unknown): void {
  const { acks } = membersOf(socket);
  const callback = acks.get(id);
  if (typeof callback !== 'function' || !takesRefusals.has(callback)) return;
  acks.delete(id);
  callback(refusal);
}

/** Lists every namespace, and every instance of a pattern. */
export function namespacesOf(io: Server): readonly Namespace[] {
  return [...serverMembersOf(io)._nsps.values()];
}

/** Finds a namespace; null when it does not exist, where `io.of` would make it. */
export function namespaceOf(io: Server, name: string): Namespace | null {
  return serverMembersOf(io)._nsps.get(name) ?? null;
}

/** Tells whether a namespace, or this instance of a pattern, exists. */
export function hasNamespace(io: Server, name: string): boolean {
  return serverMembersOf(io)._nsps.has(name);
}

/** Tells whether the application listens for sockets of a namespace, or has middleware for them. */
export function hasListeners(namespace: Namespace): boolean {
  return (
    namespaceMembersOf(namespace)._fns.length > 0 ||
    namespace.listenerCount('connection') + namespace.listenerCount('connect') > 0
  );
}

/** Lists the instances of all patterns, each with its pattern. */
export function childrenOf(io: Server): { readonly parent: Namespace; readonly child: Namespace }[] {
  return [...serverMembersOf(io).parentNsps.values()].flatMap((parent) =>
    [...(parentMembersOf(parent).children ?? [])].map((child) => ({ parent, child })),
  );
}

/** Counts the instances of a pattern. */
export function countChildren(parent: Namespace): number {
  return parentMembersOf(parent).children?.size ?? 0;
}

/** Tells whether no client is in a namespace or on the way into it. */
export function isEmpty(namespace: Namespace): boolean {
  return namespace.sockets.size + namespaceMembersOf(namespace)._preConnectSockets.size === 0;
}

/** Makes Socket.IO forget an instance of a pattern. The next client makes another. */
export function removeChild(io: Server, parent: Namespace, child: Namespace): void {
  parentMembersOf(parent).children?.delete(child);
  removeNamespace(io, child);
}

/** Makes Socket.IO forget a namespace; naming it makes another. */
export function removeNamespace(io: Server, namespace: Namespace): void {
  serverMembersOf(io)._nsps.delete(namespace.name);
  void namespace.adapter.close();
}

/** Disposes of a socket that is on its way into a namespace, without a word to its client. */
export function dropSocket(socket: Socket): void {
  membersOf(socket)._cleanup();
}

/** Looks up what a client left behind; null when it left nothing, or too long ago. */
export async function lostSession(
  { adapter }: Namespace,
  { pid, offset }: HandshakeAuth,
): Promise<LostSession | null> {
  if (typeof pid !== 'string' || typeof offset !== 'string') return null;
  try {
    return ((await adapter.restoreSession(pid, offset)) as unknown as LostSession | undefined) ?? null;
  } catch {
    return null; // as Socket.IO does: the client then begins anew
  }
}

/** Gives a session back to its adapter, as if its client had just left. */
export function keepSession({ adapter }: Namespace, session: LostSession): void {
  const { sid, pid, rooms, data } = session as unknown as Parameters<typeof adapter.persistSession>[0];
  adapter.persistSession({ sid, pid, rooms, data });
}

/** Gives a client back what it left behind, once it is in. */
export function giveBack(socket: Socket, { rooms, missedPackets }: LostSession): void {
  for (const room of rooms) void socket.join(room);
  for (const data of missedPackets) membersOf(socket).packet({ type: PacketType.EVENT, data });
}

/** Makes a new client of one that was to be recovered, ahead of the answer to its CONNECT. */
export function startAfresh(socket: Socket): void {
  const waiting = namespaceMembersOf(socket.nsp)._preConnectSockets;
  waiting.delete(socket.id);
  const own = membersOf(socket);
  own.id = randomId();
  own.pid = randomId();
  own.recovered = false;
  socket.data = {};
  waiting.set(socket.id, socket);
}

/** As long as Socket.IO's own, and as hard to guess. */
function randomId(): string {
  return randomBytes(15).toString('base64url');
}
