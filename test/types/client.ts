// Compiled, never run: what has to compile does, and what must not is marked. See types.test.ts.
import * as z from 'zod';
import { type Connection, type ConnectionState, connect, GatewireError } from '../../src/client/index.js';
import { type AnyContract, defineContract } from '../../src/index.js';

type Equal<TLeft, TRight> =
  (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
const same = <TLeft, TRight>(_equal: Equal<TLeft, TRight>): void => {};

const day = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const chat = defineContract('/chat', {
  clientToServer: {
    'message:send': {
      payload: z.object({ text: z.string() }),
      ack: z.object({ id: z.string(), at: z.date() }),
    },
    plan: { payload: z.object({ at: day }) },
    search: { payload: z.string().optional(), ack: z.array(z.string()) },
    move: { args: z.tuple([z.number(), z.string()]), ack: z.boolean() },
    ping: {},
  },
  serverToClient: {
    'message:new': { payload: z.object({ text: z.string(), at: z.date() }) },
    moved: { args: z.tuple([z.number(), z.string()]) },
    question: { payload: z.string(), ack: z.number() },
  },
  errors: { SOLD_OUT: z.object({ left: z.number(), until: z.date() }) },
});
const team = defineContract('/team/:team/desk/:desk', { clientToServer: { ping: {} } });

// ---- how to connect
const room = connect(chat, 'https://host');
same<typeof room, Connection<typeof chat>>(true);
same<typeof room, ReturnType<typeof byType>>(true);
const byType = () => connect<typeof chat>('/chat', '', { auth: async () => ({ token: 't' }), timeoutMs: 5 });
connect(chat);
// @ts-expect-error another namespace
connect<typeof chat>('/chats');
// @ts-expect-error an option of socket.io-client, in the wrong place
connect(chat, '', { transports: ['websocket'] });
connect(chat, '', { socket: { transports: ['websocket'], withCredentials: true } });
// @ts-expect-error a call that was rejected would be sent again
connect(chat, '', { socket: { retries: 3 } });
// @ts-expect-error auth has an option of its own
connect(chat, '', { socket: { auth: {} } });
// @ts-expect-error no such shape
connect(chat, '', { reply: 'bare' });
// @ts-expect-error it has no parameters
connect(chat, '', { params: { team: 'a' } });

// ---- parameters are required exactly where there are some
same<ReturnType<typeof toTeam>['params']['desk'], string>(true);
const toTeam = () => connect(team, undefined, { params: { team: 'a', desk: '1' } });
// @ts-expect-error parameters are missing
connect(team, 'https://host');
// @ts-expect-error one is missing
connect(team, 'https://host', { params: { team: 'a' } });
// @ts-expect-error one is misspelt
connect<typeof team>('/team/:team/desk/:desk', '', { params: { team: 'a', dest: '1' } });

// ---- calls
const answer = await room.call('message:send', { text: 'hi' });
same<typeof answer, { id: string; at: string }>(true);
same<Awaited<ReturnType<typeof found>>, string[]>(true);
const found = () => room.timeout(5).call('search');
same<Awaited<ReturnType<typeof moved>>, boolean>(true);
const moved = () => room.call('move', 1, 'door');
const nothing: undefined = await room.call('ping');
void nothing;
await room.call('plan', { at: '2026-01-01T00:00:00Z' });
// @ts-expect-error no such event
await room.call('message:sent', { text: 'hi' });
// @ts-expect-error wrong payload
await room.call('message:send', { text: 5 });
// @ts-expect-error missing payload
await room.call('message:send');
// @ts-expect-error a date travels as a string
await room.call('plan', { at: new Date() });
// @ts-expect-error takes no payload
await room.call('ping', 1);
// @ts-expect-error two arguments
await room.call('move', 1);
// @ts-expect-error an event of the server
await room.call('message:new', { text: 'hi' });

// ---- the same by property
same<Awaited<ReturnType<(typeof room.api)['message:send']>>, { id: string; at: string }>(true);
await room.api.move(1, 'door');
await room.api.search();
// @ts-expect-error wrong payload
await room.api['message:send']({ text: 5 });
// @ts-expect-error no such event
await room.api.pong();
// @ts-expect-error it cannot be replaced
room.api.ping = async () => undefined;

// ---- emit
room.emit('message:send', { text: 'hi' });
room.emit('move', 1, 'door');
// @ts-expect-error wrong payload
room.emit('message:send', { text: 5 });

// ---- listeners
const off: () => void = room.on('message:new', ({ text, at }) => {
  same<typeof text, string>(true);
  same<typeof at, string>(true);
});
off();
room.on('moved', (x, place) => x.toFixed() + place.trim());
// @ts-expect-error no such event
room.on('message:old', () => {});
// @ts-expect-error an event of the client
room.on('message:send', () => {});
// @ts-expect-error wrong payload
room.on('message:new', (text: string) => text);
room.onCall('question', (text) => text.length);
room.onCall('question', async () => 1);
// @ts-expect-error wrong answer
room.onCall('question', () => 'many');
room.onException(({ event, error }) => event + error.code);

// ---- errors
const caught: unknown = new GatewireError('SOLD_OUT');
if (room.isError(caught, 'SOLD_OUT')) {
  same<typeof caught.details.left, number>(true);
  same<typeof caught.details.until, string>(true);
  same<typeof caught.code, 'SOLD_OUT'>(true);
}
// @ts-expect-error none of the contract's codes
room.isError(caught, 'SOLD');

// ---- state
same<typeof room.state, ConnectionState>(true);
same<typeof room.error, GatewireError | Error | null>(true);
// @ts-expect-error it can only be read
room.state = 'closed';

// ---- without a contract everything may be sent, and nothing is known
const plain: Connection<AnyContract> = connect('/plain', 'https://host', { params: { any: 'thing' } });
same<Awaited<ReturnType<typeof anything>>, unknown>(true);
const anything = () => plain.call('anything', 1, { two: 2 });
plain.api['anything']?.(1);
plain.on('told', (first) => {
  same<typeof first, unknown>(true);
});
plain.onCall('asked', () => 5);
plain.isError(caught, 'ANY');
