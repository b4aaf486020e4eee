import { Namespace, type Socket } from 'socket.io';
import { channelLogger, type EmitMessage, emitChannel } from '../base/channels.js';
import { sentArguments } from '../contract/wire.js';
import { PacketType } from '../transport/engineio.js';
import { idLikeRoom } from './rooms.js';
import { expectRefusals, forgetAcknowledgement, nextAcknowledgementId } from './socketio.js';

/** Members of a namespace instance that an emit goes to, by the stored names of rooms. */
export interface Recipients {
  /** Empty for everyone. */
  readonly rooms: readonly string[];
  readonly except: readonly string[];
  /** Whether the emit may be dropped for a client that is not ready to receive. */
  readonly isVolatile: boolean;
}

/**
 * Emits to one client. This file is the only one that emits to clients.
 *
 * @param app - identity of the application, for `gatewire:emit`
 * @throws when the arguments cannot be encoded
 */
export function emitToSocket(app: string, socket: Socket, event: string, args: readonly unknown[]): void {
  const sent = sentArguments(args);
  announce(app, socket, event, sent);
  socket.emit(event, ...sent);
}

/**
 * Emits to the members of rooms, on all nodes.
 *
 * @param app - identity of the application, for `gatewire:emit`
 * @throws when the arguments cannot be encoded
 */
export function emitToRooms(
  app: string,
  namespace: Namespace,
  { rooms, except, isVolatile }: Recipients,
  event: string,
  args: readonly unknown[],
): void {
  const sent = sentArguments(args);
  if (emitChannel.hasSubscribers) {
    const message: EmitMessage = { app, namespace: namespace.name, event, args: sent, rooms, except };
    emitChannel.publish(message);
  }
  warnOfIds(app, namespace, rooms);
  // Not its own method, which warns of the names that sockets have.
  const addressed = Namespace.prototype.to.call(namespace, [...rooms]);
  const operator = except.length === 0 ? addressed : addressed.except([...except]);
  (isVolatile ? operator.volatile : operator).emit(event, ...sent);
}

/**
 * Emits an event of gatewire's own to the members of a group on this node.
 *
 * @param adapter - adapter in memory, which knows the group as a room
 * @param except - room of the adapter whose members are left out
 * @throws when the arguments cannot be encoded
 */
export function emitToGroup(
  app: string,
  adapter: Namespace['adapter'],
  group: string,
  event: string,
  args: readonly unknown[],
  except: string | null = null,
): void {
  if (emitChannel.hasSubscribers) {
    const namespace = adapter.nsp.name;
    const message: EmitMessage = { app, namespace, event, args, rooms: [], except: [] };
    emitChannel.publish(message);
  }
  const packet = { type: PacketType.EVENT, data: [event, ...args] };
  adapter.broadcast(packet, {
    rooms: new Set([group]),
    except: new Set(except === null ? [] : [except]),
    flags: {},
  });
}

/**
 * Emits an event that the client is to acknowledge.
 *
 * @param onAnswer - called with the client's answer, or with what refused it on the way in
 * @returns a function that makes Socket.IO forget an acknowledgement that is not awaited any more
 * @throws when the arguments cannot be encoded
 */
export function emitForAnswer(
  app: string,
  socket: Socket,
  event: string,
  args: readonly unknown[],
  onAnswer: (answer: unknown) => void,
): () => void {
  const sent = sentArguments(args);
  announce(app, socket, event, sent);
  const id = nextAcknowledgementId(socket);
  try {
    socket.emit(event, ...sent, onAnswer);
  } catch (error) {
    forgetAcknowledgement(socket, id); // what cannot be encoded is never answered
    throw error;
  }
  expectRefusals(socket, id);
  return () => forgetAcknowledgement(socket, id);
}

/** Namespaces of which it was said: the first line is enough to find the mistake. */
const warned = new WeakSet<Namespace>();

/** Tells a developer that `to()` was given the id of a socket: a room of this name has nobody in it. */
function warnOfIds(app: string, namespace: Namespace, rooms: readonly string[]): void {
  for (const room of rooms) {
    const id = idLikeRoom(room);
    if (id === null || !namespace.sockets.has(id) || warned.has(namespace)) continue;
    if (process.env['NODE_ENV'] === 'production') return;
    warned.add(namespace);
    const reason = 'to() was given the id of a socket, and a room of this name has nobody in it';
    channelLogger(app).warn({
      event: 'room.is-socket',
      namespace: namespace.name,
      reason,
      write: `socket('${id}')`,
    });
  }
}

function announce(app: string, socket: Socket, event: string, args: readonly unknown[]): void {
  if (!emitChannel.hasSubscribers) return;
  const message: EmitMessage = { app, namespace: socket.nsp.name, event, args, socketId: socket.id };
  emitChannel.publish(message);
}
