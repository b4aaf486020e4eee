import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from '@jest/globals';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { PARAMETER_VALUE } from '../../src/contract/namespace-name.js';
import {
  type App,
  createApp,
  defineContract,
  Gateway,
  gatewayFor,
  OnAnyEvent,
  OnEvent,
  OnSubscribe,
} from '../../src/index.js';
import type { AsyncApiDocument } from '../../src/inspect/asyncapi/objects.js';
import { exampleNames } from '../support/example-names.js';

const parser = new Parser();
const WARNING = 1;

/** What the parser has to say, without its advice to use a newer AsyncAPI. */
async function complaints(document: AsyncApiDocument): Promise<readonly string[]> {
  const diagnostics = await parser.validate(JSON.stringify(document));
  return diagnostics
    .filter(({ severity }) => severity <= WARNING)
    .map(({ code, message, path }) => `${code} ${message} at ${path.join('.')}`);
}

const INFO = { title: 'Test', version: '1.2.3' };

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
const when = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

/** One event of each kind, in each library. */
const office = defineContract('/office/:floor/room/:room', {
  clientToServer: {
    'message:send': {
      payload: z.object({ text: z.string().max(2000).describe('what is said'), at: when.optional() }),
      ack: z.object({ id: z.string(), at: when }),
      description: 'Says something.',
      examples: [{ text: 'hi' }, 5n],
    },
    'message:old': { payload: z.string(), deprecated: true },
    ping: {},
    move: { args: z.tuple([z.number(), z.string()]), ack: z.null() },
    tree: { payload: tree, ack: z.array(tree) },
    ark: { payload: type({ name: 'string', 'children?': 'this[]' }), ack: type('number[]') },
    valibot: {
      payload: toStandardJsonSchema(v.object({ at: v.pipe(v.string(), v.isoTimestamp()) })),
      ack: v.string(),
    },
    mini: { payload: mini.object({ a: mini.string() }) },
    価格: { payload: z.enum(['up', 'down']) },
    '{odd} ~/name': { payload: z.record(z.string(), z.number().nullable()) },
    both: { payload: z.string() },
  },
  serverToClient: {
    'message:new': {
      payload: z.object({ text: z.string(), at: z.date() }),
      examples: [{ text: 'hi', at: new Date(0) }],
    },
    'room:ask': { payload: z.string().default('x'), ack: z.boolean() },
    pair: { args: z.tuple([z.string()], z.number()) },
    both: { payload: z.number() },
  },
  errors: { ROOM_FULL: z.object({ limit: z.number() }), GONE: mini.object({}) },
});
const Office = gatewayFor(office, {
  auth: function signedIn() {
    return { user: { id: '1' } };
  },
});

@Office.Gateway()
class OfficeGateway {
  @Office.OnEvent('message:send') send() {
    return { id: '1', at: new Date() } as never;
  }
  @Office.OnEvent('message:old') old() {}
  @Office.OnEvent('ping') ping() {}
  @Office.OnEvent('move') move() {
    return null;
  }
  @Office.OnEvent('tree', { reply: 'raw' }) tree() {
    return [];
  }
  @Office.OnEvent('ark') ark() {
    return [];
  }
  @Office.OnEvent('valibot') valibot() {
    return '';
  }
  @Office.OnEvent('mini') mini() {}
  @Office.OnEvent('価格') price() {}
  @Office.OnEvent('{odd} ~/name') odd() {}
  @Office.OnEvent('both') both() {}
}

@Gateway(/^\/board-\d+$/, { auth: false })
class BoardGateway {
  @OnEvent('sum', { payload: z.array(z.number()), ack: z.number(), reply: 'raw' }) sum() {}
  @OnEvent('any') any() {}
  @OnEvent('*') star() {}
  @OnEvent(/^cursor:/, { args: z.tuple([z.number(), z.number()]), description: 'Where the mouse is.' })
  cursor() {}
  @OnAnyEvent() other() {}
}

const app = (): App => createApp({ gateways: [OfficeGateway, BoardGateway] });
const document = await app().asyncapi(INFO);
const { channels, operations, components } = document;

/** Follows the references of a part of the document, one level deep. */
function at(part: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => resolve((value as Record<string, unknown>)?.[key]),
    resolve(part),
  );
}

function resolve(value: unknown): unknown {
  const { $ref } = (value ?? {}) as { $ref?: string };
  return $ref === undefined ? value : at(document, ...$ref.slice(2).split('/'));
}

