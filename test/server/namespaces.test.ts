import { expect, it } from '@jest/globals';
import { type EventContext, Gateway, OnEvent } from '../../src/index.js';
import { createTestApp, describeMatrix } from '../../src/testing/index.js';

@Gateway('/team/:team/room/:room')
class Team {
  @OnEvent('params') params(_payload: unknown, ctx: EventContext) {
    return ctx.params;
  }
  @OnEvent('tell') tell(text: string, ctx: EventContext) {
    ctx.namespace.emit('told', text);
    ctx.broadcast.emit('others', text);
  }
  @OnEvent('join') async join(room: string, ctx: EventContext) {
    await ctx.join(room);
    return [...ctx.rooms];
  }
  @OnEvent('leave') async leave(room: string, ctx: EventContext) {
    await ctx.leave(room);
    return [...ctx.rooms];
  }
  @OnEvent('to') to(
    { rooms, except, text }: { rooms: string[]; except: string[]; text: string },
    ctx: EventContext,
  ) {
    ctx.to(rooms).except(except).emit('told', text);
  }
  @OnEvent('whoami') whoami(_payload: unknown, ctx: EventContext) {
    return ctx.socket.id;
  }
}

@Gateway(/^\/org\/(?<org>\d+)$/)
class Org {
  @OnEvent('params') params(_payload: unknown, ctx: EventContext) {
    return ctx.params;
  }
}

@Gateway('/team')
class Teams {}

describeMatrix('namespaces and rooms', (cell) => {
  it('carry parameters, each instance for itself', async () => {
    await using test = await createTestApp([Team, Org, Teams], cell);
    const [a, also, b] = await Promise.all([
      test.client.connect('/team/1/room/x'),
      test.client.connect('/team/1/room/x'),
      test.client.connect('/team/2/room/x'),
    ]);
    expect(await a.call('params')).toEqual({ team: '1', room: 'x' });
    expect(await (await test.client.connect('/org/42')).call('params')).toEqual({ org: '42' });
    a.emit('tell', 'hi');
    expect(await a.next('told')).toBe('hi');
    expect(await also.next('told')).toBe('hi');
    expect(await also.next('others')).toBe('hi');
    await a.expectNone('others');
    await b.expectNone('told');
  });

  it('are refused as Socket.IO refuses them when nobody declared them', async () => {
    await using test = await createTestApp([Team, Org, Teams], cell);
    const unknown = ['/nope', '/team/1', '/team/../x', '/team/1/room/%2e%2e', '/org/x', '/team/a b/room/c'];
    const special = ['.', '..', '__proto__', 'constructor'].flatMap((name) => [
      `/team/${name}/room/c`,
      `/team/1/room/${name}`,
    ]);
    for (const namespace of [...unknown, ...special, `/team/${'x'.repeat(129)}/room/y`]) {
      await expect(test.client.connect(namespace)).rejects.toThrow('Invalid namespace');
    }
    await test.client.connect('/team');
  });

  it('know rooms by their own names, and never address another socket by one', async () => {
    await using test = await createTestApp([Team], cell);
    const [ann, bob, eve] = await Promise.all(
      Array.from({ length: 3 }, () => test.client.connect('/team/1/room/x')),
    );
    if (!ann || !bob || !eve) throw new Error('three clients connect');
    const annId = (await ann.call<string>('whoami')) as string;
    expect(annId).toMatch(/^[A-Za-z0-9_-]{20}$/);
    expect(await eve.call('join', annId)).toEqual([annId]);
    expect(await bob.call('join', 'general')).toEqual(['general']);
    test.app.io.of('/team/1/room/x').to(annId).emit('private', 'for ann');
    expect(await ann.next('private')).toBe('for ann');
    await eve.expectNone('private');
    bob.emit('to', { rooms: [annId], except: [], text: 'to the room' });
    expect(await eve.next('told')).toBe('to the room');
    await ann.expectNone('told');
    test.app.io.of('/team/1/room/x').to('general').emit('told', 'by Socket.IO');
    expect(await bob.next('told')).toBe('by Socket.IO');
    expect(await eve.call('leave', annId)).toEqual([]);
    for (const room of ['', null, {}, 5, 'x'.repeat(129), 'x'.repeat(500_000), [['a']], ['a', 5]]) {
      const code = typeof room === 'string' ? 'INVALID_PAYLOAD' : 'INTERNAL';
      await expect(eve.call('join', room)).rejects.toMatchObject({ code });
    }
    expect(test.takeErrors()).toHaveLength(5);
  });
});

it('warns at the start of a RegExp that may take very long, and not in production', async () => {
  @Gateway(/^\/(\w+-?)+$/)
  class Slow {}
  const started = async () => {
    await using test = await createTestApp(Slow);
    return test.log.records.filter(({ event }) => event === 'pattern.slow');
  };
  expect(await started()).toMatchObject([{ level: 'warn', pattern: '/^\\/(\\w+-?)+$/', of: 'namespace' }]);
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    expect(await started()).toEqual([]);
  } finally {
    process.env['NODE_ENV'] = before;
  }
});
