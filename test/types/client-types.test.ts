import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import * as z from 'zod';
import * as mini from 'zod/mini';
import {
  Ack,
  type AckFunction,
  Args,
  createApp,
  defineContract,
  Gateway,
  gatewayFor,
  OnAnyEvent,
  OnEvent,
  OnSubscribe,
} from '../../src/index.js';
import { type ClientTypesForm, clientTypesOf } from '../../src/inspect/types/client-types.js';
import { Compiler } from '../support/compiler.js';

interface Tree {
  name: string;
  children: Tree[];
}
const tree: z.ZodType<Tree> = z.object({
  name: z.string(),
  get children() {
    return z.array(tree);
  },
});

const office = defineContract('/team/:team', {
  clientToServer: {
    'message:send': {
      payload: z.object({
        text: z.string().describe('what is said */ here'),
        count: z.string().transform(Number),
      }),
      ack: z.object({ id: z.string(), at: z.date() }),
      description: 'Says something.\nIn a room.',
      deprecated: true,
    },
    'room:join': { payload: z.string() },
    ping: {},
    move: { args: z.tuple([z.number(), z.string()]), ack: z.boolean() },
    tree: { payload: tree, ack: z.array(tree) },
    ark: { payload: type({ name: 'string', 'children?': 'this[]' }), ack: type("'up' | 'down'") },
    valibot: {
      payload: toStandardJsonSchema(
        v.object({ at: v.pipe(v.string(), v.isoTimestamp()), pair: v.tuple([v.string(), v.number()]) }),
      ),
    },
    mini: { payload: mini.object({ a: mini.string() }) },
    "it's": { payload: z.enum(["don't", 'do']) },
  },
  serverToClient: {
    'message:new': { payload: z.object({ text: z.string(), at: z.date() }) },
    'room:ask': { payload: z.string(), ack: z.boolean() },
    pair: { args: z.tuple([z.string()], z.number()) },
  },
  topics: {
    'prices/:symbol': {
      payload: z.object({ price: z.number(), at: z.date() }),
      description: 'Last trades.',
    },
    'seats/:show': { payload: z.number(), keyed: true },
  },
  errors: { ROOM_FULL: z.object({ limit: z.number() }) },
});
const Office = gatewayFor(office);

@Office.Gateway()
class OfficeGateway {
  @Office.OnEvent('message:send') send() {
    return { id: '1', at: new Date() };
  }
  @Office.OnEvent('room:join') join() {}
  @Office.OnEvent('ping') ping() {}
  @Office.OnEvent('move') move() {
    return true;
  }
  @Office.OnEvent('tree', { reply: 'raw' }) tree() {
    return [];
  }
  @Office.OnEvent('ark') ark() {
    return 'up' as const;
  }
  @Office.OnEvent('valibot') valibot() {}
  @Office.OnEvent('mini') mini() {}
  @Office.OnEvent("it's") its() {}
  @Office.OnSubscribe('prices/:symbol') prices() {}
  @Office.OnSubscribe('seats/:show') seats() {}
}

@Gateway('/plain')
class PlainGateway {
  @OnEvent('sum', { payload: z.array(z.number()), ack: z.number(), reply: 'raw' }) sum() {}
  @OnEvent('now', { ack: z.number() }) now() {}
  @OnEvent('any') any() {}
  @OnEvent('list') list(@Args() _args: readonly unknown[], @Ack() _ack: AckFunction) {}
  @OnEvent(/^cursor:/) cursor() {}
  @OnSubscribe('news/:tag') news() {}
}

@Gateway('/')
class OpenGateway {
  @OnEvent('known', { payload: z.number() }) known() {}
  @OnAnyEvent() other() {}
}

// Its text has what ends a comment.
@Gateway(/^\/lab-\d*/)
class LabGateway {}

const gateways = [OfficeGateway, PlainGateway, OpenGateway, LabGateway];
const plan = createApp({ gateways }).plan();

const compiler = new Compiler({
  noUnusedLocals: false,
  noUnusedParameters: false,
  noPropertyAccessFromIndexSignature: false,
  types: [],
  lib: ['es2023', 'dom'],
  paths: {
    'gatewire/client': [path.resolve('src/client/index.ts')],
    'gatewire/contract': [path.resolve('src/contract/index.ts')],
  },
});

