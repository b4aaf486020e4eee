import { expect, it } from '@jest/globals';
import {
  type AnyContract,
  Emitter,
  type EventContext,
  Gateway,
  inject,
  OnConnect,
  OnEvent,
  type User,
} from '../../src/index.js';
import { createTestApp, describeMatrix, type TestClient } from '../../src/testing/index.js';
import { deferred } from '../support/deferred.js';

type Context = EventContext<AnyContract, User | undefined>;

@Gateway('/team/:team')
class Team {
  @OnConnect() hello(ctx: Context) {
    ctx.emit('hello', ctx.socket.id);
  }
  @OnEvent('join') join(rooms: string | readonly string[], ctx: Context) {
    return ctx.join(rooms);
  }
  @OnEvent('leave') async leave(rooms: string | readonly string[], ctx: Context) {
    await ctx.leave(rooms);
    return [...ctx.rooms];
  }
  @OnEvent('room') async room(room: string, ctx: Context) {
    const target = ctx.namespace.to(room);
    return {
      count: await target.count(),
      others: await ctx.to(room).count(),
      users: (await target.sockets()).map(({ user }) => (user as User | undefined)?.id ?? null),
    };
  }
  @OnEvent('user') user({ id, text }: { id: string; text: string }, ctx: Context) {
    ctx.namespace.user(id).emit('told', text);
    return ctx.namespace.user(id).count();
  }
  @OnEvent('other-devices') otherDevices(text: string, ctx: Context) {
    const others = ctx.broadcast.user(ctx.user?.id ?? '');
    others.emit('told', text);
    return others.count();
  }
  @OnEvent('socket') socket({ id, text }: { id: string; text: string }, ctx: Context) {
    ctx.namespace.socket(id).emit('told', text);
  }
  @OnEvent('ask') ask({ id, timeoutMs = 1_000 }: { id: string; timeoutMs?: number }, ctx: Context) {
    return ctx.namespace.socket(id).call('question', { n: 1 }, { timeoutMs });
  }
  @OnEvent('ask-all') askAll({ room, timeoutMs }: { room: string; timeoutMs: number }, ctx: Context) {
    return ctx.namespace.to(room).callAll('question', undefined, { timeoutMs });
  }
  @OnEvent('move') async move({ from, to }: { from: string; to: string }, ctx: Context) {
    await ctx.namespace.to(from).join(to);
    await ctx.namespace.to(to).leave(from);
    ctx.namespace.to(to).emit('told', `moved to ${to}`);
  }
  @OnEvent('kick') kick(room: string, ctx: Context) {
    return ctx.to(room).disconnect();
  }
  @OnEvent('cut') cut(room: string, ctx: Context) {
    return ctx.to(room).closeConnection();
  }
}

