import { defineContract } from 'gatewire/contract';
import * as z from 'zod';

/** Who somebody is, as their token says it; never as a payload says it. */
export type Person = Readonly<z.infer<typeof person>>;
export type Message = Readonly<z.infer<typeof message>>;
export type Room = z.infer<typeof room>;

export const role = z.enum(['member', 'moderator']);

// Every text has a length: what does not fit reaches no handler.
const room = z.enum(['lobby', 'staff']);
const text = z.string().trim().min(1, 'there is no text').max(500, 'a message has 500 characters at most');
const personId = z.string().min(1).max(64);

const person = z.object({ id: z.string(), name: z.string(), role });
/** `at` is in milliseconds since 1970, as Date.now() gives them. */
const message = z.object({ id: z.string(), room, from: person, text: z.string(), at: z.number() });

/** Everything that travels between the page and the server, and what the server accepts. */
export const chat = defineContract('/chat', {
  clientToServer: {
    'room:join': { payload: z.object({ room }), ack: z.object({ messages: z.array(message).readonly() }) },
    'message:send': { payload: z.object({ room, text }), ack: z.object({ id: z.string() }) },
    'person:remove': { payload: z.object({ id: personId }), description: 'For moderators.' },
  },
  serverToClient: {
    welcome: { payload: z.object({ you: person }), description: 'To who connects.' },
    'people:changed': {
      payload: z.object({ people: z.array(person).readonly() }),
      description: 'To all: who is here now.',
    },
    'message:new': { payload: z.object({ message }), description: 'To all in the room, the sender too.' },
    'person:removed': { payload: z.object({ name: z.string(), by: person }), description: 'To all others.' },
  },
});
