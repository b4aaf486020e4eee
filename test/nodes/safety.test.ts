import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { guest, lobby, MODES, node } from './redis-node.js';

let redis: RedisServer;
let raw: ReturnType<typeof createClient>;
beforeAll(async () => {
  redis = await RedisServer.start();
  raw = createClient({ url: redis.url });
  raw.on('error', () => {});
  await raw.connect();
});
afterAll(async () => {
  raw.destroy();
  await redis.stop();
});

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** What broke plain nodes: no message at all, and messages that only a node should send. */
const HOSTILE: readonly (string | Buffer)[] = [
  '',
  '{',
  '{}',
  'null',
  '[]',
  Buffer.from([0xc1]),
  Buffer.alloc(40, 0xff),
  Buffer.from([0x93, 0xa1, 0x78, 0x80, 0xc0]),
  nested(100_000),
  `{"a":${nested(50_000)}}`,
  JSON.stringify({ type: 4, opts: { rooms: [], except: [] }, close: true }),
  JSON.stringify({ type: 6, uid: 'x', data: ['add', 1] }),
  JSON.stringify({ type: 5, requestId: 'x', uid: 'x', opts: { rooms: [], except: [] } }),
  JSON.stringify({ uid: 'x', nsp: '/', type: 6, data: { opts: { rooms: [], except: [] }, close: true } }),
  JSON.stringify({ uid: 'x', nsp: '/', type: 7, data: { opts: { rooms: [], except: [] }, requestId: 'x' } }),
  JSON.stringify({
    t: 'ask',
    from: 'x',
    name: 'x',
    op: 'disconnect',
    body: { nsp: '/', rooms: [], except: [] },
  }),
];

/** Every channel that somebody listens to, plain, by pattern and sharded. */
async function channels(): Promise<readonly { readonly name: string; readonly command: string }[]> {
  const plain = (await raw.sendCommand(['PUBSUB', 'CHANNELS'])) as unknown as string[];
  const sharded = (await raw.sendCommand(['PUBSUB', 'SHARDCHANNELS'])) as unknown as string[];
  return [
    ...plain.map((name) => ({ name, command: 'PUBLISH' })),
    ...sharded.map((name) => ({ name, command: 'SPUBLISH' })),
    { name: 'gatewire#/#', command: 'PUBLISH' },
    { name: 'gatewire#/#room#', command: 'PUBLISH' },
  ];
}

