import type { ServerOptions, Socket } from 'socket.io';
import type { User } from '../metadata/context.js';
import { areRoomsOf } from './rooms.js';
import { giveBack, type LostSession, lostSession, startAfresh } from './socketio.js';
import type { SocketState } from './types.js';

// Goes with the socket, also when it is refused or its connection breaks again.
const held = new WeakMap<Socket, LostSession>();

/** Socket.IO would let a recovered session in past auth: an expired token with it. */
export function recoveryOptions(
  socket: Partial<ServerOptions> | undefined,
): Partial<ServerOptions> | undefined {
  const { connectionStateRecovery: options } = socket ?? {};
  return options && { connectionStateRecovery: { ...options, skipMiddlewares: false } };
}

/** Keeps what a client missed, and its rooms, until auth has run. */
export function holdSession(socket: Socket, session: LostSession): void {
  held.set(socket, session);
}

/**
 * Decides whether a client that comes back is who it was; another user begins anew.
 *
 * @returns whether it is recovered
 */
export function recognize({ socket, user }: SocketState): boolean {
  const session = held.get(socket);
  const { id } = (user ?? {}) as Partial<User>;
  if (session !== undefined && areRoomsOf(id, session.rooms)) return true;
  held.delete(socket);
  startAfresh(socket);
  return false;
}

/** Looks again what a client missed, since more may have been sent while auth ran. */
export async function lookAgain({ socket }: SocketState): Promise<void> {
  const session = await lostSession(socket.nsp, socket.handshake.auth);
  // Adapters may hand a session out only once.
  if (session !== null) held.set(socket, session);
}

/** Gives a client that was recognized its rooms and what it missed, now that it is in. */
export function recover({ socket }: SocketState): void {
  const session = held.get(socket);
  if (session === undefined) return;
  held.delete(socket);
  giveBack(socket, session);
}