describeMatrix('targets', (cell) => {
  const connect = async (
    test: Awaited<ReturnType<typeof createTestApp>>,
    user?: string,
    namespace = '/team/1',
  ): Promise<TestClient & { id: string }> => {
    const clients = user === undefined ? test.client : test.client.as({ id: user });
    const client = await clients.connect(namespace);
    return Object.assign(client, { id: String(await client.next('hello')) });
  };

  it('refuse a room too many, and no room that was joined already', async () => {
    await using test = await createTestApp(Team, { ...cell, limits: { roomsPerSocket: 2 } });
    const ann = await connect(test, 'ann');
    for (const room of ['a', 'b', 'a']) await ann.call('join', room);
    await expect(ann.call('join', 'c')).rejects.toMatchObject({
      code: 'OVERLOADED',
      message: 'a socket may be in 2 rooms (limits.roomsPerSocket)',
    });
  });

  it('take several rooms at once, or none of them when they are too many', async () => {
    await using test = await createTestApp(Team, { ...cell, limits: { roomsPerSocket: 3 } });
    const ann = await connect(test, 'ann');
    await ann.call('join', ['a', 'b', 'a']);
    await expect(ann.call('join', ['b', 'c', 'd'])).rejects.toMatchObject({ code: 'OVERLOADED' });
    await expect(ann.call('join', ['c', ''])).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    await expect(ann.call('join', ['c', 7])).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(test.takeErrors()).toHaveLength(1);
    await ann.call('join', ['b', 'c']);
    expect(await ann.call('leave', ['a', 'c', 'elsewhere'])).toEqual(['b']);
  });

  it('reach the other devices of a user without the one that speaks', async () => {
    await using test = await createTestApp(Team, cell);
    const phone = await connect(test, 'ann');
    const laptop = await connect(test, 'ann');
    const bob = await connect(test, 'bob');
    expect(await phone.call('other-devices', 'read')).toBe(1);
    expect(await laptop.next('told')).toBe('read');
    await phone.expectNone('told');
    await bob.expectNone('told');
  });

  it('count, list, move and address rooms, with the sender or without', async () => {
    await using test = await createTestApp(Team, cell);
    const ann = await connect(test, 'ann');
    const bob = await connect(test, 'bob');
    await Promise.all([ann.call('join', 'a'), bob.call('join', 'a')]);
    expect(await ann.call('room', 'a')).toEqual({ count: 2, others: 1, users: ['ann', 'bob'] });
    expect(await ann.call('room', 'nobody')).toEqual({ count: 0, others: 0, users: [] });
    ann.emit('move', { from: 'a', to: 'b' });
    expect(await bob.next('told')).toBe('moved to b');
    expect(await ann.call('room', 'a')).toMatchObject({ count: 0 });
    expect(await ann.call('room', 'b')).toMatchObject({ count: 2 });
  });

  it('reach all devices of a user, and nobody else', async () => {
    await using test = await createTestApp(Team, cell);
    const [phone, laptop] = [await connect(test, 'ann'), await connect(test, 'ann')];
    const bob = await connect(test, 'bob');
    const elsewhere = await connect(test, 'ann', '/team/2');
    expect(await bob.call('user', { id: 'ann', text: 'hi' })).toBe(2);
    expect(await Promise.all([phone.next('told'), laptop.next('told')])).toEqual(['hi', 'hi']);
    await bob.expectNone('told');
    await elsewhere.expectNone('told');
    expect(await bob.call('user', { id: 'nobody', text: 'hi' })).toBe(0);
  });

  it('are no way to reach a user, a socket or everyone by the name of a room', async () => {
    await using test = await createTestApp(Team, cell);
    const ann = await connect(test, 'ann');
    const eve = await connect(test, 'eve');
    for (const room of ['\u0001u:ann', 'u:ann', ann.id, `\u0001${ann.id}`, `/team/1#${ann.id}`]) {
      await eve.call('join', room);
      await eve.call('user', { id: 'ann', text: 'for ann' });
      await eve.call('socket', { id: ann.id, text: 'for ann' });
      expect([await ann.next('told'), await ann.next('told')]).toEqual(['for ann', 'for ann']);
    }
    await eve.expectNone('told');
    await ann.call('join', 'general');
    for (const id of ['general', '\u0001u:ann', 'no such socket', ann.id.slice(1)]) {
      await eve.call('socket', { id, text: 'never' });
      await ann.expectNone('told');
    }
    for (const id of ['', null, {}, 5, 'x'.repeat(129), 'x'.repeat(500_000)]) {
      const refusal = { code: typeof id === 'string' ? 'INVALID_PAYLOAD' : 'INTERNAL' };
      await expect(eve.call('user', { id, text: 'never' })).rejects.toMatchObject(refusal);
      await expect(eve.call('socket', { id, text: 'never' })).rejects.toMatchObject(refusal);
      await expect(eve.call('room', id)).rejects.toMatchObject(refusal);
    }
    expect(test.takeErrors()).toHaveLength(9);
  });

  it('log a name that is no string as a mistake of the server, with its fix and its line', async () => {
    await using test = await createTestApp(Team, cell);
    const ann = await connect(test, 'ann');
    for (const event of ['join', 'leave', 'room', 'kick'])
      await expect(ann.call(event, 42)).rejects.toMatchObject({
        code: 'INTERNAL',
        message: 'internal error',
      });
    const logged = test.log.records.filter(({ event }) => event === 'call.failed');
    expect(logged).toHaveLength(4);
    expect(test.takeErrors()).toHaveLength(4);
    for (const { level, error } of logged) {
      expect(level).toBe('error');
      expect(error).toMatchObject({
        code: 'ERR_INVALID_ARG_TYPE',
        message: 'a room name is a string, and not the number 42: write String(id)',
        stack: expect.stringContaining('targets.test.ts'),
      });
    }
    await expect(test.app.revoke(42 as never)).rejects.toThrow(
      'the id of a user is a string, and not the number 42',
    );
  });

  it('call one client, which answers once', async () => {
    await using test = await createTestApp(Team, cell);
    const ann = await connect(test);
    const bob = await connect(test);
    ann.socket.on('question', (payload, answer) => {
      answer({ got: payload });
      answer('twice');
    });
    expect(await bob.call('ask', { id: ann.id })).toEqual({ got: { n: 1 } });
    await ann.flush();
    await expect(bob.call('ask', { id: 'x'.repeat(20) })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(bob.call('ask', { id: bob.id, timeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const acks = () =>
      [...test.app.io.of('/team/1').sockets.values()].map((socket) => Reflect.get(socket, 'acks').size);
    expect(acks()).toEqual([0, 0]);
    await expect(bob.call('ask', { id: ann.id, timeoutMs: 0 })).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(test.takeErrors().map(String)).toEqual([
      'RangeError: timeoutMs is a whole number from 1 to 2147483647, not 0',
    ]);
  });

  it('fail a call at once when the client leaves', async () => {
    await using test = await createTestApp(Team, cell);
    const ann = await connect(test);
    const bob = await connect(test);
    const asked = deferred();
    ann.socket.on('question', () => asked.resolve());
    const call = expect(bob.call('ask', { id: ann.id, timeoutMs: 600_000 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    await asked.promise;
    await ann.close();
    await call;
  });

  it('call many clients and say who is missing', async () => {
    await using test = await createTestApp(Team, cell);
    const clients = await Promise.all([1, 2, 3].map(() => connect(test)));
    await Promise.all(clients.map((client) => client.call('join', 'all')));
    clients.slice(0, 2).forEach((client, i) => {
      client.socket.on('question', (answer) => answer(i));
    });
    const result = await clients[0]?.call('ask-all', { room: 'all', timeoutMs: 2_000 });
    expect(result).toEqual({ answers: [0, 1], missing: [clients[2]?.id] });
  });

  it('disconnect from the namespace, or close the connection so that clients come back', async () => {
    await using test = await createTestApp(Team, cell);
    const [ann, bob, eve] = [await connect(test), await connect(test), await connect(test)];
    await Promise.all([bob.call('join', 'out'), eve.call('join', 'cut')]);
    await ann.call('kick', 'out');
    expect(await bob.disconnected()).toBe('io server disconnect');
    await ann.call('cut', 'cut');
    expect(await eve.disconnected()).toMatch(/^transport (close|error)$/);
    expect(await ann.call('room', 'out')).toMatchObject({ count: 0 });
  });
});

class Announcer {
  constructor(@inject(Emitter) readonly emitter: Emitter) {}
  announce(team: string, text: string) {
    this.emitter.namespace('/team/:team', { team }).emit('told', text);
  }
}

@Gateway('/announce')
class Announce {
  constructor(@inject(Announcer) readonly announcer: Announcer) {}
  @OnEvent('announce') announce({ team, text }: { team: string; text: string }) {
    this.announcer.announce(team, text);
  }
}

it('the emitter reaches a namespace from anywhere, also before anyone is in it', async () => {
  await using test = await createTestApp([Team, Announce]);
  const announcer = test.app.get(Announcer);
  announcer.announce('1', 'too early');
  const ann = await test.client.as({ id: 'ann' }).connect('/team/1');
  const other = await test.client.connect('/team/2');
  announcer.announce('1', 'hello');
  expect(await ann.next('told')).toBe('hello');
  await other.expectNone('told');
  announcer.emitter.namespace('/team/1').user('ann').emit('told', 'by name');
  expect(await ann.next('told')).toBe('by name');
  expect(await announcer.emitter.namespace('/announce').count()).toBe(0);
  const announce = await test.client.connect('/announce');
  for (const team of ['../1', 'a b', '', 'x'.repeat(200), '1/2', '%2e']) {
    await expect(announce.call('announce', { team, text: 'x' })).rejects.toMatchObject({
      code: 'INVALID_PAYLOAD',
    });
  }
  expect(() => announcer.emitter.namespace('/team/:team')).toThrow(
    'these parameters make no name of a namespace',
  );
  expect(() => announcer.emitter.namespace('/nope')).toThrow('there is no such namespace');
});

it('serverSideEmit asks nobody where there is one node, and checks its time limit all the same', async () => {
  await using test = await createTestApp(Team);
  const target = test.app.get(Emitter).namespace('/team/1');
  const nobody = { answers: [], failed: [], missing: [] };
  expect(await target.serverSideEmit('who')).toEqual(nobody);
  expect(await target.serverSideEmit('who', 1, { timeoutMs: 5_000 })).toEqual(nobody);
  for (const timeoutMs of [0, 1.5, 2 ** 31, Number.NaN])
    await expect(target.serverSideEmit('who', 1, { timeoutMs })).rejects.toThrow(RangeError);
});
