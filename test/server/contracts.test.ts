import { expect, it } from '@jest/globals';
import { type } from 'arktype';
import * as v from 'valibot';
import * as z from 'zod';
import * as mini from 'zod/mini';
import {
  type ContextOf,
  defineContract,
  Emitter,
  GatewireError,
  gatewayFor,
  inject,
  OnEvent,
  type PayloadsOf,
  type Schema,
} from '../../src/index.js';
import { createTestApp, describeMatrix } from '../../src/testing/index.js';
import { WAIT_MS } from '../support/within.js';

/** Texts of at least one letter, as four libraries say it. */
const LIBRARIES = {
  zod: { payload: z.object({ text: z.string().min(1) }), ack: z.object({ id: z.string() }) },
  'zod/mini': {
    payload: mini.object({ text: mini.string().check(mini.minLength(1)) }),
    ack: mini.object({ id: mini.string() }),
  },
  valibot: {
    payload: v.object({ text: v.pipe(v.string(), v.minLength(1)) }),
    ack: v.object({ id: v.string() }),
  },
  arktype: { payload: type({ text: 'string > 0' }), ack: type({ id: 'string' }) },
} satisfies Record<string, { payload: Schema; ack: Schema }>;

const when = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

const schema = (validate: (value: unknown) => unknown): Schema =>
  ({ '~standard': { version: 1, vendor: 'test', validate } }) as Schema;

const office = defineContract('/office/:floor', {
  clientToServer: {
    'message:send': { payload: z.object({ text: z.string() }), ack: z.object({ id: z.string() }) },
    'meeting:plan': { payload: z.object({ at: when }), ack: z.object({ weekday: z.number() }) },
    move: { args: z.tuple([z.number(), z.string()]), ack: z.string() },
    ping: {},
    'wrong:answer': { ack: z.string() },
    'wrong:emit': { payload: z.enum(['emit', 'room', 'emitter', 'args', 'slow']) },
    'ask:me': { payload: z.string(), ack: z.unknown() },
    'sell:out': {},
    picture: { payload: z.instanceof(Uint8Array), ack: z.instanceof(Uint8Array) },
    'schema:throws': {
      payload: schema(() => {
        throw new Error('secret');
      }),
    },
    'schema:rejects': { payload: schema(() => Promise.reject(new Error('secret'))) },
    'schema:slow': { payload: z.string().refine(async (text) => text !== 'no'), ack: z.string() },
  },
  serverToClient: {
    'message:new': { payload: z.object({ text: z.string() }) },
    moved: { args: z.tuple([z.number(), z.string()]) },
    question: { payload: z.string(), ack: z.coerce.number<string>() },
    pair: { args: z.tuple([z.number(), z.number()]), ack: z.number() },
    slow: { payload: z.string().refine(async () => true) },
  },
  errors: { SOLD_OUT: z.object({ left: z.number() }) },
});
const Office = gatewayFor(office, { data: () => ({ moves: 0 }) });
type Context = ContextOf<typeof Office>;
type Payload = PayloadsOf<typeof office>;

class Announcer {
  constructor(@inject(Emitter) private readonly emitter: Emitter) {}
  announce(floor: string, text: unknown) {
    this.emitter.namespace(office, { floor }).emit('message:new', { text: text as string });
  }
}

@Office.Gateway()
class Talk {
  @Office.OnEvent('message:send') send({ text }: Payload['message:send'], ctx: Context) {
    ctx.namespace.emit('message:new', { text });
    return { id: 'a', secret: 'not in the contract' };
  }
  @Office.OnEvent('meeting:plan') plan({ at }: Payload['meeting:plan']) {
    return { weekday: at.getUTCDay() };
  }
  @Office.OnEvent('ping') ping() {}
  @Office.OnEvent('wrong:answer') wrong() {
    return 5 as unknown as string;
  }
  @Office.OnEvent('picture') picture(bytes: Payload['picture']) {
    return bytes.map((byte) => 255 - byte) as Uint8Array<ArrayBuffer>;
  }
  @Office.OnEvent('sell:out') sellOut(): void {
    throw Office.error('SOLD_OUT', { left: 0 }, { message: 'no seats' });
  }
  @OnEvent('without') without(payload: unknown) {
    return payload;
  }
}

@Office.Gateway()
class Rest {
  constructor(@inject(Announcer) private readonly announcer: Announcer) {}
  @Office.OnEvent('move') move([x, place]: Payload['move'], ctx: Context) {
    ctx.data.moves += x;
    ctx.emit('moved', ctx.data.moves, place);
    return place;
  }
  @Office.OnEvent('wrong:emit') wrongEmit(how: Payload['wrong:emit'], ctx: Context) {
    const wrong = 5 as unknown as string;
    if (how === 'emit') ctx.emit('message:new', { text: wrong });
    if (how === 'room') ctx.namespace.to('a').emit('message:new', { text: wrong });
    if (how === 'emitter') this.announcer.announce('1', wrong);
    if (how === 'args') ctx.emit('moved', 1, 2 as unknown as string);
    if (how === 'slow') ctx.emit('slow', 'text');
  }
  @Office.OnEvent('ask:me') async ask(question: Payload['ask:me'], ctx: Context) {
    const me = ctx.namespace.socket(ctx.socket.id);
    if (question === 'pair') return me.call('pair', [1, 2]);
    if (question === 'all') return ctx.namespace.callAll('question', 'how many?');
    return me.call('question', question);
  }
  @Office.OnEvent('schema:throws') throws() {}
  @Office.OnEvent('schema:rejects') rejects() {}
  @Office.OnEvent('schema:slow') slow(text: Payload['schema:slow']) {
    return text;
  }
}

const GATEWAYS = [Talk, Rest];

