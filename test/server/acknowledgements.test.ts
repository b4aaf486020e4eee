import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  Ack,
  type AckFunction,
  Args,
  type EventContext,
  Gateway,
  GatewireError,
  Guard,
  OnAnyEvent,
  OnEvent,
  Payload,
  Use,
} from '../../src/index.js';
import { createTestApp, describeMatrix } from '../../src/testing/index.js';

const circular: Record<string, unknown> = {};
circular['self'] = circular;

const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
};

/** Reasons with which the signals of calls that ran out of time were aborted. */
const aborts: unknown[] = [];

@Gateway('/acks')
class AckGateway {
  @OnEvent('value') value() {
    return { n: 1 };
  }
  @OnEvent('async-value') async asyncValue() {
    await delay(1);
    return 'later';
  }
  @OnEvent('nothing') nothing() {}
  @OnEvent('null') null() {
    return null;
  }
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
  @OnEvent('throw') throw() {
    throw new Error('secret path /etc/passwd');
  }
  @OnEvent('reject') async reject() {
    await delay(1);
    throw new Error('secret');
  }
  @OnEvent('refuse') refuse() {
    throw new GatewireError('SOLD_OUT', { message: 'no seats', details: { next: 1 }, retryAfterMs: 5 });
  }
  @OnEvent('guarded') @Guard(() => false) guarded() {
    return 'never';
  }
  @OnEvent('guarded-later') @Guard(async () => delay(1, false)) guardedLater() {
    return 'never';
  }
  @OnEvent('valid', { payload: z.object({ user: z.object({ name: z.string() }) }) }) valid(payload: {
    user: { name: string };
  }) {
    return payload.user.name;
  }
  @OnEvent('bad-answer', { ack: z.object({ id: z.string() }) }) badAnswer() {
    return { id: 5 };
  }
  @OnEvent('good-answer', { ack: z.object({ id: z.string().toUpperCase() }) }) goodAnswer() {
    return { id: 'a', extra: true };
  }
  @OnEvent('bigint') bigint() {
    return 10n;
  }
  @OnEvent('circular') circular() {
    return circular;
  }
  @OnEvent('deep') deep() {
    return deep(200_000);
  }
  @OnEvent('bad-details') badDetails() {
    throw new GatewireError('CONFLICT', { details: { n: 1n } });
  }
  @OnEvent('hang', { timeoutMs: 20 }) async hang(_payload: unknown, ctx: EventContext) {
    return new Promise((_, reject) => {
      ctx.signal.addEventListener('abort', () => {
        aborts.push(ctx.signal.reason);
        reject(ctx.signal.reason);
      });
    });
  }
  @OnEvent('by-hand') byHand(@Ack() ack: AckFunction) {
    setTimeout(() => {
      ack('first');
      ack('second');
    }, 1);
    return 'ignored';
  }
  @OnEvent('by-hand-error') byHandError(@Ack() ack: AckFunction) {
    ack(new GatewireError('CONFLICT'));
  }
  @OnEvent('by-hand-never', { timeoutMs: 20 }) byHandNever(@Ack() _ack: AckFunction) {}
  @OnEvent('by-hand-throw') byHandThrow(@Ack() _ack: AckFunction) {
    throw new GatewireError('FORBIDDEN');
  }
  @OnEvent('by-hand-schema', { ack: z.object({ id: z.string().toUpperCase() }) }) byHandSchema(
    @Payload() id: unknown,
    @Ack() ack: AckFunction,
  ) {
    ack({ id });
  }
  @Use({ event: () => 'cached' }) @OnEvent('by-hand-cached') byHandCached(@Ack() _ack: AckFunction) {
    throw new Error('never runs');
  }
  @OnEvent('several', { args: z.tuple([z.number(), z.number()]) }) several([a, b]: [number, number]) {
    return a + b;
  }
  @OnEvent('args') args(@Args() args: unknown[]) {
    return args;
  }
}

@Gateway('/raw', { reply: 'raw' })
class RawGateway {
  @OnEvent('value') value(payload: unknown) {
    return payload;
  }
  @OnEvent('nothing') nothing() {}
  @OnEvent('throw') throw() {
    throw new GatewireError('CONFLICT');
  }
  @OnEvent('several') several(@Ack() ack: AckFunction) {
    ack(1, 'two', [3]);
  }
  @OnEvent('envelope', { reply: 'envelope' }) envelope() {
    return 1;
  }
}

@Gateway('/any')
class AnyGateway {
  @OnEvent(['a', 'b']) @OnEvent('c') letters(_payload: unknown, ctx: EventContext) {
    return ctx.event;
  }
  @OnEvent(/^job:/) job(_payload: unknown, ctx: EventContext) {
    return `job ${ctx.event}`;
  }
  @OnEvent('job:exact') exact() {
    return 'exact';
  }
  @OnAnyEvent() any(payload: unknown, ctx: EventContext) {
    return { event: ctx.event, payload };
  }
}

