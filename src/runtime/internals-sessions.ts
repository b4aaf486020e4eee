import { randomBytes } from 'node:crypto';
import { type Namespace, type Server, Socket } from 'socket.io';
import { type HandshakeAuth, internals, type NamespaceInternals } from './internals-members.js';

/** What Socket.IO keeps of a client whose connection broke, when connection state recovery is on. */
export interface LostSession {
  readonly rooms: readonly string[];
  /** Arguments of the events that it missed. */
  readonly missedPackets: readonly unknown[][];
}

const EVENT = 2; // PacketType.EVENT of socket.io-parser

/**
 * Keeps what a client missed, and its rooms, until it is known who it is. Socket.IO sends the missed packets from the
 * constructor of the socket, before any middleware: a client whose token has expired, or that has none, reads them.
 * It holds for every namespace made from now on.
 *
 * @param hold - told of each socket that comes back, and of what waits for it
 */
export function holdRecovery(io: Server, hold: (socket: Socket, session: LostSession) => void): void {
  const watch = (namespace: Namespace): void => {
    (namespace as unknown as NamespaceInternals)._createSocket = async (client, auth) => {
      const session = await lostSession(namespace, auth);
      const bare = session && { ...session, rooms: [], missedPackets: [] };
      const socket = new Socket(namespace, client as never, auth, bare as never);
      if (session !== null) hold(socket, session);
      return socket;
    };
  };
  watch(io.of('/'));
  io.on('new_namespace', watch);
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

/** Gives a client back what it left behind, once it is in. */
export function giveBack(socket: Socket, { rooms, missedPackets }: LostSession): void {
  for (const room of rooms) void socket.join(room);
  for (const data of missedPackets) internals(socket).packet({ type: EVENT, data });
}

/** Makes a new client of one that was to be recovered, ahead of the answer to its CONNECT. */
export function startAfresh(socket: Socket): void {
  const waiting = (socket.nsp as unknown as NamespaceInternals)._preConnectSockets;
  waiting.delete(socket.id);
  const own = internals(socket);
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
