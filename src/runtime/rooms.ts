import { GatewireError } from '../errors/gatewire-error.js';
import type { ConnectContext } from '../metadata/context.js';
import type { RoomGuardPlan } from '../plan/types.js';

const MAX_LENGTH = 128;

// Socket.IO gives every socket a room named by its id. A client that may choose a room name could choose
// another client's id and read along, so names that look like ids are stored under another name. So are names
// that begin like the stored form itself. Everything else is stored as it is: io.to('general') finds it.
// Clients of Engine.IO 3 have ids like `/chat#` and twenty characters.
const LOOKS_LIKE_AN_ID = /^(?:\/[^#]*#)?[A-Za-z0-9_-]{20}$/;
const ESCAPE = '\u0001';
const USERS = `${ESCAPE}u:`;
const NOBODY = `${ESCAPE}n:`;

/**
 * The name under which a room is stored.
 *
 * @throws {GatewireError} INVALID_PAYLOAD when the name does not have 1 to 128 characters
 * @throws {TypeError} when the name is no string
 */
export function storedRoom(room: unknown): string {
  const name = checkName(room, 'a room name');
  return LOOKS_LIKE_AN_ID.test(name) || name.startsWith(ESCAPE) ? ESCAPE + name : name;
}

/** Stored names of one room or several. */
export function storedRooms(rooms: string | readonly string[]): string[] {
  return (Array.isArray(rooms) ? rooms : [rooms]).map(storedRoom);
}

/** The application's name of a stored room whose name looks like the id of a socket; null for other rooms. */
export function idLikeRoom(stored: string): string | null {
  if (!stored.startsWith(ESCAPE)) return null;
  const name = stored.slice(ESCAPE.length);
  return LOOKS_LIKE_AN_ID.test(name) ? name : null;
}

/** Tells whether Socket.IO takes a name for that of a socket, so that a room of this name has another one. */
export function looksLikeAnId(name: unknown): boolean {
  return typeof name === 'string' && LOOKS_LIKE_AN_ID.test(name);
}

/** The room that all sockets of a user are in. */
export function userRoom(id: unknown): string {
  return USERS + checkName(id, 'the id of a user');
}

/** The room that Socket.IO made for a socket; an id that no socket can have leads to a room with nobody in it. */
export function socketRoom(id: unknown): string {
  const name = checkName(id, 'the id of a socket');
  return LOOKS_LIKE_AN_ID.test(name) ? name : NOBODY + name;
}

/** Tells whether rooms, by their stored names, were those of a socket of this user; undefined stands for nobody. */
export function areRoomsOf(userId: string | undefined, stored: readonly string[]): boolean {
  const users = stored.filter((room) => room.startsWith(USERS));
  return userId === undefined ? users.length === 0 : users.length === 1 && users[0] === USERS + userId;
}

/** The application's names of the rooms that a socket is in, without those that it did not choose. */
export function applicationRooms(stored: Iterable<string>, socketId: string): ReadonlySet<string> {
  const rooms = new Set<string>();
  for (const room of stored) {
    const name = applicationRoom(room, socketId);
    if (name !== null) rooms.add(name);
  }
  return rooms;
}

/** The application's name of a room that a socket is in; null for one that it did not choose. */
export function applicationRoom(stored: string, socketId: string): string | null {
  if (stored === socketId || stored.startsWith(USERS)) return null;
  return stored.startsWith(ESCAPE) ? stored.slice(ESCAPE.length) : stored;
}

/** Whom stored names mean, in the application's words. */
export function recipients(stored: Iterable<string>): {
  readonly rooms: readonly string[];
  readonly users: readonly string[];
  readonly sockets: readonly string[];
} {
  const found = { rooms: [] as string[], users: [] as string[], sockets: [] as string[] };
  for (const name of stored) {
    if (name.startsWith(USERS)) found.users.push(name.slice(USERS.length));
    else if (name.startsWith(NOBODY)) found.sockets.push(name.slice(NOBODY.length));
    else if (LOOKS_LIKE_AN_ID.test(name)) found.sockets.push(name);
    else found.rooms.push(name.startsWith(ESCAPE) ? name.slice(ESCAPE.length) : name);
  }
  return found;
}

/** Tells whether a name can be that of a room or of a user. */
export function isRoomName(name: unknown): name is string {
  return typeof name === 'string' && name.length > 0 && name.length <= MAX_LENGTH;
}

function checkName(name: unknown, what: string): string {
  if (isRoomName(name)) return name;
  // Which string it is, clients may choose. That it is one, the types of handlers and schemas say.
  if (typeof name !== 'string') throw noString(name, what);
  throw new GatewireError('INVALID_PAYLOAD', {
    message: `${what} is a string of 1 to ${MAX_LENGTH} characters`,
  });
}

/** As everything else that is a mistake of the server: `INTERNAL` for the client, and an error in the log. */
function noString(name: unknown, what: string): TypeError {
  const isNumber = typeof name === 'number' || typeof name === 'bigint';
  const given = isNumber ? `the number ${name}` : name === null ? 'null' : `of type ${typeof name}`;
  const fix = isNumber ? `write String(id)` : 'a payload needs a schema that says so';
  const message = `${what} is a string, and not ${given}: ${fix}`;
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
}

/**
 * Asks everybody who has a say about a room, one after the other; each has to agree.
 *
 * @param room - as the application names it
 * @throws {GatewireError} FORBIDDEN when one does not, or when nobody declared such a room
 */
export async function askRoomGuards(
  guards: readonly RoomGuardPlan[],
  ctx: ConnectContext,
  room: string,
): Promise<void> {
  const own = guards.filter(({ pattern }) => pattern?.test(room));
  const asked = own.length > 0 ? own : guards.filter(({ pattern }) => pattern === null);
  // Nobody thought of this room: open by default would open whatever a client can spell.
  if (asked.length === 0) throw new GatewireError('FORBIDDEN', { message: 'no such room is declared' });
  for (const guard of asked) {
    if (!(await ask(guard, ctx, room))) throw new GatewireError('FORBIDDEN');
  }
}

async function ask({ pattern, check }: RoomGuardPlan, ctx: ConnectContext, room: string): Promise<unknown> {
  try {
    return await check(ctx as never, { ...pattern?.exec(room)?.groups } as never);
  } catch (cause) {
    throw GatewireError.is(cause) ? cause : new GatewireError('FORBIDDEN', { cause });
  }
}
