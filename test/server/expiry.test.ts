import { afterEach, expect, it, jest } from '@jest/globals';
import {
  type AnyContract,
  type EventContext,
  Gateway,
  GatewireError,
  type Handshake,
  type Middleware,
  OnConnect,
  OnDisconnect,
  OnEvent,
  Use,
  type User,
} from '../../src/index.js';
import { createTestApp, describeMatrix, type TestClient } from '../../src/testing/index.js';
import { deferred } from '../support/deferred.js';
import { until } from '../support/until.js';

interface Member extends User {
  readonly version: unknown;
}

const DAY_MS = 86_400_000;
let signals: string[] = [];
let gate = deferred();

/** Takes a token at its word: who, until when. */
async function auth({ auth: { id, expiresIn, endsAt, version, at } }: Pick<Handshake, 'auth'>) {
  if (id === 'nobody') throw new GatewireError('UNAUTHENTICATED', { message: 'nobody' });
  if (version === 'slow') await gate.promise;
  const end = expiresIn === undefined ? endsAt : Date.now() + Number(expiresIn);
  const expiresAt = at ?? (end === undefined ? undefined : new Date(Number(end)));
  return { user: { id: String(id), version }, expiresAt: expiresAt as Date };
}

@Gateway('/', { auth, reply: 'raw' })
class Expiring {
  @OnEvent('who') who(_: unknown, ctx: EventContext<AnyContract, Member>) {
    return ctx.user;
  }
  @OnEvent('wait') wait(_: unknown, ctx: EventContext) {
    return new Promise((_resolve, reject) => {
      ctx.signal.addEventListener('abort', () => {
        signals.push(String((ctx.signal.reason as Error).message));
        reject(ctx.signal.reason);
      });
    });
  }
  @OnDisconnect() gone(_ctx: EventContext, reason: string) {
    signals.push(reason);
  }
}

afterEach(() => {
  jest.restoreAllMocks();
});

/** Sets the clock of the machine back by an hour, until the test is over. */
function setClockBack(): void {
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000);
}

