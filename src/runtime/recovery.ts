import type { ServerOptions, Socket } from 'socket.io';
import type { User } from '../metadata/context.js';
import { applicationRoom, areRoomsOf, askRoomGuards } from './rooms.js';
import { giveBack, keepSession, type LostSession, lostSession, startAfresh } from './socketio.js';
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

/**
 * Looks again what a client missed, since more may have been sent while auth ran. The guards of its rooms are asked again:
 * what was said in a room that one of them refuses by now is not for the client any more.
 */
export async function lookAgain(state: SocketState): Promise<void> {
  const { socket } = state;
  const session = held.get(socket) as LostSession;
  const rooms = await allowedRooms(state, session.rooms);
  const isLess = rooms.length < session.rooms.length;
  // Only the adapter knows the rooms of what it kept.
  if (isLess) keepSession(socket.nsp, { ...session, rooms });
  const newer = await lostSession(socket.nsp, socket.handshake.auth);
  // Adapters may hand a session out only once.
  if (newer !== null) return void held.set(socket, newer);
  if (!isLess) return;
  held.delete(socket);
  startAfresh(socket);
}

/** Questions to guards at a time: one after the other, those of a thousand rooms would take longer than auth may. */
const GUARDS_AT_ONCE = 16;

async function allowedRooms(state: SocketState, stored: readonly string[]): Promise<readonly string[]> {
  const guards = state.namespace.plan.rooms;
  if (guards === null) return stored;
  const isAllowed = async (room: string): Promise<boolean> => {
    const name = applicationRoom(room, state.socket.id);
    if (name === null) return true;
    try {
      await askRoomGuards(guards, state.stay.ctx, name);
      return true;
    } catch (error) {
      state.namespace.failures.report(error, state.stay.failurePlace('recovery'));
      return false;
    }
  };
  const answers: boolean[] = [];
  for (let i = 0; i < stored.length; i += GUARDS_AT_ONCE)
    answers.push(...(await Promise.all(stored.slice(i, i + GUARDS_AT_ONCE).map(isAllowed))));
  return stored.filter((_, i) => answers[i]);
}

/** Gives a client that was recognized its rooms and what it missed, now that it is in. */
export function recover({ socket }: SocketState): void {
  const session = held.get(socket);
  if (session === undefined) return;
  held.delete(socket);
  giveBack(socket, session);
}