describeMatrix('an acknowledgement', (cell) => {
  const start = () => createTestApp([AckGateway, RawGateway, AnyGateway], cell);

  it('carries what the handler returned, in an envelope', async () => {
    await using test = await start();
    const client = await test.client.connect('/acks');
    expect(await client.ack('value')).toEqual([{ ok: true, data: { n: 1 } }]);
    expect(await client.ack('async-value')).toEqual([{ ok: true, data: 'later' }]);
    expect(await client.ack('nothing')).toEqual([{ ok: true }]);
    expect(await client.ack('null')).toEqual([{ ok: true, data: null }]);
    expect(await client.ack('echo', Buffer.from('hi'))).toEqual([{ ok: true, data: Buffer.from('hi') }]);
  });

  it('carries a code, a text and an id when the handler throws, and nothing of the error', async () => {
    await using test = await start();
    const client = await test.client.connect('/acks');
    for (const event of ['throw', 'reject', 'bigint', 'circular', 'deep', 'bad-answer', 'bad-details']) {
      const [reply] = await client.ack(event);
      expect(reply).toEqual({
        ok: false,
        error: { code: 'INTERNAL', message: 'internal error', id: expect.any(String) },
      });
    }
    expect(test.takeErrors()).toHaveLength(7);
  });

  it('carries the code, text and details of a GatewireError', async () => {
    await using test = await start();
    const client = await test.client.connect('/acks');
    const error = { code: 'SOLD_OUT', message: 'no seats', details: { next: 1 }, retryAfterMs: 5 };
    expect(await client.ack('refuse')).toEqual([{ ok: false, error: { ...error, id: expect.any(String) } }]);
    await expect(client.call('guarded')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(client.call('guarded-later')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('names what is wrong with a payload, and never the payload', async () => {
    await using test = await start();
    const client = await test.client.connect('/acks');
    expect(await client.call('valid', { user: { name: 'ann' } })).toBe('ann');
    const refused = client.call('valid', { user: { name: 'SECRET'.split('') } });
    await expect(refused).rejects.toMatchObject({
      code: 'INVALID_PAYLOAD',
      details: [{ path: ['user', 'name'], message: expect.any(String) }],
    });
    await expect(refused).rejects.not.toMatchObject({
      details: [{ message: expect.stringContaining('SECRET') }],
    });
    await expect(client.call('valid')).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    expect(await client.call('good-answer')).toEqual({ id: 'A' });
  });

  it('says TIMEOUT at the time limit, and aborts the signal', async () => {
    await using test = await start();
    const client = await test.client.connect('/acks');
    aborts.length = 0;
    await expect(client.call('hang')).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(aborts).toMatchObject([{ code: 'TIMEOUT' }]);
    await expect(client.call('by-hand-never')).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('is given by hand once', async () => {
    await using test = await start();
    const client = await test.client.connect('/acks');
    expect(await client.call('by-hand')).toBe('first');
    await expect(client.call('by-hand-error')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(client.call('by-hand-throw')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await client.call('by-hand-schema', 'a')).toEqual({ id: 'A' });
    await expect(client.call('by-hand-schema', 5)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(test.takeErrors()).toHaveLength(1);
    expect(await client.call('by-hand-cached')).toBe('cached');
    client.emit('by-hand-error');
    expect(await client.next('exception')).toMatchObject({
      event: 'by-hand-error',
      error: { code: 'CONFLICT' },
    });
    await client.flush();
  });

  it('takes several arguments in and out', async () => {
    await using test = await start();
    const client = await test.client.connect('/acks');
    expect(await client.call('several', 1, 2)).toBe(3);
    await expect(client.call('several', 1)).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    expect(await client.call('args', 1, 'b', null)).toEqual([1, 'b', null]);
    const raw = await test.client.connect('/raw');
    expect(await raw.ack('several')).toEqual([1, 'two', [3]]);
  });

  it('is the bare value with `reply: raw`', async () => {
    await using test = await start();
    const raw = await test.client.connect('/raw');
    expect(await raw.ack('value', { a: 1 })).toEqual([{ a: 1 }]);
    expect(await raw.ack('nothing')).toEqual([]);
    expect(await raw.ack('throw')).toEqual([
      { error: { code: 'CONFLICT', message: expect.any(String), id: expect.any(String) } },
    ]);
    expect(await raw.ack('unknown')).toEqual([{ error: expect.objectContaining({ code: 'UNKNOWN_EVENT' }) }]);
    expect(await raw.ack('envelope')).toEqual([{ ok: true, data: 1 }]);
  });

  it('says UNKNOWN_EVENT where nothing handles the event, also for names of Object', async () => {
    await using test = await start();
    const client = await test.client.connect('/acks');
    for (const event of ['nope', '__proto__', 'constructor', 'toString', 'error', 'exception', 'gw:x', '']) {
      await expect(client.call(event)).rejects.toMatchObject({ code: 'UNKNOWN_EVENT' });
    }
    const any = await test.client.connect('/any');
    for (const event of ['error', 'exception', 'gw:x', '']) {
      await expect(any.call(event)).rejects.toMatchObject({ code: 'UNKNOWN_EVENT' });
    }
  });

  it('comes from the handler of the name, then of a RegExp, then of the rest', async () => {
    await using test = await start();
    const any = await test.client.connect('/any');
    expect(await Promise.all(['a', 'b', 'c'].map((event) => any.call(event)))).toEqual(['a', 'b', 'c']);
    expect(await any.call('job:x')).toBe('job job:x');
    expect(await any.call('job:exact')).toBe('exact');
    expect(await any.call('__proto__', 1)).toEqual({ event: '__proto__', payload: 1 });
  });

  it('is replaced by `exception` when none was asked for, once per event and second', async () => {
    await using test = await start();
    const client = await test.client.connect('/acks');
    for (let i = 0; i < 5; i++) client.emit('refuse', { secret: 1 });
    client.emit('nope');
    expect(await client.next('exception')).toEqual({
      event: 'refuse',
      error: {
        code: 'SOLD_OUT',
        message: 'no seats',
        details: { next: 1 },
        retryAfterMs: 5,
        id: expect.any(String),
      },
    });
    expect(await client.next('exception')).toMatchObject({ event: 'nope', error: { code: 'UNKNOWN_EVENT' } });
    for (let i = 0; i < 20; i++) client.emit(`nope-${i}`);
    await client.flush();
    const rest = [];
    for (let i = 0; i < 8; i++) rest.push(await client.next('exception'));
    expect(rest).toHaveLength(8);
    await client.expectNone('exception');
  });
});
