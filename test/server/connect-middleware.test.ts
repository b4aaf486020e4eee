import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { callStartChannel } from '../../src/base/channels.js';
import {
  type ConnectContext,
  type EventContext,
  Gateway,
  GatewireError,
  type Middleware,
  OnAnyEvent,
  OnConnect,
  OnDisconnect,
  OnDisconnecting,
  OnEvent,
} from '../../src/index.js';
import { createTestApp, describeMatrix } from '../../src/testing/index.js';
import { deferred } from '../support/deferred.js';
import { until } from '../support/until.js';

@Gateway('/')
class Home {
  @OnEvent('hang', { timeoutMs: 1 }) hang() {
    return new Promise(() => {});
  }
}

const codeOf = (error: unknown): string => (error as GatewireError).code;

/** Middleware that notes what it is told: by `next()`, by a signal it asked for early, and by one it asks for late. */
function listening(told: string[], isAsked: () => void = () => {}): Middleware {
  return {
    async connect(ctx, next) {
      ctx.signal.addEventListener('abort', () => told.push(`signal ${codeOf(ctx.signal.reason)}`));
      isAsked();
      await next().then(
        () => told.push('let in'),
        (error: unknown) => told.push(`next ${codeOf(error)}`),
      );
    },
  };
}

describeMatrix('connect middleware', (cell) => {
  it.each(['inside of `next`', 'ahead of `next`'])('is told that its client left, %s', async (place) => {
    const told: string[] = [];
    const asked = deferred();
    const answered = deferred();
    const slow: Middleware = {
      async connect(ctx, next) {
        asked.resolve();
        await answered.promise;
        await next().catch((error: unknown) => told.push(`late next ${codeOf(error)}`));
        told.push(`late signal ${codeOf(ctx.signal.reason)}`);
      },
    };
    const isInside = place === 'inside of `next`';
    const use = isInside ? [listening(told), slow] : [slow, listening(told)];
    await using test = await createTestApp(Home, { ...cell, use });
    void test.client.connect().catch(() => {});
    await asked.promise;
    for (const connection of Object.values(test.app.io.engine['clients'] as object)) connection.close();
    if (isInside) await until('the signal', () => told.length >= 2);
    else await until('the end of the connection', () => test.app.io.engine.clientsCount === 0);
    answered.resolve();
    await until('the end of the middleware', () => told.some((line) => line.startsWith('late signal')));
    const late = ['late next UNAVAILABLE', 'late signal UNAVAILABLE'];
    expect(told.sort()).toEqual(isInside ? [...late, 'next UNAVAILABLE', 'signal UNAVAILABLE'] : late);
  });

  it('is told that its time is up', async () => {
    const told: string[] = [];
    const hanging: Middleware = { connect: () => new Promise(() => {}) };
    const options = { ...cell, use: [listening(told), hanging], limits: { authTimeoutMs: 50 } };
    await using test = await createTestApp(Home, options);
    await expect(test.client.connect()).rejects.toMatchObject({ code: 'TIMEOUT' });
    await until('both', () => told.length === 2);
    expect(told.sort()).toEqual(['next TIMEOUT', 'signal TIMEOUT']);
  });

  it('is told that the client was refused', async () => {
    const told: string[] = [];
    const refusing: Middleware = {
      connect: () => {
        throw new GatewireError('CONFLICT');
      },
    };
    const swallows: Middleware = { connect: (ctx, next) => void listening(told).connect?.(ctx, next) };
    await using test = await createTestApp(Home, { ...cell, use: [swallows, refusing] });
    await expect(test.client.connect()).rejects.toMatchObject({ code: 'CONFLICT' });
    await until('both', () => told.length === 2);
    expect(told.sort()).toEqual(['next CONFLICT', 'signal CONFLICT']);
  });

  it('is not begun for a client that left while auth was asked', async () => {
    const told: string[] = [];
    const asked = deferred();
    const answered = deferred();
    const auth = async () => {
      asked.resolve();
      await answered.promise;
      told.push('auth');
      return { user: { id: 'ann' } };
    };
    const use = [
      { connect: (_ctx, next) => next().then(() => told.push('middleware')) } satisfies Middleware,
    ];
    await using test = await createTestApp(Home, { ...cell, auth, use });
    void test.client.connect().catch(() => {});
    await asked.promise;
    for (const connection of Object.values(test.app.io.engine['clients'] as object)) connection.close();
    await until('the end of the connection', () => test.app.io.engine.clientsCount === 0);
    answered.resolve();
    await until('auth', () => told.length > 0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(['auth']);
  });
});

describe('a signal that is asked for after the time of its call', () => {
  it('is aborted', async () => {
    const late = deferred<unknown>();
    const asked = deferred();
    const use: Middleware[] = [
      {
        async event(ctx, next) {
          void next();
          await asked.promise;
          late.resolve(ctx.signal.reason);
        },
      },
    ];
    await using test = await createTestApp(Home, { use, limits: { closeTimeoutMs: 50 } });
    const client = await test.client.connect();
    await expect(client.call('hang')).rejects.toMatchObject({ code: 'TIMEOUT' });
    asked.resolve();
    expect(await late.promise).toMatchObject({ code: 'TIMEOUT' });
  });
});

const request = new AsyncLocalStorage<string>();
const call = new AsyncLocalStorage<string>();
const opening: Middleware = {
  async connect(ctx, next) {
    await new Promise((resolve) => setImmediate(resolve));
    await request.run(`request of ${String(ctx.handshake.auth['name'])}`, next);
  },
};

describeMatrix('an AsyncLocalStorage that connect middleware opens', (cell) => {
  it('is there in hooks and events, for each client its own, and the stores of a call inside of it', async () => {
    const seen: string[] = [];
    const note = (where: string) => seen.push(`${where}: ${request.getStore()}`);
    @Gateway('/')
    class Noting {
      @OnConnect() async enter(ctx: ConnectContext) {
        note('connect');
        await new Promise((resolve) => setImmediate(resolve));
        note('connect, later');
        ctx.socket.onAny(() => note('raw'));
      }
      @OnEvent('where') async where() {
        await new Promise((resolve) => setImmediate(resolve));
        note(`event (${call.getStore()})`);
      }
      @OnAnyEvent() any() {
        note('any');
      }
      @OnDisconnecting() leaving() {
        note('disconnecting');
      }
      @OnDisconnect() left(_ctx: EventContext) {
        note('disconnect');
      }
    }
    await using test = await createTestApp(Noting, { ...cell, use: [opening] });
    callStartChannel.bindStore(call, (message) => (message as { event: string }).event);
    try {
      for (const name of ['ann', 'bob']) {
        seen.length = 0;
        const client = await test.client.connect('/', { auth: { name } });
        await client.call('where');
        await client.call('other');
        await client.close();
        await until('the last hook', () => seen.some((line) => line.startsWith('disconnect:')));
        expect(seen).toEqual(
          [
            'connect',
            'connect, later',
            'raw',
            'event (where)',
            'raw',
            'any',
            'disconnecting',
            'disconnect',
          ].map((where) => `${where}: request of ${name}`),
        );
      }
    } finally {
      callStartChannel.unbindStore(call);
    }
  });
});
