import { expect, it } from '@jest/globals';
import {
  type AnyContract,
  type EventContext,
  Gateway,
  GatewireError,
  type Handshake,
  inject,
  OnEvent,
  Scoped,
  User,
} from '../../src/index.js';
import { createTestApp, describeMatrix } from '../../src/testing/index.js';
import { deferred } from '../support/deferred.js';

interface Member extends User {
  readonly role: string;
}

const byToken = ({ auth }: Handshake): { user: Member } => {
  if (auth['token'] === 'good') return { user: { id: 'ann', role: 'admin' } };
  if (auth['token'] === 'expired') throw new GatewireError('UNAUTHENTICATED', { message: 'token expired' });
  throw new Error('secret: the database said no');
};

@Gateway('/members', { auth: byToken, data: () => ({ visits: 0 }) })
class Members {
  @OnEvent('me') me(_payload: unknown, ctx: EventContext<AnyContract, Member, { visits: number }>) {
    ctx.data.visits++;
    return { id: ctx.user.id, role: ctx.user.role, visits: ctx.data.visits };
  }
  @OnEvent('user') user(@User() user: Member) {
    return user;
  }
}

@Gateway('/open', { auth: false })
class Open {
  @OnEvent('me') me(_payload: unknown, ctx: EventContext) {
    return ctx.user === undefined;
  }
}

describeMatrix('auth', (cell) => {
  it('lets in whom it knows, with a user and data of its own per socket', async () => {
    await using test = await createTestApp(Members, cell);
    const client = await test.client.connect('/members', { auth: { token: 'good' } });
    expect(await client.call('me')).toEqual({ id: 'ann', role: 'admin', visits: 1 });
    expect(await client.call('me')).toMatchObject({ visits: 2 });
    expect(await client.call('user')).toEqual({ id: 'ann', role: 'admin' });
    const other = await test.client.connect('/members', { auth: { token: 'good' } });
    expect(await other.call('me')).toMatchObject({ visits: 1 });
  });

  it('refuses with a code, a safe text and an id', async () => {
    await using test = await createTestApp(Members, cell);
    await expect(test.client.connect('/members', { auth: { token: 'expired' } })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'token expired',
    });
    const refusal = await test.client.connect('/members').catch((error) => error);
    expect(refusal).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'authentication is required',
      id: expect.any(String),
    });
    expect(test.log.records.find((record) => record['id'] === refusal.id)?.['error']).toMatchObject({
      message: 'secret: the database said no',
    });
  });

  it('refuses what is no identity', async () => {
    for (const identity of [undefined, null, {}, { user: {} }, { user: { id: 7 } }, { user: { id: '' } }]) {
      @Gateway('/', { auth: (() => identity) as never })
      class Garbage {}
      await using test = await createTestApp(Garbage, cell);
      await expect(test.client.connect()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      await test.close();
    }
  });

  it('may be an injectable class, for all gateways of an application but the public ones', async () => {
    class Directory {
      readonly users = new Map([['t', { id: 'bob', role: 'guest' }]]);
    }
    class ByDirectory {
      constructor(@inject(Directory) private readonly directory: Directory) {}
      async authenticate({ auth }: Handshake) {
        const user = this.directory.users.get(String(auth['token']));
        if (user === undefined) throw new GatewireError('FORBIDDEN');
        return { user };
      }
    }
    @Gateway('/inner')
    class Inner {
      @OnEvent('me') me(_payload: unknown, ctx: EventContext<AnyContract, Member>) {
        return ctx.user.id;
      }
    }
    await using test = await createTestApp([Inner, Open], { ...cell, auth: ByDirectory });
    const client = await test.client.connect('/inner', { auth: { token: 't' } });
    expect(await client.call('me')).toBe('bob');
    await expect(test.client.connect('/inner')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await (await test.client.connect('/open')).call('me')).toBe(true);
  });

  it('ends at its time limit, and leaves nothing behind', async () => {
    @Gateway('/', { auth: () => new Promise<never>(() => {}) })
    class Hanging {}
    await using test = await createTestApp(Hanging, { ...cell, limits: { authTimeoutMs: 30 } });
    await expect(test.client.connect()).rejects.toMatchObject({ code: 'TIMEOUT' });
    const namespace = test.app.io.of('/') as unknown as { _preConnectSockets: Map<string, unknown> };
    expect(namespace._preConnectSockets.size).toBe(0);
  });

  it('ends with its connection, and leaves nothing behind', async () => {
    const asked = deferred();
    const left = deferred();
    @Gateway('/', {
      auth: () => {
        asked.resolve();
        return new Promise<never>(() => {});
      },
    })
    class Hanging {}
    await using test = await createTestApp(Hanging, cell);
    test.app.io.engine.on('connection', (connection: { once(event: string, listener: () => void): void }) => {
      connection.once('close', () => setImmediate(left.resolve));
    });
    const connecting = test.client.connect().catch((error) => error);
    await asked.promise;
    await Promise.all([left.promise, test.app.close()]);
    const namespace = test.app.io.of('/') as unknown as { _preConnectSockets: Map<string, unknown> };
    expect(namespace._preConnectSockets.size).toBe(0);
    await test.close();
    void connecting;
  });

  it('runs again for a session that Socket.IO recovers', async () => {
    let isExpired = false;
    @Gateway('/', {
      auth: () => {
        if (isExpired) throw new GatewireError('UNAUTHENTICATED', { message: 'token expired' });
        return { user: { id: 'ann' } };
      },
    })
    class Recovering {
      @OnEvent('recovered') recovered(_payload: unknown, ctx: EventContext) {
        return ctx.socket.recovered;
      }
    }
    await using test = await createTestApp(Recovering, { ...cell, socket: { connectionStateRecovery: {} } });
    const client = await test.client.connect();
    const cut = async () => {
      const back = new Promise((resolve) => {
        client.socket.once('connect', () => resolve('in'));
        client.socket.once('connect_error', (error) => resolve(error.message));
      });
      client.socket.io.reconnection(true);
      client.socket.io.engine.close();
      return back;
    };
    client.socket.emit('recovered', () => {});
    test.app.io.emit('something with an offset');
    await client.next('something with an offset');
    expect(await cut()).toBe('in');
    expect(await client.call('recovered')).toBe(true);
    isExpired = true;
    expect(await cut()).toBe('token expired');
  });

  it('disposes of what was made for a client that is refused', async () => {
    const disposed: string[] = [];
    class Refuses {
      authenticate(): never {
        throw new GatewireError('FORBIDDEN');
      }
      [Symbol.dispose]() {
        disposed.push('refuses');
      }
    }
    Scoped('connection')(Refuses);
    @Gateway('/', { auth: Refuses })
    class Refused {}
    await using test = await createTestApp(Refused, cell);
    await expect(test.client.connect()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(disposed).toEqual(['refuses']);
  });

  it('is what the test kit says it is for client.as(user)', async () => {
    await using test = await createTestApp(Members, cell);
    const client = await test.client.as({ id: 'zoe', role: 'guest' } as Member).connect();
    expect(await client.call('me')).toEqual({ id: 'zoe', role: 'guest', visits: 1 });
  });
});