/** What the compiler says about a client that uses the generated file. */
function complaintsAbout(client: string, form: ClientTypesForm): readonly string[] {
  // As a .ts file, since declaration files are not checked with skipLibCheck.
  const files = new Map([
    ['test/types/server.ts', clientTypesOf(plan, form)],
    ['test/types/client.ts', client],
  ]);
  return compiler
    .complaints(files)
    .map(({ file, line, message }) => `${path.basename(file)}:${line} ${message}`);
}

describe('clientTypesOf', () => {
  it('types the calls of a socket of socket.io-client', () => {
    const client = `
import type { Socket } from 'socket.io-client';
import type * as server from './server.js';
declare const team: Socket<server.TeamServerToClientEvents, server.TeamClientToServerEvents>;
declare const plain: Socket<server.PlainServerToClientEvents, server.PlainClientToServerEvents>;
declare const lab: Socket<server.LabServerToClientEvents, server.LabClientToServerEvents>;
declare const open: Socket<server.RootServerToClientEvents, server.RootClientToServerEvents>;

export async function right(): Promise<void> {
  const reply = await team.timeout(5).emitWithAck('message:send', { text: 'hi', count: '5' });
  if (reply.ok) {
    const at: string | undefined = reply.data?.at;
    void at;
  } else if (reply.error.code === 'ROOM_FULL') {
    const limit: number | undefined = reply.error.details?.limit;
    void limit;
  }
  team.emit('message:send', { text: 'hi', count: '5' }, ({ ok }) => ok);
  team.emit('room:join', 'general');
  team.emit('ping');
  team.emit('move', 1, 'up', (moved) => moved.ok && moved.data);
  const trees = await team.emitWithAck('tree', { name: 'root', children: [{ name: 'leaf', children: [] }] });
  if (!('error' in trees)) trees[0]?.children[0]?.name.length;
  const side = await team.emitWithAck('ark', { name: 'a', children: [{ name: 'b' }] });
  const up: 'up' | 'down' | undefined = side.ok ? side.data : undefined;
  void up;
  team.emit('valibot', { at: '2026-01-01T00:00:00Z', pair: ['a', 1] });
  team.emit('mini', { a: 'whatever' });
  team.emit("it's", "don't");
  team.on('message:new', ({ text, at }) => text.length + at.length);
  team.on('room:ask', (question, answer) => answer(question === 'yes'));
  team.on('pair', (first, ...numbers) => first.length + (numbers[0] ?? 0));
  team.on('exception', ({ event, error }) => event + error.code);
  const price: server.TeamTopics['prices/:symbol'] = { price: 1, at: '2026-01-01T00:00:00Z' };
  const seat: server.TeamTopics['seats/:show'] = 5;
  const news: server.PlainTopics['news/:tag'] = [price, seat];
  void news;

  const sum = await plain.emitWithAck('sum', [1, 2]);
  if (typeof sum === 'number') sum.toFixed();
  plain.emit('now', (reply: server.AckReply<number>) => reply.ok);
  const now = await plain.emitWithAck('now');
  if (now.ok) now.data?.toFixed();
  plain.emit('any');
  plain.emit('any', { a: 1 });
  const any = await plain.emitWithAck('any', 1);
  if (any.ok) any.data;
  plain.emit('list', 1, 'two', () => {});
  plain.emit('cursor:1', 5);
  plain.on('welcome', (you: string) => you.length);
  open.emit('known', 5);
  open.emit('unknown', 5);
  lab.emit satisfies unknown;
}

export function wrong(): void {
  // @ts-expect-error no such event
  team.emit('message:sent', { text: 'hi' });
  // @ts-expect-error the count is a string before it is parsed
  team.emit('message:send', { text: 'hi', count: 5 }, () => {});
  // @ts-expect-error a missing property
  team.emit('message:send', { count: '5' }, () => {});
  // @ts-expect-error it carries nothing
  team.emit('ping', 1);
  // @ts-expect-error a missing argument
  team.emit('move', 1, () => {});
  // @ts-expect-error a child without a name
  team.emit('ark', { name: 'a', children: [{}] }, () => {});
  // @ts-expect-error a tuple of another length
  team.emit('valibot', { at: '', pair: ['a'] });
  // @ts-expect-error not one of the words
  team.emit("it's", 'done');
  // @ts-expect-error no such event
  team.on('message:old', () => {});
  // @ts-expect-error a date travels as a string
  team.on('message:new', ({ at }) => at.getTime());
  // @ts-expect-error the answer is a boolean
  team.on('room:ask', (_, answer) => answer('yes'));
  // @ts-expect-error no such event
  plain.emit('cursr:1');
  // @ts-expect-error the error may have come instead
  void plain.emitWithAck('sum', [1]).then((sum) => sum.toFixed());
}
`;
    expect(complaintsAbout(client, 'events')).toEqual([]);
  });

  it('writes contracts that type a client in the same way', () => {
    const client = `
import type { ClientToServerEvents, Params, ReceivedAnswer, SentArguments, ServerToClientEvents } from 'gatewire/contract';
import { connect } from 'gatewire/client';
import type { Socket } from 'socket.io-client';
import type { PlainContract, RootContract, TeamContract } from './server.js';
declare const team: Socket<ServerToClientEvents<TeamContract>, ClientToServerEvents<TeamContract>>;
declare const open: Socket<ServerToClientEvents<RootContract>, ClientToServerEvents<RootContract>>;
declare const plain: Socket<ServerToClientEvents<PlainContract>, ClientToServerEvents<PlainContract>>;
type Sent<TEvent extends keyof TeamContract['definition']['clientToServer']> =
  SentArguments<TeamContract['definition']['clientToServer'][TEvent]>;

export const params: Params<TeamContract['namespace']> = { team: '7' };
export const namespace: TeamContract['namespace'] = '/team/:team';
export const sent: Sent<'message:send'> = [{ text: 'hi', count: '5' }];
export const moved: Sent<'move'> = [1, 'up'];
export const nothing: Sent<'ping'> = [];
export const answer: ReceivedAnswer<TeamContract['definition']['clientToServer']['ark']> = 'up';
export const limit = (contract: TeamContract) => contract.definition.errors.ROOM_FULL;
// @ts-expect-error the count is a string before it is parsed
export const wrong: Sent<'message:send'> = [{ text: 'hi', count: 5 }];

export async function calls(): Promise<void> {
  const reply = await team.emitWithAck('message:send', { text: 'hi', count: '5' });
  if (reply.ok) reply.data?.at.length;
  team.on('message:new', ({ at }) => at.length);
  team.on('room:ask', (question, ack) => ack(question === 'yes'));
  // @ts-expect-error no such event
  team.emit('message:sent');
  open.on('anything', (payload: { a: number }) => payload.a);
  const sum = await plain.emitWithAck('sum', [1]);
  if (sum.ok) sum.data?.toFixed();
}

export async function connections(): Promise<void> {
  const room = connect<TeamContract>('/team/:team', 'https://example.com', { params: { team: '7' } });
  const { id } = await room.call('message:send', { text: 'hi', count: '5' });
  id.length;
  room.emit('room:join', 'general');
  room.on('message:new', ({ at }) => at.length);
  room.onCall('room:ask', (question) => question === 'yes');
  // @ts-expect-error the count is a string before it is parsed
  void room.call('message:send', { text: 'hi', count: 5 });
  // @ts-expect-error another namespace
  connect<TeamContract>('/teams/:team', 'https://example.com', { params: { team: '7' } });
  const simple = connect<PlainContract>('/plain', 'https://example.com');
  const total: number = await simple.call('sum', [1, 2]);
  total.toFixed();
  const any: unknown = await simple.call('any', 5);
  void any;
  simple.on('welcome', (you) => String(you));
  room.topic('prices/BTC', { onValue: ({ price, at }) => price.toFixed() + at.length });
  room.topic('seats/hamlet', { onValue: (seat, key) => seat.toFixed() + key });
  simple.topic('news/all', { onValue: (value) => value });
  // @ts-expect-error no such topic
  room.topic('price/BTC');
  // @ts-expect-error another namespace has it
  simple.topic('prices/BTC');
}
`;
    expect(complaintsAbout(client, 'contract')).toEqual([]);
  });

  it('puts the words of a contract into doc comments', () => {
    const text = clientTypesOf(plan, 'events');
    expect(text).toContain(`  /**
   * Says something.
   * In a room.
   * @deprecated
   */
  'message:send': (payload: TeamMessageSend,`);
    expect(text).toContain('  /** what is said *\\/ here */\n  text: string;');
    expect(text).toContain("  /** Last trades. */\n  'prices/:symbol': { price: number; at: string };");
    expect(text).not.toContain(process.cwd());
    expect(clientTypesOf(plan, 'events')).toBe(text);
  });
});
