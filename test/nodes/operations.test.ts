import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisServer } from '../support/redis-server.js';
import { within } from '../support/within.js';
import { guest, lobby, MODES, node } from './redis-node.js';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis.stop());

describe.each(MODES)('two nodes over %s', (mode) => {
  let count = 0;
  const prefix = () => ({ prefix: `${mode}.${count}` });
  const pair = async () => {
    count++;
    const [one, two] = [await node(redis, mode, 'one', prefix()), await node(redis, mode, 'two', prefix())];
    return {
      one,
      two,
      [Symbol.asyncDispose]: async () => void (await Promise.all([one.close(), two.close()])),
    };
  };

  it('reach each other, by room, by user and all', async () => {
    await using both = await pair();
    const ann = await guest(both.one, 'ann');
    const bob = await guest(both.two, 'bob');
    await bob.client.call('join', 'general');
    lobby(both.one)
      .to('general')
      .emit('said', { bytes: Buffer.from('hi') });
    expect(await bob.client.next('said')).toEqual({ bytes: Buffer.from('hi') });
    lobby(both.one).user('bob').emit('said', 2);
    expect(await bob.client.next('said')).toBe(2);
    lobby(both.two).emit('said', 3);
    expect([await ann.client.next('said'), await bob.client.next('said')]).toEqual([3, 3]);
  });

  it('hold a join before it resolves: what is sent next arrives', async () => {
    await using both = await pair();
    const ann = await guest(both.one, 'ann');
    const bob = await guest(both.two, 'bob');
    for (let i = 0; i < 50; i++) {
      await lobby(both.one).join(`room ${i}`);
      lobby(both.one).to(`room ${i}`).emit('said', i);
      expect([await ann.client.next('said'), await bob.client.next('said')]).toEqual([i, i]);
    }
    for (let i = 0; i < 50; i++) {
      await bob.client.call('join', `own ${i}`);
      lobby(both.one).to(`own ${i}`).emit('said', i);
      expect(await bob.client.next('said')).toBe(i);
    }
  });

  it('give no client of one a way to what belongs to a user or a socket of the other, by the name of a room', async () => {
    await using both = await pair();
    const ann = await guest(both.one, 'ann');
    const eve = await guest(both.two, 'eve');
    for (const room of ['\u0001u:ann', 'u:ann', ann.id, `\u0001${ann.id}`, `/#${ann.id}`]) {
      await eve.client.call('join', room);
      for (const test of [both.one, both.two]) {
        lobby(test).user('ann').emit('said', 'for ann');
        lobby(test).socket(ann.id).emit('said', 'for her phone');
        expect([await ann.client.next('said'), await ann.client.next('said')]).toEqual([
          'for ann',
          'for her phone',
        ]);
        // It travelled ahead of this, on the same way.
        lobby(both.one).user('eve').emit('said', 'for eve');
        expect(await eve.client.next('said')).toBe('for eve');
      }
      await eve.client.call('say', { room, text: 'from eve' });
      await ann.client.expectNone('said');
      expect(await eve.client.next('said')).toBe('from eve');
    }
  });

  it('reach a user from another node as soon as its client is connected', async () => {
    await using both = await pair();
    for (let i = 0; i < 20; i++) {
      const { client } = await guest(both.two, `user ${i}`);
      lobby(both.one).user(`user ${i}`).emit('said', i);
      expect(await client.next('said')).toBe(i);
    }
  });

  it('show, count and address the sockets of both', async () => {
    await using both = await pair();
    const ann = await guest(both.one, 'ann');
    const bob = await guest(both.two, 'bob');
    await bob.client.call('join', 'general');
    const target = lobby(both.one);
    expect(await target.count()).toBe(2);
    expect(await target.to('general').count()).toBe(1);
    const shown = await target.sockets();
    expect(shown.map(({ id }) => id)).toEqual([ann.id, bob.id]);
    expect(shown.map(({ user }) => user)).toEqual([{ id: 'ann' }, { id: 'bob' }]);
    expect([...(shown[1]?.rooms ?? [])]).toEqual(['general']);
    await target.to('general').leave('general');
    expect(await target.to('general').count()).toBe(0);
    const raw = await both.one.app.io.fetchSockets();
    expect(raw.map(({ id }) => id).sort()).toEqual([ann.id, bob.id].sort());
    await target.user('bob').disconnect();
    expect(await bob.client.disconnected()).toBe('io server disconnect');
    const eve = await guest(both.two, 'eve');
    await target.socket(eve.id).closeConnection();
    expect(await eve.client.disconnected()).toBe('transport close');
  });

  it('call clients of each other', async () => {
    await using both = await pair();
    const ann = await guest(both.one, 'ann');
    const bob = await guest(both.two, 'bob');
    const answer = (x: number, ack: (value: unknown) => void) =>
      ack({ twice: x * 2, bytes: Buffer.from('ok') });
    bob.client.socket.on('double', answer);
    ann.client.socket.on('double', answer);
    const target = lobby(both.one);
    expect(await target.socket(bob.id).call('double', 4)).toEqual({ twice: 8, bytes: Buffer.from('ok') });
    const all = await target.callAll('double', 5);
    expect(all.missing).toEqual([]);
    expect(all.answers).toHaveLength(2);

    // At once, and not at the time limit.
    const late = { timeoutMs: 600_000 };
    const unknown = within('a refusal', target.socket('x'.repeat(20)).call('double', 4, late));
    await expect(unknown).rejects.toMatchObject({ code: 'NOT_FOUND' });

    bob.client.socket.on('hang', () => bob.client.socket.disconnect());
    const left = within('a refusal', target.socket(bob.id).call('hang', undefined, late));
    await expect(left).rejects.toMatchObject({ code: 'UNAVAILABLE' });

    ann.client.socket.on('silent', () => {});
    await expect(lobby(both.two).socket(ann.id).call('silent', 1, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
  });

  it('ask each other by serverSideEmit', async () => {
    await using both = await pair();
    const { answers, missing } = await lobby(both.one).serverSideEmit('add', { a: 1, b: Buffer.from('xyz') });
    expect(missing).toEqual([]);
    expect(answers).toEqual([{ node: 'two', value: { sum: 4, bytes: Buffer.from('xyz'), asked: 'one' } }]);
    expect(await lobby(both.one).serverSideEmit('nobody')).toEqual({ answers: [], failed: [], missing: [] });
    expect((await lobby(both.one).serverSideEmit('broken')).failed).toEqual(['two']);
    expect(both.two.takeErrors()).toHaveLength(1);
  });
});
