import { GatewireError } from '../errors/gatewire-error.js';

const MAX_LENGTH = 128;

// Socket.IO gives every socket a room named by its id. A client that may choose a room name could choose
// another client's id and read along, so names that look like ids are stored under another name. So are names
// that begin like the stored form itself. Everything else is stored as it is: io.to('general') finds it.
const LOOKS_LIKE_AN_ID = /^[A-Za-z0-9_-]{20}$/;
const ESCAPE = '\u0001';

/**
 * The name under which a room is stored.
 *
 * @throws {GatewireError} INVALID_PAYLOAD when the name is no string of 1 to 128 characters
 */
export function storedRoom(room: unknown): string {
  if (typeof room !== 'string' || room.length === 0 || room.length > MAX_LENGTH) {
    throw new GatewireError('INVALID_PAYLOAD', {
      message: `a room name is a string of 1 to ${MAX_LENGTH} characters`,
    });
  }
  return LOOKS_LIKE_AN_ID.test(room) || room.startsWith(ESCAPE) ? ESCAPE + room : room;
}

/** Stored names of one room or several. */
export function storedRooms(rooms: string | readonly string[]): string[] {
  return (Array.isArray(rooms) ? rooms : [rooms]).map(storedRoom);
}

/** The application's names of the rooms that a socket is in, without the one that every socket has. */
export function applicationRooms(stored: Iterable<string>, socketId: string): ReadonlySet<string> {
  const rooms = new Set<string>();
  for (const room of stored) {
    if (room === socketId) continue;
    rooms.add(room.startsWith(ESCAPE) ? room.slice(ESCAPE.length) : room);
  }
  return rooms;
}