describe('app.asyncapi()', () => {
  it.each(exampleNames)('is valid for examples/%s', async (name) => {
    const { app } = (await import(`../../examples/${name}/app.ts`)) as { app: App };
    const found = await app.asyncapi({
      ...INFO,
      servers: { here: { host: 'localhost:3000', protocol: 'ws' } },
    });
    expect(Object.keys(found.operations).length).toBeGreaterThan(0);
    expect(await complaints(found)).toEqual([]);
  });

  it('is valid for every kind of event in every library', async () => {
    expect(await complaints(document)).toEqual([]);
  });

  it('is valid for a large contract, each event with names of its own', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `event:${i}`);
    const payload = z.object({ id: z.string(), tree });
    const events = Object.fromEntries(
      names.map((name) => [name, { payload, ack: z.object({ ok: z.boolean() }) }]),
    );
    const Big = gatewayFor(defineContract('/big', { clientToServer: events, serverToClient: events }));
    class BigGateway {
      handle() {
        return { ok: true };
      }
    }
    for (const name of names) {
      const decorate = Big.OnEvent(name) as MethodDecorator;
      decorate(
        BigGateway.prototype,
        'handle',
        Object.getOwnPropertyDescriptor(BigGateway.prototype, 'handle') as PropertyDescriptor,
      );
    }
    Big.Gateway()(BigGateway);
    const big = await createApp({ gateways: [BigGateway] }).asyncapi(INFO);
    expect(Object.keys(big.operations)).toHaveLength(101);
    expect(await complaints(big)).toEqual([]);
  });

  it('is the same each time, and survives JSON', async () => {
    const again = await app().asyncapi(INFO);
    expect(JSON.stringify(again)).toBe(JSON.stringify(document));
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(JSON.stringify(document)).not.toContain(process.cwd());
  });

  it('says what it is told, and needs a title and a version', async () => {
    expect(document.info).toEqual(INFO);
    const described = await app().asyncapi({ ...INFO, description: 'Words.' });
    expect(described.info).toEqual({ ...INFO, description: 'Words.' });
    await expect(app().asyncapi({ title: '', version: '1' })).rejects.toThrow('asyncapi() needs a title');
    await expect(app().asyncapi({ title: 'x' } as never)).rejects.toThrow('asyncapi() needs a version');
  });

  it('has a channel for each namespace, with parameters and their pattern', () => {
    const value = PARAMETER_VALUE;
    const parameter = { description: `Matches \`${value}\`.`, 'x-pattern': `^${value}$` };
    expect(channels['officeFloorRoom']).toMatchObject({
      address: '/office/{floor}/room/{room}',
      parameters: { floor: parameter, room: parameter },
      'x-socket.io-namespace': '/office/:floor/room/:room',
    });
    expect(channels['board']).toMatchObject({
      address: null,
      description: expect.stringContaining('no contract'),
      'x-socket.io-namespace': String(/^\/board-\d+$/),
    });
  });

  it('has operations with identifiers for names', () => {
    for (const name of Object.keys(operations)) expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
    expect(Object.keys(operations).slice(0, 3)).toEqual([
      'receiveOfficeFloorRoomMessageSend',
      'receiveOfficeFloorRoomMessageOld',
      'receiveOfficeFloorRoomPing',
    ]);
    expect(operations).toHaveProperty('receiveOfficeFloorRoomU4fa1u683c');
    expect(operations).toHaveProperty('sendOfficeFloorRoomBoth');
    expect(operations).toHaveProperty('sendBoardException');
  });

  it('describes an event with its acknowledgement, as they travel', () => {
    const operation = operations['receiveOfficeFloorRoomMessageSend'];
    expect(operation).toMatchObject({
      action: 'receive',
      title: 'message:send',
      description: 'Says something.',
      'x-socket.io-ack': 'asked',
    });
    expect(at(operation, 'messages', '0')).toEqual({
      name: 'message:send',
      description: 'Says something.',
      'x-socket.io-arguments': 'one',
      payload: { $ref: '#/components/schemas/officeFloorRoomMessageSend' },
      examples: [{ payload: { text: 'hi' } }],
    });
    expect(at(operation, 'messages', '0', 'payload')).toMatchObject({
      properties: {
        text: { maxLength: 2000, description: 'what is said' },
        at: { type: 'string', format: 'date-time' },
      },
      required: ['text'],
    });
    const reply = at(operation, 'reply', 'messages', '0');
    expect(reply).toMatchObject({ name: 'message:send (ack)', 'x-socket.io-ack': 'envelope' });
    expect(at(reply, 'payload', 'oneOf', '0', 'properties', 'ok')).toEqual({ const: true });
    expect(at(reply, 'payload', 'oneOf', '0', 'properties', 'data')).toMatchObject({
      properties: { id: { type: 'string' }, at: { type: 'string', format: 'date-time' } },
      required: ['id', 'at'],
    });
    expect(at(reply, 'payload', 'oneOf', '1')).toMatchObject({
      required: ['ok', 'error'],
      properties: { ok: { const: false } },
    });
  });

  it('tells none, one and several arguments, and what nobody has written down', () => {
    const carries = (name: string) => at(operations[name], 'messages', '0', 'x-socket.io-arguments');
    expect(carries('receiveOfficeFloorRoomPing')).toBe('nothing');
    expect(carries('receiveOfficeFloorRoomMessageOld')).toBe('one');
    expect(carries('receiveOfficeFloorRoomMove')).toBe('several');
    expect(carries('sendOfficeFloorRoomPair')).toBe('several');
    expect(carries('receiveBoardAny')).toBe(undefined);
    expect(at(operations['receiveOfficeFloorRoomMove'], 'messages', '0', 'payload')).toMatchObject({
      type: 'array',
      items: [{ type: 'number' }, { type: 'string' }],
    });
  });

  it('has no acknowledgement where the contract has none, and an optional one without a contract', () => {
    expect(operations['receiveOfficeFloorRoomPing']).not.toHaveProperty('reply');
    expect(operations['receiveBoardAny']).toMatchObject({
      'x-socket.io-ack': 'optional',
      reply: expect.anything(),
    });
  });

  it('has bare values in raw replies and in answers of clients', () => {
    const raw = at(operations['receiveBoardSum'], 'reply', 'messages', '0');
    expect(raw).toMatchObject({ 'x-socket.io-ack': 'raw' });
    expect(at(raw, 'payload', 'anyOf', '0')).toEqual({ type: 'number' });
    expect(at(raw, 'payload', 'anyOf', '1')).toMatchObject({ required: ['error'] });
    const client = at(operations['sendOfficeFloorRoomRoomAsk'], 'reply', 'messages', '0');
    expect(client).toMatchObject({ 'x-socket.io-ack': 'bare' });
    expect(at(client, 'payload')).toEqual({ type: 'boolean' });
  });

  it('has what the server sends as it is sent, not as it was parsed', () => {
    const operation = operations['sendOfficeFloorRoomMessageNew'];
    expect(operation).toMatchObject({ action: 'send' });
    expect(at(operation, 'messages', '0')).toMatchObject({
      examples: [{ payload: { text: 'hi', at: '1970-01-01T00:00:00.000Z' } }],
    });
    expect(at(operation, 'messages', '0', 'payload', 'properties', 'at')).toEqual({
      type: 'string',
      format: 'date-time',
    });
    expect(at(operations['receiveOfficeFloorRoomMessageOld'], 'messages', '0', 'deprecated')).toBe(true);
  });

  it('gives recursive schemas names that do not depend on others', () => {
    const { schemas } = components;
    expect(schemas['officeFloorRoomTree']).toMatchObject({
      properties: { children: { items: { $ref: '#/components/schemas/officeFloorRoomTree' } } },
    });
    expect(schemas['officeFloorRoomTreeAck']).toEqual({
      type: 'array',
      items: { $ref: '#/components/schemas/officeFloorRoomTreeAckPart' },
    });
    expect(Object.keys(schemas).filter((name) => name.startsWith('officeFloorRoomArk'))).toEqual([
      'officeFloorRoomArk',
      'officeFloorRoomArkPart',
      'officeFloorRoomArkPart2',
      'officeFloorRoomArkAck',
    ]);
    expect(schemas['officeFloorRoomValibot']).toMatchObject({
      properties: { at: { format: 'date-time' } },
    });
    expect(schemas).not.toHaveProperty('officeFloorRoomMini');
  });

  it('has the codes of the framework, those of the contract, and room for others', () => {
    const errors = at(components.schemas['officeFloorRoomError'], 'oneOf') as readonly unknown[];
    const codes = errors.map((_, i) => at(errors, String(i), 'properties', 'code'));
    expect(codes).toEqual([
      expect.objectContaining({ enum: expect.arrayContaining(['UNAUTHENTICATED', 'INTERNAL']) }),
      { const: 'ROOM_FULL' },
      { const: 'GONE' },
      expect.objectContaining({ not: { enum: expect.arrayContaining(['INTERNAL', 'ROOM_FULL', 'GONE']) } }),
    ]);
    expect(at(errors, '1', 'properties', 'details')).toMatchObject({
      properties: { limit: { type: 'number' } },
    });
    expect(
      at(operations['sendBoardException'], 'messages', '0', 'payload', 'properties', 'error', 'oneOf'),
    ).toHaveLength(2);
  });

  it('says who has to sign in', () => {
    expect(components.securitySchemes).toEqual({
      signedIn: expect.objectContaining({
        type: 'apiKey',
        in: 'user',
        'x-socket.io-credentials': 'handshake.auth',
      }),
    });
    const secured = Object.entries(operations).filter(([, operation]) => 'security' in operation);
    expect(secured.length).toBeGreaterThan(10);
    expect(secured.filter(([name]) => name.includes('Board'))).toEqual([]);
  });

  it('lists RegExps and the catch-all at the channel', () => {
    expect(channels['board']).toMatchObject({
      'x-socket.io-patterns': [
        {
          pattern: '/^cursor:/',
          description: 'Where the mouse is.',
          arguments: 'several',
          payload: { $ref: '#/components/schemas/boardCursor' },
          ack: 'envelope',
        },
      ],
      'x-socket.io-any-event': { ack: 'envelope' },
    });
    expect(channels['officeFloorRoom']).not.toHaveProperty('x-socket.io-any-event');
  });

  it('refuses with the report of all problems', async () => {
    await expect(createApp({ gateways: [] }).asyncapi(INFO)).rejects.toThrow('GW_ERR_BUILD_NO_GATEWAYS');
  });
});

