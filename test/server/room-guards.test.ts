import { expect, it } from '@jest/globals';
import {
  type AnyContract,
  type ConnectContext,
  Emitter,
  type EventContext,
  Gateway,
  GatewireError,
  guardRoom,
  OnConnect,
  OnEvent,
  type RoomGuard,
  type User,
} from '../../src/index.js';
import { createTestApp, describeMatrix, type TestClient } from '../../src/testing/index.js';
import { deferred } from '../support/deferred.js';

interface Member extends User {
  readonly orders: readonly string[];
}
type Context = ConnectContext<AnyContract, Member>;

const auth = ({ auth: { id, orders } }: { auth: Readonly<Record<string, unknown>> }) => ({
  user: { id: String(id), orders: (orders ?? []) as readonly string[] },
});

/** Joins what the client asks for, as an application does that trusts its declarations. */
function gateway(namespace: string, rooms?: readonly RoomGuard[]) {
  @Gateway(namespace, rooms === undefined ? { auth } : { auth, rooms })
  class Joining {
    @OnEvent('join') async join(rooms: string | readonly string[], ctx: EventContext) {
      await ctx.join(rooms);
      return [...ctx.rooms];
    }
  }
  return Joining;
}

const order = guardRoom('order/:id', (ctx: Context, { id }) => ctx.user.orders.includes(id));
const FORBIDDEN = expect.objectContaining({ code: 'FORBIDDEN' });
const refused = (client: TestClient, room: unknown) =>
  expect(client.call('join', room)).rejects.toMatchObject({ code: 'FORBIDDEN' });

