import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { redisAdapter } from 'gatewire/redis';
import * as z from 'zod';
import { BootError, defineContract, type EventContext, Gateway, OnEvent } from '../../src/index.js';
import { createPublisher, type Publisher } from '../../src/nodes/redis/publisher.js';
import { createTestApp, type TestApp } from '../../src/testing/index.js';
import { compiled } from '../support/compiled.js';
import { freePort } from '../support/free-port.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { WAIT_MS } from '../support/within.js';
import { guest, lobby, MODES, node } from './redis-node.js';

const contract = defineContract('/', {
  serverToClient: {
    said: { payload: z.union([z.string(), z.number(), z.instanceof(Uint8Array)]) },
    ask: { payload: z.string(), ack: z.string() },
  },
});
const teams = defineContract('/team/:team', { serverToClient: { said: { payload: z.string() } } });

@Gateway('/team/:team')
class Teams {
  @OnEvent('join') async join(room: string, ctx: EventContext): Promise<void> {
    await ctx.join(room);
  }
}

let redis: RedisServer;
const open: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
afterAll(() => redis.stop());

describe.each(MODES)('a publisher over %s', (mode) => {
  let run = 0;
  beforeEach(() => void run++);
  const prefix = () => `publish.${mode}.${run}`;
  const start = async (name: string): Promise<TestApp> => {
    const test = await node(redis, mode, name, { prefix: prefix() });
    open.push(test);
    return test;
  };
  const publish = async (): Promise<Publisher<typeof contract>> => {
    const options = { redis: { url: redis.url, mode, prefix: prefix() }, contract, logger: false } as const;
    const publisher = await createPublisher(options);
    open.push(publisher);
    return publisher;
  };
  const nodesAndClients = async () => {
    const [one, two] = [await start('one'), await start('two')];
    const ann = await guest(one, 'ann');
    const bob = await guest(two, 'bob');
    await bob.client.call('join', 'general');
    return { one, two, ann, bob, publisher: await publish() };
  };

  it('reaches everybody, rooms, users and sockets, on all nodes, in order', async () => {
    const { ann, bob, publisher } = await nodesAndClients();
    const target = publisher.namespace();
    for (let n = 0; n < 200; n++) target.emit('said', n);
    for (const { client } of [ann, bob]) {
      for (let n = 0; n < 200; n++) expect(await client.next('said')).toBe(n);
    }
    target.to('general').emit('said', 'room');
    target.user('bob').emit('said', 'user');
    target.socket(bob.id).emit('said', 'socket');
    target.except('general').emit('said', 'others');
    target.to('general').emit('said', Buffer.from([1, 2, 3]));
    for (const text of ['room', 'user', 'socket']) expect(await bob.client.next('said')).toBe(text);
    expect(Buffer.from((await bob.client.next('said')) as Uint8Array)).toEqual(Buffer.from([1, 2, 3]));
    expect(await ann.client.next('said')).toBe('others');
    await ann.client.expectNone('said');
    await bob.client.expectNone('said');
  });

  it('asks, moves, disconnects and revokes', async () => {
    const { ann, bob, publisher } = await nodesAndClients();
    const target = publisher.namespace();
    ann.client.socket.on('ask', (text: string, ack: (answer: string) => void) => ack(`${text}, says ann`));
    expect(await target.count()).toBe(2);
    expect((await target.sockets()).map(({ user }) => (user as { id: string }).id).sort()).toEqual([
      'ann',
      'bob',
    ]);
    expect(await target.socket(ann.id).call('ask', 'hello')).toBe('hello, says ann');
    expect(await target.user('ann').callAll('ask', 'you')).toMatchObject({ answers: ['you, says ann'] });
    await target.user('ann').join('late');
    target.to('late').emit('said', 'joined');
    expect(await ann.client.next('said')).toBe('joined');
    await target.user('bob').disconnect();
    expect(await bob.client.disconnected()).toBe('io server disconnect');
    expect(await publisher.revoke('ann')).toBe(1);
    expect(await ann.client.next('exception')).toMatchObject({ error: { message: 'access was revoked' } });
  });

  it('is nobody that nodes ask, count or miss', async () => {
    const { one, publisher } = await nodesAndClients();
    const missing: string[] = [];
    expect(await lobby(one).count({ onMissing: (names) => missing.push(...names) })).toBe(2);
    await publisher.close();
    expect(await lobby(one).count({ onMissing: (names) => missing.push(...names) })).toBe(2);
    expect(missing).toEqual([]);
    const names = one.log.records
      .filter(({ event }) => event === 'cluster.node-joined')
      .map(({ node }) => node);
    expect(names).toEqual(['two']);
  });

  it('reaches instances of a namespace with parameters, however many it has spoken to', async () => {
    const options = { url: redis.url, mode, prefix: prefix() };
    const test = await createTestApp(Teams, { adapter: redisAdapter(options) });
    const publisher = await createPublisher({ redis: options, contract: teams, logger: false });
    open.push(test, publisher);
    const seven = await test.client.connect('/team/7');
    const eight = await test.client.connect('/team/8');
    for (let team = 1_000; team < 2_500; team++) {
      publisher.namespace({ team: `${team}` }).emit('said', 'nobody is there');
    }
    publisher.namespace({ team: '7' }).emit('said', 'seven');
    expect(await seven.next('said')).toBe('seven');
    await eight.expectNone('said');
    expect(() => publisher.namespace({ team: '../8' })).toThrow(TypeError);
  });

  it('says all of it before its process ends, by itself', async () => {
    const test = await node(redis, mode, 'one');
    open.push(test);
    const { client } = await guest(test);
    const child = spawn(process.execPath, [compiled('test/fixtures/nodes/publisher.ts')], {
      env: { ...process.env, REDIS_URL: redis.url, REDIS_MODE: mode },
      stdio: 'inherit',
    });
    const ended = once(child, 'exit');
    for (let n = 0; n < 100; n++) expect(await client.next('said', WAIT_MS)).toBe(`${n}`);
    expect(await ended).toEqual([0, null]);
  });
});

describe('a publisher', () => {
  it('does not send what does not fit the contract', async () => {
    const publisher = await createPublisher({ redis: { url: redis.url }, contract, logger: false });
    open.push(publisher);
    expect(() => publisher.namespace().emit('said', { text: 'hi' } as never)).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
  });

  it('opens without Redis, and counts what nobody hears', async () => {
    const url = `redis://:secret@127.0.0.1:${await freePort()}`;
    const publisher = await createPublisher({ redis: { url }, contract, logger: false });
    open.push(publisher);
    publisher.namespace().emit('said', 'to nobody');
    expect(publisher.health.status).toBe('degraded');
    expect(publisher.health.counters['droppedPublishes']).toBeGreaterThan(0);
    await until('an answer', async () => (await publisher.namespace().count()) === 0);
    await publisher.close();
  });

  it('reports wrong options together', async () => {
    const opening = createPublisher({ redis: { url: undefined, mode: 'x' }, contract: '/chat' } as never);
    const error = await opening.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BootError);
    expect((error as BootError).problems.map(({ code }) => code).sort()).toEqual([
      'GW_ERR_BOOT_REDIS_URL',
      'GW_ERR_BUILD_BAD_OPTION',
      'GW_ERR_BUILD_BAD_OPTION',
    ]);
  });
});