describeMatrix('a contract', (cell) => {
  it('parses payloads and acknowledgements, one argument or several', async () => {
    await using test = await createTestApp(GATEWAYS, cell);
    const client = await test.client.connect('/office/1');
    expect(await client.call('message:send', { text: 'hi', more: 1 })).toEqual({ id: 'a' });
    expect(await client.next('message:new')).toEqual({ text: 'hi' });
    expect(await client.call('meeting:plan', { at: '2026-01-01T00:00:00Z' })).toEqual({ weekday: 4 });
    expect(await client.socket.timeout(WAIT_MS).emitWithAck('move', 3, 'desk')).toEqual({
      ok: true,
      data: 'desk',
    });
    expect(await client.call('ping')).toBeUndefined();
    expect(await client.call('without', [1])).toEqual([1]);
  });

  it('carries binary data in both directions', async () => {
    await using test = await createTestApp(GATEWAYS, cell);
    const client = await test.client.connect(office, { params: { floor: '1' } });
    const answer = await client.call('picture', new Uint8Array([1, 2, 255]));
    expect([...answer]).toEqual([254, 253, 0]);
    await expect(client.call('picture', 'text' as never)).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
  });

  it('refuses what does not fit, with paths and without values', async () => {
    await using test = await createTestApp(GATEWAYS, cell);
    const client = await test.client.connect('/office/1');
    await expect(client.call('message:send', { text: 12345 })).rejects.toMatchObject({
      code: 'INVALID_PAYLOAD',
      details: [{ path: ['text'], message: expect.not.stringContaining('12345') }],
    });
    await expect(client.call('meeting:plan', { at: 'tomorrow' })).rejects.toMatchObject({
      details: [{ path: ['at'] }],
    });
    await expect(client.call('move', 'far')).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
  });

  it('keeps a wrong answer of the server inside, and says more in the log', async () => {
    await using test = await createTestApp(GATEWAYS, cell);
    const client = await test.client.connect('/office/1');
    await expect(client.call('wrong:answer')).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'internal error',
      details: undefined,
    });
    const [error] = test.takeErrors();
    expect(String(error)).toMatch(/the answer does not fit its schema/);
  });

  it('throws where the server sends what the contract does not know, and changes nothing that it sends', async () => {
    await using test = await createTestApp(GATEWAYS, cell);
    const client = await test.client.connect('/office/1');
    for (const how of ['emit', 'room', 'emitter', 'args', 'slow']) {
      await expect(client.call('wrong:emit', how)).rejects.toMatchObject({ code: 'INTERNAL' });
      const [error] = test.takeErrors();
      expect(String(error)).toMatch(/the emit of `.*` does not fit its contract/);
    }
    await client.expectNone('message:new');
  });

  it('leaves emits alone where that is wanted, as in production', async () => {
    await using test = await createTestApp(GATEWAYS, { ...cell, validateEmits: false });
    const client = await test.client.connect('/office/1');
    await client.call('wrong:emit', 'emit');
    expect(await client.next('message:new')).toEqual({ text: 5 });
  });

  it('parses what clients answer, and takes no wrong answer', async () => {
    await using test = await createTestApp(GATEWAYS, cell);
    const client = await test.client.connect('/office/1');
    client.socket.on('question', (question, ack) => ack(question === 'wrong' ? 'many' : '42'));
    client.socket.on('pair', (a, b, ack) => ack(a + b));
    expect(await client.call('ask:me', 'how many?')).toBe(42);
    expect(await client.call('ask:me', 'pair')).toBe(3);
    expect(await client.call('ask:me', 'all')).toEqual({ answers: [42], missing: [] });
    await expect(client.call('ask:me', 'wrong')).rejects.toMatchObject({
      code: 'INVALID_PAYLOAD',
      message: 'the answer of the client is not valid',
    });
  });

  it("carries the contract's own errors with their details", async () => {
    await using test = await createTestApp(GATEWAYS, cell);
    const client = await test.client.connect('/office/1');
    const error = await client.call('sell:out').catch((caught: unknown) => caught);
    expect(GatewireError.is(error, 'SOLD_OUT')).toBe(true);
    expect(error).toMatchObject({ message: 'no seats', details: { left: 0 } });
  });

  it('answers also when a schema throws, rejects, or takes its time', async () => {
    await using test = await createTestApp(GATEWAYS, cell);
    const client = await test.client.connect('/office/1');
    for (const event of ['schema:throws', 'schema:rejects']) {
      await expect(client.call(event, 1)).rejects.toMatchObject({
        code: 'INTERNAL',
        message: 'internal error',
      });
      expect(test.takeErrors()).toHaveLength(1);
    }
    expect(await client.call('schema:slow', 'yes')).toBe('yes');
    await expect(client.call('schema:slow', 'no')).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
  });

  it.each(Object.entries(LIBRARIES))('speaks %s', async (name, { payload, ack }) => {
    const contract = defineContract('/library', {
      clientToServer: {
        say: { payload: payload as Schema<{ text: string }>, ack: ack as Schema<{ id: string }> },
      },
    });
    const Library = gatewayFor(contract);
    @Library.Gateway()
    class LibraryGateway {
      @Library.OnEvent('say') say({ text }: PayloadsOf<typeof contract>['say']) {
        return { id: text };
      }
    }
    await using test = await createTestApp(LibraryGateway, cell);
    const client = await test.client.connect('/library');
    expect(await client.call('say', { text: name })).toEqual({ id: name });
    for (const wrong of [{ text: '' }, { text: 1 }, {}, null, 'text']) {
      await expect(client.call('say', wrong)).rejects.toMatchObject({
        code: 'INVALID_PAYLOAD',
        details: [{ path: expect.any(Array), message: expect.any(String) }],
      });
    }
  });
});