describeMatrix('an identity that ends', (cell) => {
  const start = async () => {
    signals = [];
    gate = deferred();
    const test = await createTestApp(Expiring, cell);
    const connect = (given: object): Promise<TestClient> => test.client.connect('/', { auth: given });
    return { test, connect };
  };
  const ack = async (client: TestClient, event: string, ...args: readonly unknown[]) =>
    (await client.ack(event, ...args))[0];

  it('sends its client away when it ends, after telling why', async () => {
    const { test, connect } = await start();
    await using _ = test;
    const endsAt = Date.now() + 2_000;
    const client = await connect({ id: 'ann', expiresIn: 2_000 });
    client.emit('wait');
    const gone = client.disconnected();
    expect(await ack(client, 'who')).toMatchObject({ id: 'ann' });
    expect(await gone).toBe('io server disconnect');
    expect(Date.now()).toBeGreaterThanOrEqual(endsAt);
    expect(await client.next('exception')).toEqual({
      event: 'connect',
      error: {
        code: 'UNAUTHENTICATED',
        message: 'the authentication has expired',
        id: expect.any(String),
      },
    });
    expect(signals).toEqual(['the client left: server namespace disconnect', 'server namespace disconnect']);
  });

  it('is refused when it has ended already, or when its end is no time', async () => {
    const { test, connect } = await start();
    await using _ = test;
    await expect(connect({ id: 'ann', expiresIn: -1 })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'the authentication has expired',
    });
    for (const at of ['tomorrow', 5]) {
      await expect(connect({ id: 'ann', at })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  it('may be far away: 40 days are not over at once', async () => {
    const { test, connect } = await start();
    await using _ = test;
    const client = await connect({ id: 'ann', expiresIn: 40 * DAY_MS });
    await client.flush();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await ack(client, 'who')).toMatchObject({ id: 'ann' });
    await client.expectNone('exception');
  });

  it('is watched by one timer for all, until the last of these clients has left', async () => {
    const [set, clear] = [jest.spyOn(globalThis, 'setInterval'), jest.spyOn(globalThis, 'clearInterval')];
    const timers = () => set.mock.results.filter((_, i) => set.mock.calls[i]?.[1] === 500);
    const { test, connect } = await start();
    await using _test = test;
    const [ann, bob] = [await connect({ id: 'ann', expiresIn: DAY_MS }), await connect({ id: 'bob' })];
    const eve = await connect({ id: 'eve', expiresIn: DAY_MS });
    expect(timers()).toHaveLength(1);
    const timer = timers()[0]?.value as NodeJS.Timeout;
    for (const client of [ann, bob]) await client.close();
    await until('two to have left', () => signals.length === 2);
    expect(clear).not.toHaveBeenCalledWith(timer);
    await eve.close();
    await until('the last one to have left', () => signals.length === 3);
    expect(clear).toHaveBeenCalledWith(timer);
  });

  it('is asked for anew ahead of its end, and can be renewed without a new connection', async () => {
    const { test, connect } = await start();
    await using _ = test;
    const client = await connect({ id: 'ann', expiresIn: 4_000, version: 1 });
    const other = await connect({ id: 'bob', expiresIn: 4_000 });
    await client.nextArgs('gw:auth'); // at three quarters of its life
    const renewed = await ack(client, 'gw:auth', { id: 'ann', expiresIn: DAY_MS, version: 2 });
    expect(renewed).toEqual({ ok: true, data: { expiresAt: expect.any(Number) } });
    await other.disconnected(); // by then the first one would have ended, too
    expect(await ack(client, 'who')).toEqual({ id: 'ann', version: 2 });
    await client.expectNone('exception');
  });

  it('stays in force when a renewal fails', async () => {
    const { test, connect } = await start();
    await using _ = test;
    const client = await connect({ id: 'ann', version: 1 });
    const failure = (code: string) => ({ ok: false, error: expect.objectContaining({ code }) });
    expect(await ack(client, 'gw:auth', { id: 'nobody' })).toEqual(failure('UNAUTHENTICATED'));
    expect(await ack(client, 'gw:auth', { id: 'bob' })).toEqual(failure('FORBIDDEN'));
    expect(await ack(client, 'gw:auth', { id: 'ann', expiresIn: -5 })).toEqual(failure('UNAUTHENTICATED'));
    for (const wrong of [null, 'token', [], 5])
      expect(await ack(client, 'gw:auth', wrong)).toEqual(failure('INVALID_PAYLOAD'));
    expect(await ack(client, 'who')).toEqual({ id: 'ann', version: 1 });
    const slow = ack(client, 'gw:auth', { id: 'ann', version: 'slow' });
    expect(await ack(client, 'gw:auth', { id: 'ann', version: 2 })).toEqual(failure('CONFLICT'));
    expect(await ack(client, 'who')).toEqual({ id: 'ann', version: 1 });
    gate.resolve();
    expect(await slow).toEqual({ ok: true, data: {} });
    expect(await ack(client, 'who')).toEqual({ id: 'ann', version: 'slow' });
  });

  it('is renewed only where connect middleware that has `renew` agrees', async () => {
    const banned = new Set<string>();
    const asked: unknown[] = [];
    const bans: Middleware = {
      connect: (_, next) => next(),
      renew(ctx, next) {
        asked.push([ctx.user, ctx.handshake.auth['version']]);
        if (banned.has((ctx.user as User).id)) throw new GatewireError('FORBIDDEN', { message: 'banned' });
        return next();
      },
    };
    const forgetful: Middleware = {
      connect: (_, next) => next(),
      renew: (ctx, next) => (ctx.handshake.auth['version'] === 'forgotten' ? undefined : next()),
    };
    const silent: Middleware = { connect: (_, next) => next() };
    @Use(bans, silent, forgetful)
    @Gateway('/', { auth })
    class Banned {
      @OnEvent('who') who(_: unknown, ctx: EventContext) {
        return ctx.user;
      }
    }
    await using test = await createTestApp(Banned, cell);
    const client = await test.client.connect('/', { auth: { id: 'ann', version: 1 } });
    expect(await client.call('gw:auth', { id: 'ann', version: 2 })).toEqual({});
    expect(asked).toEqual([[{ id: 'ann', version: 2 }, 2]]);
    banned.add('ann');
    const refused = { code: 'FORBIDDEN' };
    await expect(client.call('gw:auth', { id: 'ann', version: 3 })).rejects.toMatchObject(refused);
    banned.clear();
    await expect(client.call('gw:auth', { id: 'ann', version: 'forgotten' })).rejects.toMatchObject(refused);
    expect(await client.call('who')).toEqual({ id: 'ann', version: 2 });
  });

  it.each([
    ['that its client left', 'UNAVAILABLE'],
    ['that its time is up', 'TIMEOUT'],
  ])('tells middleware of a renewal %s', async (_, code) => {
    const told: string[] = [];
    const asked = deferred();
    const answered = deferred();
    const note = (what: string) => (error: unknown) => told.push(`${what} ${(error as GatewireError).code}`);
    const listening: Middleware = {
      connect: (_ctx, next) => next(),
      async renew(ctx, next) {
        ctx.signal.addEventListener('abort', () => note('signal')(ctx.signal.reason));
        await next().then(() => told.push('renewed'), note('next'));
      },
    };
    const slow: Middleware = {
      connect: (_ctx, next) => next(),
      async renew(_ctx, next) {
        asked.resolve();
        await answered.promise;
        await next().then(() => told.push('renewed'), note('late next'));
      },
    };
    @Use(listening, slow)
    @Gateway('/', { auth })
    class Renewed {
      @OnEvent('x') x() {}
    }
    const limits = code === 'TIMEOUT' ? { authTimeoutMs: 500 } : {};
    await using test = await createTestApp(Renewed, { ...cell, limits });
    const client = await test.client.connect('/', { auth: { id: 'ann' } });
    const renewing = client.call('gw:auth', { id: 'ann' });
    void renewing.catch(() => {});
    await asked.promise;
    if (code === 'TIMEOUT') await expect(renewing).rejects.toMatchObject({ code });
    else await client.close();
    await until('both', () => told.length >= 2);
    answered.resolve();
    await until('the late one', () => told.length >= 3);
    expect(told.sort()).toEqual([`late next ${code}`, `next ${code}`, `signal ${code}`]);
  });

  it('is renewed in vain where nobody is asked', async () => {
    @Gateway('/open')
    class Open {
      @OnEvent('x') x() {}
    }
    await using test = await createTestApp(Open, cell);
    const client = await test.client.connect();
    await expect(client.call('gw:auth', {})).rejects.toMatchObject({ code: 'UNKNOWN_EVENT' });
  });

  it('can be revoked, on all devices and in all namespaces', async () => {
    @Gateway('/other', { auth })
    class Other {
      @OnEvent('x') x() {}
    }
    signals = [];
    await using test = await createTestApp([Expiring, Other], cell);
    const connect = (namespace: string, id: string) => test.client.connect(namespace, { auth: { id } });
    const anns = await Promise.all(['/', '/', '/other'].map((namespace) => connect(namespace, 'ann')));
    const bob = await connect('/', 'bob');
    expect(await test.app.revoke('ann')).toBe(3);
    for (const ann of anns) {
      expect(await ann.disconnected()).toBe('io server disconnect');
      expect(await ann.next('exception')).toMatchObject({
        event: 'connect',
        error: { code: 'UNAUTHENTICATED', message: 'access was revoked' },
      });
    }
    expect(await ack(bob, 'who')).toMatchObject({ id: 'bob' });
    expect(await test.app.revoke('ann')).toBe(0);
    const ann = await connect('/', 'ann');
    setClockBack();
    expect(await test.app.revoke('ann')).toBe(1);
    expect(await ann.disconnected()).toBe('io server disconnect');
    await expect(test.app.revoke('')).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
  });

  it('serves nothing after its end, not even what waited for @OnConnect or for a place', async () => {
    const served: unknown[] = [];
    const held = deferred();
    const opened = deferred();
    @Gateway('/late', { auth })
    class Late {
      @OnConnect() async connect(ctx: EventContext) {
        if (ctx.handshake.auth['hold'] === true) await opened.promise;
      }
      @OnEvent('hold') hold() {
        return held.promise;
      }
      @OnEvent('serve') serve(payload: unknown) {
        served.push(payload);
      }
    }
    await using test = await createTestApp(Late, { ...cell, limits: { callsInFlight: 1 } });
    // Nothing sweeps while a loop is busy: what is released by it meets an identity that has ended already.
    const outlast = async (endsAt: number, release: () => void): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, endsAt - Date.now() - 60)));
      while (Date.now() <= endsAt + 5);
      release();
    };
    const refusal = { ok: false, error: expect.objectContaining({ code: 'UNAUTHENTICATED' }) };
    const endsAt = Date.now() + 3_000;
    const waiting = await test.client.connect('/late', { auth: { id: 'ann', endsAt, hold: true } });
    const early = ack(waiting, 'serve', 'ahead of @OnConnect');
    const placed = await test.client.connect('/late', { auth: { id: 'bob', endsAt } });
    void ack(placed, 'hold').catch(() => {});
    const queued = ack(placed, 'serve', 'behind another call');
    await placed.flush().catch(() => {});
    await outlast(endsAt, () => {
      opened.resolve();
      held.resolve();
    });
    expect(await Promise.all([early, queued])).toEqual([refusal, refusal]);
    expect(served).toEqual([]);
  });

  it('is renewed past raw listeners, which do not see the token', async () => {
    const { test, connect } = await start();
    await using _ = test;
    const seen: unknown[] = [];
    test.app.io.on('connection', (socket) => socket.onAny((...args) => seen.push(args)));
    const client = await connect({ id: 'ann', version: 1 });
    expect(await ack(client, 'gw:auth', { id: 'ann', version: 2 })).toEqual({ ok: true, data: {} });
    expect(await ack(client, 'who')).toEqual({ id: 'ann', version: 2 });
    expect(JSON.stringify(seen)).not.toContain('gw:auth');
  });

  it('ends also where a listener of the application throws at all that goes out', async () => {
    const { test, connect } = await start();
    await using _ = test;
    test.app.io.on('connection', (socket) => {
      socket.onAnyOutgoing(() => {
        throw new Error('a listener for all that goes out');
      });
    });
    const clients = await Promise.all(['ann', 'bob'].map((id) => connect({ id, expiresIn: 3_000 })));
    const gone = await Promise.all(clients.map((client) => client.disconnected()));
    expect(gone).toEqual(['io server disconnect', 'io server disconnect']);
    // Asked ahead of the end, told at the end: each of it went wrong, was logged, and kept nothing else from going on.
    expect(test.takeErrors().length).toBeGreaterThanOrEqual(4);
  });

  it('is refused when it ends while middleware holds its client up', async () => {
    const slow = {
      connect: async (_ctx: unknown, next: () => Promise<void>) => {
        await new Promise((resolve) => setTimeout(resolve, 150));
        await next();
      },
    };
    await using test = await createTestApp(Expiring, { ...cell, use: [slow] });
    await expect(test.client.connect('/', { auth: { id: 'ann', expiresIn: 100 } })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('can be revoked while its client is on its way in', async () => {
    const entered = deferred();
    const released = deferred();
    const slow = {
      connect: async (_ctx: unknown, next: () => Promise<void>) => {
        entered.resolve();
        await released.promise;
        await next();
      },
    };
    signals = [];
    await using test = await createTestApp(Expiring, { ...cell, use: [slow] });
    const connecting = test.client.connect('/', { auth: { id: 'ann' } });
    await entered.promise;
    setClockBack();
    await test.app.revoke('ann');
    released.resolve();
    const client = await connecting;
    expect(await client.next('exception')).toMatchObject({ error: { message: 'access was revoked' } });
    expect(await client.disconnected()).toBe('io server disconnect');
    expect(signals).toEqual(['server namespace disconnect']); // seen off like anybody else
    const again = await test.client.connect('/', { auth: { id: 'ann' } }); // who comes later is up to auth
    expect(await ack(again, 'who')).toMatchObject({ id: 'ann' });
  });
});
