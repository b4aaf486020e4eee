import { defineContract } from 'gatewire/contract';
// All of zod, for its checks by method and its sentences: the page takes the types from here and nothing else, so that
// no schema is in its bundle. A page that ran schemas too would want `zod/mini`, a fifth of the size.
import * as z from 'zod';

/** Who somebody is, as their token says it; never as a payload says it. */
export type Person = Readonly<z.infer<typeof person>>;
export type Message = Readonly<z.infer<typeof message>>;
export type RoomInfo = Readonly<z.infer<typeof roomInfo>>;
/** What whoever comes into a room finds there. */
export type Entered = Readonly<z.infer<typeof entered>>;

const room = z
  .string()
  .normalize()
  .trim()
  .toLowerCase()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N} _-]{0,29}$/u,
    'a room name has up to 30 letters, digits, spaces and hyphens',
  );
// The page makes the id. So it may send a message again when it does not know whether it arrived, also to a server that
// was restarted meanwhile, and nobody sees it twice.
const id = z.string().regex(/^[0-9a-f]{32}$/, 'an id has 32 hexadecimal digits');
const text = z.string().trim().min(1, 'there is no text').max(2000, 'a message has 2000 characters at most');
const to = z.string().min(1).max(64);

const person = z.object({ id: z.string(), name: z.string() });
/** `at` is in milliseconds since 1970, as Date.now() gives them. */
const message = z.object({ id: z.string(), from: person, text: z.string(), at: z.number() });
const roomInfo = z.object({ room: z.string(), people: z.number() });

const entered = z.object({
  room: z.string(),
  people: z.array(person).readonly(),
  messages: z.array(message).readonly(),
});
const sent = z.object({ at: z.number() });

/** Everything that travels between the page and the server, and what the server accepts. */
export const chat = defineContract('/chat', {
  clientToServer: {
    'room:create': { payload: z.object({ room }), ack: entered },
    'room:join': { payload: z.object({ room }), ack: entered },
    'room:leave': { payload: z.object({ room }) },
    'room:typing': { payload: z.object({ room }) },
    'message:send': { payload: z.object({ room, id, text }), ack: sent },
    'private:send': { payload: z.object({ to, id, text }), ack: sent },
    'private:typing': { payload: z.object({ to }) },
  },
  serverToClient: {
    welcome: {
      payload: z.object({ you: person, rooms: z.array(roomInfo).readonly() }),
      description: 'To who connects.',
    },
    'room:changed': { payload: roomInfo, description: 'To all: how many people are in a room now.' },
    'room:removed': { payload: z.object({ room: z.string() }), description: 'To all.' },
    'person:joined': {
      payload: z.object({ room: z.string(), person }),
      description: 'To the others in the room.',
    },
    'person:left': {
      payload: z.object({ room: z.string(), person }),
      description: 'To the others in the room.',
    },
    'message:new': {
      payload: z.object({ room: z.string(), message }),
      description: 'To the others in the room.',
    },
    'room:typing': {
      payload: z.object({ room: z.string(), person }),
      description: 'To the others in the room.',
    },
    'private:new': {
      payload: z.object({ message, to: person }),
      description: 'To all devices of both people.',
    },
    'private:typing': { payload: z.object({ person }), description: 'To all devices of one person.' },
  },
  errors: {
    /** A room of this name is there already; the page goes in. */
    ROOM_EXISTS: z.object({ room: z.string() }),
    /** So many rooms, and somebody is in each. */
    TOO_MANY_ROOMS: z.object({ limit: z.number() }),
  },
});