describe('topics in app.asyncapi()', () => {
  const live = defineContract('/live', {
    topics: {
      'prices/:symbol': {
        payload: z.object({ price: z.number(), at: z.date() }),
        description: 'Last trades.',
        examples: [{ price: 5, at: new Date(0) }],
      },
      'cursors/:board/:page': { payload: z.tuple([z.number(), z.number()]), keyed: true },
      価格: { deprecated: true },
    },
  });
  const Live = gatewayFor(live, { auth: () => ({ user: { id: '1' } }) });

  @Live.Gateway()
  class LiveGateway {
    @Live.OnSubscribe('prices/:symbol', { history: 10, deliver: 'latest' }) prices() {}
    @Live.OnSubscribe('cursors/:board/:page', { maxEntries: 5, scope: 'app' }) cursors() {}
    @Live.OnSubscribe('価格') odd() {}
  }

  @Gateway('/plain')
  class PlainGateway {
    @OnSubscribe('prices', { payload: z.number() }) prices() {}
  }

  it('are channels of their own, with parameters and the schema of a value', async () => {
    const { channels, operations, components } = await createApp({
      gateways: [LiveGateway, PlainGateway],
    }).asyncapi(INFO);
    expect(Object.keys(channels)).toEqual([
      'live',
      'livePricesSymbol',
      'liveCursorsBoardPage',
      'liveU4fa1u683c',
      'plain',
      'plainPrices',
    ]);
    expect(channels['livePricesSymbol']).toEqual({
      address: 'prices/{symbol}',
      description: 'Last trades.',
      parameters: { symbol: { description: 'One segment of the name of the topic.' } },
      'x-socket.io-namespace': '/live',
      'x-gatewire-topic': {
        name: 'prices/:symbol',
        keyed: false,
        history: 10,
        ttlMs: 86_400_000,
        deliver: 'latest',
        scope: 'namespace',
      },
      messages: { value: { $ref: '#/components/messages/livePricesSymbolValue' } },
    });
    expect(channels['liveCursorsBoardPage']).toMatchObject({
      address: 'cursors/{board}/{page}',
      'x-gatewire-topic': { keyed: true, maxEntries: 5, scope: 'app' },
    });
    expect(operations['sendLivePricesSymbol']).toEqual({
      action: 'send',
      channel: { $ref: '#/channels/livePricesSymbol' },
      title: 'prices/:symbol',
      description: 'Last trades.',
      security: [{ $ref: '#/components/securitySchemes/auth' }],
      messages: [{ $ref: '#/channels/livePricesSymbol/messages/value' }],
    });
    expect(components.messages['livePricesSymbolValue']).toMatchObject({
      name: 'prices/:symbol',
      payload: { $ref: '#/components/schemas/livePricesSymbol' },
      examples: [{ payload: { price: 5, at: '1970-01-01T00:00:00.000Z' } }],
    });
    expect(components.schemas['livePricesSymbol']).toMatchObject({ required: ['price', 'at'] });
    expect(components.messages['liveU4fa1u683cValue']).toMatchObject({ deprecated: true });
  });

  it('leave the document valid', async () => {
    const found = await createApp({ gateways: [LiveGateway, PlainGateway] }).asyncapi(INFO);
    expect(await complaints(found)).toEqual([]);
  });
});