describeMatrix('declared rooms', (cell) => {
  it('let in whom their check lets in, and nobody else', async () => {
    await using test = await createTestApp(gateway('/'), { ...cell, rooms: [order] });
    const ann = await test.client.connect('/', { auth: { id: 'ann', orders: ['7'] } });
    const bob = await test.client.connect('/', { auth: { id: 'bob' } });
    expect(await ann.call('join', 'order/7')).toEqual(['order/7']);
    await refused(ann, 'order/8');
    await refused(bob, 'order/7');
    await refused(bob, ['order/7', 'order/7']);
    await refused(ann, ['order/7', 'order/8']); // of several, all or none
    const { adapter } = test.app.io.of('/');
    expect([adapter.rooms.get('order/7')?.size, adapter.rooms.has('order/8')]).toEqual([1, false]);
  });

  it('deny every other room, however it is spelt', async () => {
    await using test = await createTestApp(gateway('/', [order]), cell);
    const ann = await test.client.connect('/', { auth: { id: 'ann', orders: ['7', ''] } });
    const others = [
      'lobby',
      'order',
      'order/',
      'order/7/',
      'order/..',
      'order/__proto__',
      '/order/7',
      'order/7/x',
      'ORDER/7',
      'order/7\n',
      '*',
    ];
    for (const room of [...others, 'order/:id', 'xorder/7', `\u0001order/7`, ann.socket.id]) {
      await refused(ann, room);
    }
    await expect(ann.call('join', 5)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(test.takeErrors()).toHaveLength(1);
    await expect(ann.call('join', '')).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    expect(await ann.call('join', 'order/7')).toEqual(['order/7']);
  });

  it('are open again with a pattern for all others, which no other pattern falls back to', async () => {
    const rooms = [guardRoom('*', () => true), order];
    await using test = await createTestApp(gateway('/', rooms), cell);
    const ann = await test.client.connect('/', { auth: { id: 'ann', orders: ['7'] } });
    expect(await ann.call('join', 'lobby')).toEqual(['lobby']);
    await refused(ann, 'order/8');
    expect(await ann.call('join', 'order/7')).toEqual(['lobby', 'order/7']);
  });

  it('of application and gateway both have a say, in their namespace only', async () => {
    const asked: string[] = [];
    const say = (who: string, answer: boolean) => () => {
      asked.push(who);
      return answer;
    };
    const app = [guardRoom('shared', say('app', true)), guardRoom('common', say('common', true))];
    const own = gateway('/own', [
      guardRoom(/^sha/, say('gateway', false)),
      guardRoom('mine', say('mine', true)),
    ]);
    await using test = await createTestApp([own, gateway('/other')], { ...cell, rooms: app });
    const here = await test.client.connect('/own', { auth: { id: 'ann' } });
    const there = await test.client.connect('/other', { auth: { id: 'ann' } });
    await refused(here, 'shared');
    expect(asked).toEqual(['app', 'gateway']);
    expect(await here.call('join', 'mine')).toEqual(['mine']);
    expect(await here.call('join', 'common')).toEqual(['mine', 'common']);
    expect(await there.call('join', 'shared')).toEqual(['shared']);
    await refused(there, 'mine');
  });

  it('wait for a check that takes its time, and fail closed when it throws', async () => {
    const gate = deferred();
    const rooms = [
      guardRoom('slow', () => gate.promise.then(() => true)),
      guardRoom('throws', () => {
        throw new Error('the database of /srv/secret is down');
      }),
      guardRoom('rejects', () => Promise.reject(new Error('down'))),
      guardRoom('says', () => {
        throw new GatewireError('NOT_FOUND', { message: 'no such order' });
      }),
      guardRoom('nothing', () => undefined as never),
    ];
    await using test = await createTestApp(gateway('/', rooms), cell);
    const ann = await test.client.connect('/', { auth: { id: 'ann' } });
    const slow = ann.call('join', 'slow');
    for (const room of ['throws', 'rejects', 'nothing']) {
      const error = await ann.call('join', room).catch((caught: unknown) => caught);
      expect(error).toEqual(FORBIDDEN);
      expect(JSON.stringify(error) + String(error)).not.toContain('secret');
    }
    await expect(ann.call('join', 'says')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'no such order',
    });
    expect(test.app.io.of('/').adapter.rooms.has('slow')).toBe(false);
    gate.resolve();
    expect(await slow).toEqual(['slow']);
  });

  it('do not let in a client that left while its check ran', async () => {
    const gate = deferred();
    const asked = deferred();
    const rooms = [
      guardRoom('slow', async () => {
        asked.resolve();
        await gate.promise;
        return true;
      }),
    ];
    await using test = await createTestApp(gateway('/', rooms), cell);
    const ann = await test.client.connect('/', { auth: { id: 'ann' } });
    ann.emit('join', 'slow');
    await asked.promise;
    await test.app.get(Emitter).namespace('/').user('ann').disconnect();
    await ann.disconnected();
    gate.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(test.app.io.of('/').adapter.rooms.has('slow')).toBe(false);
  });

  it('are asked once for a room, and not at all for more rooms than a socket may be in', async () => {
    let asked = 0;
    const rooms = [guardRoom('*', () => ++asked > 0)];
    await using test = await createTestApp(gateway('/', rooms), { ...cell, limits: { roomsPerSocket: 2 } });
    const ann = await test.client.connect('/', { auth: { id: 'ann' } });
    expect(await ann.call('join', Array(9_000).fill('one'))).toEqual(['one']);
    expect(asked).toBe(1);
    const many = Array.from({ length: 9_000 }, (_, i) => `room ${i}`);
    await expect(ann.call('join', many)).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(asked).toBe(1);
    const both = await Promise.allSettled([ann.call('join', 'two'), ann.call('join', 'three')]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('bind what clients reach by ctx.join, and not the server', async () => {
    @Gateway('/', { auth, rooms: [guardRoom('lobby', () => true)] })
    class Placing {
      @OnConnect() async connect(ctx: ConnectContext) {
        await ctx.join('lobby');
        await ctx.namespace.socket(ctx.socket.id).join('back office');
      }
      @OnEvent('rooms') rooms(_: unknown, ctx: EventContext) {
        return [...ctx.rooms];
      }
    }
    await using test = await createTestApp(Placing, cell);
    const ann = await test.client.connect('/', { auth: { id: 'ann' } });
    test.app.io.of('/').socketsJoin('raw');
    expect(await ann.call('rooms')).toEqual(['lobby', 'back office', 'raw']);
  });
});