describe.each(MODES)('what comes over Redis in the mode %s', (mode) => {
  it('is dropped and counted when no node has signed it, and the nodes live', async () => {
    await using one = await node(redis, mode, 'one');
    await using two = await node(redis, mode, 'two');
    const ann = await guest(one, 'ann');
    const bob = await guest(two, 'bob');
    await ann.client.call('join', 'room');
    await bob.client.call('join', 'room');
    const all = await channels();
    expect(all.length).toBeGreaterThan(3);
    for (const { name, command } of all) {
      for (const message of HOSTILE) await raw.sendCommand([command, name, message]);
    }
    if (mode === 'streams') {
      const fields = {
        uid: 'x',
        nsp: '/',
        type: '6',
        data: '{"opts":{"rooms":[],"except":[]},"close":true}',
      };
      await raw.xAdd('gatewire:stream', '*', fields);
      await raw.xAdd('gatewire:stream', '*', { ...fields, mac: 'x', data: nested(100_000) });
      await raw.xAdd('gatewire:stream', '*', { nonsense: '1' });
    }
    const counted = () => Number(two.app.adapterHealth?.counters['forgedMessages']);
    await until('the forged ones are counted', () => counted() >= HOSTILE.length * 2);
    lobby(one).to('room').emit('said', 'after all that');
    expect(await bob.client.next('said')).toBe('after all that');
    expect(ann.client.socket.connected && bob.client.socket.connected).toBe(true);
    expect(await lobby(one).count()).toBe(2);
  });

  it('is dropped and counted when it is signed and senseless', async () => {
    await using one = await node(redis, mode, 'one', { acceptUnsigned: true });
    const ann = await guest(one, 'ann');
    for (const { name, command } of await channels()) {
      for (const message of HOSTILE.slice(0, 10)) await raw.sendCommand([command, name, message]);
    }
    if (mode === 'streams')
      await raw.xAdd('gatewire:stream', '*', { nsp: '/', type: '3', data: nested(100_000) });
    await ann.client.flush();
    expect(ann.client.socket.connected).toBe(true);
    lobby(one).emit('said', 'still');
    expect(await ann.client.next('said')).toBe('still');
  });

  it('is dropped and counted when it was sent before, whoever signed it', async () => {
    const prefix = `replayed.${mode}`;
    await using one = await node(redis, mode, 'one', { prefix });
    await using two = await node(redis, mode, 'two', { prefix });
    const bob = await guest(two, 'bob');
    await bob.client.call('join', 'room');
    const recorder = raw.duplicate();
    recorder.on('error', () => {});
    await recorder.connect();
    const recorded: { readonly command: string; readonly channel: string; readonly message: Buffer }[] = [];
    const record = (command: string) => (message: Buffer, channel: Buffer) =>
      void recorded.push({ command, channel: String(channel), message });
    await recorder.pSubscribe('*', record('PUBLISH') as never, true);
    for (const { name, command } of await channels())
      if (command === 'SPUBLISH') await recorder.sSubscribe(name, record('SPUBLISH') as never, true);
    lobby(one).to('room').emit('said', 'once');
    expect(await bob.client.next('said')).toBe('once');
    expect(await one.app.revoke('bob')).toBe(1);
    expect(await bob.client.disconnected()).toBe('io server disconnect');
    const again = await guest(two, 'bob');
    await again.client.call('join', 'room');
    await until('something is recorded', () => recorded.length > 3);
    recorder.destroy();

    const before = Number(two.app.adapterHealth?.counters['replayedMessages']);
    const stored = (mode === 'streams' && (await raw.xRange(`${prefix}:stream`, '-', '+'))) || [];
    for (const { command, channel, message } of recorded) await raw.sendCommand([command, channel, message]);
    for (const { message } of stored) await raw.xAdd(`${prefix}:stream`, '*', message);
    const counters = () => two.app.adapterHealth?.counters ?? {};
    const expected = mode === 'streams' ? stored.length : 1;
    await until('they are counted', () => Number(counters()['replayedMessages']) >= before + expected);
    lobby(one).to('room').emit('said', 'twice');
    expect(await again.client.next('said')).toBe('twice');
    expect(again.client.socket.connected).toBe(true);
    expect(counters()).toMatchObject({ forgedMessages: 0, malformedMessages: 0 });
  });

  it('never carries what a client connected with', async () => {
    await using one = await node(redis, mode, 'one');
    await using two = await node(redis, mode, 'two');
    const monitor = raw.duplicate();
    monitor.on('error', () => {});
    await monitor.connect();
    let seen = '';
    await monitor.monitor((line) => {
      seen += `${String(line)}\n`;
    });
    const ann = await guest(one, 'ann', {
      extraHeaders: { cookie: 'session=secret-token', authorization: 'secret-token' },
    });
    await guest(two, 'bob', { extraHeaders: { cookie: 'session=secret-token' } });
    expect(await lobby(two).sockets()).toHaveLength(2);
    const shown = await two.app.io.fetchSockets();
    expect(shown).toHaveLength(2);
    expect(shown.find(({ id }) => id === ann.id)?.handshake.headers).toEqual({});
    one.app.io.serverSideEmit('anything');
    // A node that asks as the plain adapters do is not answered.
    for (const { name, command } of await channels()) {
      for (const message of HOSTILE) await raw.sendCommand([command, name, message]);
    }
    lobby(one).emit('said', 'the end');
    await until('the end is seen', () => seen.includes('the end') || seen.includes('gatewire:stream'));
    await until('questions are seen', () => seen.includes('gatewire:node'));
    monitor.destroy();
    expect(seen).not.toContain('secret-token');
    expect(seen).not.toContain('session=');
  });
});

it('applications with different prefixes, and with different secrets, do not hear each other', async () => {
  await using one = await node(redis, 'classic', 'one');
  await using other = await node(redis, 'classic', 'other', { prefix: 'other' });
  await using stranger = await node(redis, 'classic', 'stranger', { secret: 'another' });
  const ann = await guest(one, 'ann');
  await guest(other, 'bob');
  await guest(stranger, 'eve');
  lobby(other).emit('said', 1);
  lobby(stranger).emit('said', 2);
  expect(await lobby(one).count()).toBe(1);
  await ann.client.expectNone('said');
  await until('the stranger is counted', () => Number(one.app.adapterHealth?.counters['forgedMessages']) > 0);
});
