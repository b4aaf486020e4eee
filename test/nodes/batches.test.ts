import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import { createPublisher, type Publisher, type RedisAdapterOptions, redisAdapter } from 'gatewire/redis';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import * as z from 'zod';
import { type ConnectContext, defineContract, Gateway, OnConnect } from '../../src/index.js';
import { readBatch, writeBatch } from '../../src/nodes/redis/batch-format.js';
import { Signer } from '../../src/nodes/redis/signer.js';
import { createTestApp, type TestApp } from '../../src/testing/index.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { guest, Lobby, lobby, MODES, node } from './redis-node.js';

let redis: RedisServer;
let raw: Awaited<ReturnType<typeof connected>>;
let runs = 0;
let prefix = '';
const stops: (() => unknown)[] = [];

beforeAll(async () => {
  redis = await RedisServer.start();
  raw = await connected();
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
afterAll(async () => {
  raw.destroy();
  await redis.stop();
});

async function connected() {
  const client = createClient({ url: redis.url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

const contract = defineContract('/', {
  serverToClient: { probe: { payload: z.number() }, said: { payload: z.number() } },
});

type Mode = (typeof MODES)[number];

async function start(mode: Mode, name: string, options: Partial<RedisAdapterOptions> = {}, more = {}) {
  const test = await node(redis, mode, name, { prefix, ...options }, more);
  stops.push(() => test.close());
  return test;
}

/** Two nodes, with a client on each, and what Redis is sent. */
async function pair(mode: Mode, options: Partial<RedisAdapterOptions> = {}) {
  prefix = `batches.${++runs}`;
  const one = await start(mode, 'one', options);
  const two = await start(mode, 'two', options);
  const ann = await guest(one, 'ann');
  const bob = await guest(two, 'bob');
  const redisLog = await RedisLog.start(prefix);
  return { one, two, ann, bob, redisLog };
}

/** Broadcasts that Redis is sent, in its order. */
class RedisLog {
  readonly #lines: string[] = [];

  static async start(name: string): Promise<RedisLog> {
    const log = new RedisLog();
    const client = await connected();
    stops.push(() => client.destroy());
    const broadcast = new RegExp(`"(PUBLISH|SPUBLISH)" "${name}#|"XADD" .*"type" "(3|batch)"`);
    await client.monitor((line) => {
      if (broadcast.test(String(line)) && String(line).includes(name)) log.#lines.push(String(line));
    });
    return log;
  }

  get count(): number {
    return this.#lines.length;
  }

  /** Which of them are batches. */
  get areBatches(): readonly boolean[] {
    return this.#lines.map((line) => /" "\\xc1|"type" "batch"/.test(line));
  }
}

type Sender = TestApp | Publisher<typeof contract>;

function say(from: Sender, event: 'probe' | 'said', n: number): void {
  if ('app' in from) lobby(from).emit(event, n);
  else from.namespace().emit(event, n);
}

/** Sends two messages in one turn, and tells whether they left as one. */
async function arePaired(from: Sender, to: Awaited<ReturnType<typeof guest>>['client'], log: RedisLog) {
  const before = log.count;
  say(from, 'probe', 1);
  say(from, 'probe', 2);
  expect(await to.next('probe')).toBe(1);
  expect(await to.next('probe')).toBe(2);
  await until('Redis has them', () => log.count > before);
  return log.areBatches.at(-1) === true;
}

/** What a client of another node gets of five messages of one turn, right behind which a sender closes. */
async function lastWords(
  from: Sender,
  { client }: Awaited<ReturnType<typeof guest>>,
): Promise<readonly unknown[]> {
  for (let n = 0; n < 5; n++) say(from, 'said', n);
  await from.close();
  const got: unknown[] = [];
  while (got.length < 5) got.push(await client.next('said'));
  return got;
}

const counters = ({ app }: TestApp) => app.adapterHealth?.counters ?? {};

async function batching(mode: Mode, options: Partial<RedisAdapterOptions> = {}) {
  const nodes = await pair(mode, options);
  const { one, bob, redisLog } = nodes;
  await until('batches', () => arePaired(one, bob.client, redisLog));
  return nodes;
}

describe.each(MODES)('the broadcasts of one turn, over %s', (mode) => {
  it('leave as one message, and arrive in order, with binary values', async () => {
    const { one, two, ann, bob, redisLog } = await batching(mode);
    const before = redisLog.count;
    let delivered = 0;
    const { conn } = [...one.app.io.of('/').sockets.values()][0] as { conn: NodeJS.EventEmitter };
    conn.on('packetCreate', () => void delivered++);
    for (let n = 0; n < 20; n++) lobby(one).emit('said', n);
    expect(delivered).toBe(20); // clients of the node do not wait
    for (const { client } of [ann, bob])
      for (let n = 0; n < 20; n++) expect(await client.next('said')).toBe(n);
    await until('Redis has it', () => redisLog.count > before);
    expect(redisLog.areBatches.slice(before)).toEqual([true]);

    for (let n = 0; n < 3; n++) lobby(one).emit('said', { n, bytes: Buffer.from([n, 0xc1, 255]) });
    for (let n = 0; n < 3; n++) {
      const { bytes, ...rest } = (await bob.client.next('said')) as { n: number; bytes: Uint8Array };
      expect([rest, Buffer.from(bytes)]).toEqual([{ n }, Buffer.from([n, 0xc1, 255])]);
    }
    expect(counters(two)).toMatchObject({ forgedMessages: 0, malformedMessages: 0, replayedMessages: 0 });
  });

  it('leave before anything else that the node sends', async () => {
    const { one, two, bob } = await batching(mode);
    const { io: server } = one.app;
    const got: unknown[] = [];
    bob.client.socket.on('said', (n: unknown) => got.push(n));
    const keeper = await guest(two, 'keeper');
    await keeper.client.call('join', 'later'); // over sharded pub/sub the node is subscribed to the room
    lobby(one).emit('said', 1);
    server.in(bob.id).socketsJoin('later');
    lobby(one).to('later').emit('said', 2);
    server.in(bob.id).socketsLeave('later');
    lobby(one).to('later').emit('said', 'never');
    lobby(one).emit('said', 3);
    server.in(bob.id).disconnectSockets();
    lobby(one).emit('said', 'too late');
    expect(await bob.client.disconnected()).toBe('io server disconnect');
    expect(got).toEqual([1, 2, 3]);
  });

  it('leave before the node closes', async () => {
    const { one, bob, redisLog } = await batching(mode);
    const before = redisLog.count;
    expect(await lastWords(one, bob)).toEqual([0, 1, 2, 3, 4]);
    expect(redisLog.areBatches.slice(before)).toEqual([true]);
  });

  it('leave before a publisher closes', async () => {
    const { bob, redisLog } = await batching(mode);
    const options = { redis: { url: redis.url, mode, prefix }, contract, logger: false } as const;
    const publisher = await createPublisher(options);
    stops.push(() => publisher.close());
    await until('batches', () => arePaired(publisher, bob.client, redisLog));
    const before = redisLog.count;
    expect(await lastWords(publisher, bob)).toEqual([0, 1, 2, 3, 4]);
    expect(redisLog.areBatches.slice(before)).toEqual([true]);
  });
});

/** Numbers that are random and the same in each run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const ROOMS = ['a', 'b', 'c'];
const NAMES = ['keeper', 'x', 'y', 'z'];
const OPERATIONS = 500;

@Gateway('/side')
class Side {
  @OnConnect() greet(ctx: ConnectContext): void {
    ctx.emit('hello', ctx.socket.id);
  }
}

/** Emits, joins, leaves and disconnects at random; returns what each client of both nodes got. */
async function random(mode: Mode, batch: boolean, seed: number) {
  prefix = `batches.${++runs}`;
  const open = async (nodeName: string): Promise<TestApp> => {
    const adapter = redisAdapter({ url: redis.url, mode, prefix, nodeName, batch });
    const test = await createTestApp([Lobby, Side], { adapter });
    stops.push(() => test.close());
    return test;
  };
  const [one, two] = [await open('one'), await open('two')];
  const got = new Map<string, string[]>();
  const ids: string[] = [];
  const probe = await guest(two);
  for (const namespace of ['/', '/side']) {
    for (const name of NAMES) {
      const client = await (name === 'z' ? one : two).client.connect(namespace);
      const id = (await client.next('hello')) as string;
      const list: string[] = [];
      client.socket.on('said', (value: unknown) => list.push(JSON.stringify(value)));
      client.socket.on('disconnect', () => list.push('disconnected'));
      got.set(`${namespace} ${name}`, list);
      ids.push(id);
      // Over sharded pub/sub a node misses what is sent before it has subscribed: somebody is in each room.
      if (name === 'keeper') two.app.io.of(namespace).in(id).socketsJoin(ROOMS);
    }
  }
  const redisLog = await RedisLog.start(prefix);
  if (batch) await until('batches', () => arePaired(one, probe.client, redisLog));
  else expect(await arePaired(one, probe.client, redisLog)).toBe(false);

  const next = seeded(seed);
  const room = () => ROOMS[next(ROOMS.length)] as string;
  for (let n = 0; n < OPERATIONS; n++) {
    const isSide = next(3) === 0;
    const nsp = one.app.io.of(isSide ? '/side' : '/');
    const id = ids[1 + next(3) + (isSide ? NAMES.length : 0)] as string;
    const operation = next(14);
    if (operation < 3) nsp.to(room()).emit('said', n);
    else if (operation === 3) nsp.to(room()).to(room()).emit('said', n);
    else if (operation === 4) nsp.except(room()).emit('said', n);
    else if (operation === 5) nsp.to(room()).except(room()).emit('said', n);
    else if (operation === 6) nsp.to(room()).emit('said', { n, bytes: Buffer.from([n & 255]) });
    else if (operation === 7) nsp.to(id).emit('said', n);
    else if (operation < 10) nsp.emit('said', n);
    else if (operation === 10) nsp.in(id).socketsJoin(room());
    else if (operation === 11) nsp.in(id).socketsLeave(room());
    else if (operation === 12) nsp.in(id).socketsJoin(ROOMS);
    else
      await new Promise((resolve) => (next(4) === 0 ? setTimeout(resolve, next(5)) : setImmediate(resolve)));
    if (n === OPERATIONS - 100) nsp.in(ids[1] as string).disconnectSockets();
  }
  for (const nsp of ['/', '/side']) one.app.io.of(nsp).emit('said', 'end');
  await until('the end', () => [...got.values()].every((list) => /end|disconnected/.test(list.at(-1) ?? '')));
  return { got: Object.fromEntries(got), hasBatches: redisLog.areBatches.includes(true) };
}

describe.each(MODES)('in batches over %s', (mode) => {
  it.each([1, 2])('every client gets what it gets one by one, in that order: seed %i', async (seed) => {
    const single = await random(mode, false, seed);
    const batched = await random(mode, true, seed);
    expect([single.hasBatches, batched.hasBatches]).toEqual([false, true]);
    expect(batched.got).toEqual(single.got);
    expect(Math.min(...Object.values(single.got).map(({ length }) => length))).toBeGreaterThan(50);
  });
});

describe.each(MODES)('messages are sent one by one over %s', (mode) => {
  it('while there is a node of the release before, which gets all of them', async () => {
    const { one, bob, redisLog } = await batching(mode);
    const inner = redisAdapter({ url: redis.url, mode, prefix, nodeName: 'before' });
    const before = await createTestApp(Lobby, {
      adapter: {
        ...inner,
        async open(host) {
          const opened = await inner.open(host);
          const { bus } = opened;
          // It neither announces that it reads batches, nor asks.
          return {
            ...opened,
            bus: {
              get isOpen() {
                return bus.isOpen;
              },
              send: (...args) => bus.send(...args),
              nodes: () => bus.nodes(),
            },
          };
        },
      },
    });
    stops.push(() => before.close());
    const count = redisLog.count;
    const { client } = await guest(before);
    for (let n = 0; n < 10; n++) lobby(one).emit('said', n);
    for (let n = 0; n < 10; n++) expect(await client.next('said')).toBe(n);
    expect(redisLog.areBatches.slice(count)).not.toContain(true);
    await before.close();
    await until('batches again', () => arePaired(one, bob.client, redisLog));
  });

  it('while there is a plain Socket.IO server', async () => {
    const { one, bob, redisLog } = await batching(mode);
    const plain = await plainNode(mode);
    await until('single messages', async () => !(await arePaired(one, bob.client, redisLog)));
    await plain.close();
    await until('batches again', () => arePaired(one, bob.client, redisLog));
  });

  it('with `batch: false`, and the node reads the batches of others', async () => {
    const { one, ann, redisLog } = await pair(mode, { batch: false });
    const three = await start(mode, 'three');
    await until('batches of the third', () => arePaired(three, ann.client, redisLog));
    const carol = await guest(three);
    expect(await arePaired(one, carol.client, redisLog)).toBe(false);
  });
});

/** A plain Socket.IO server on the channels of the nodes. */
async function plainNode(mode: Mode) {
  const clients = [await connected(), await connected()];
  const [pub, sub] = clients as [(typeof clients)[0], (typeof clients)[0]];
  const server = new Server();
  if (mode === 'classic') server.adapter(createAdapter(pub, sub, { key: prefix }));
  else if (mode === 'sharded') server.adapter(createShardedAdapter(pub, sub, { channelPrefix: prefix }));
  else {
    const options = { streamName: `${prefix}:stream`, channelPrefix: prefix, blockTimeInMs: 100 };
    server.adapter(createStreamsAdapter(pub, options));
  }
  server.listen(0);
  const address = () =>
    (server as unknown as { httpServer: { address(): { port: number } } }).httpServer.address();
  const close = async (): Promise<void> => {
    await server.close();
    for (const client of clients.splice(0)) await client.close(); // with what the adapter still says
  };
  stops.push(close);
  return { server, url: `http://127.0.0.1:${address().port}`, close };
}

it('a plain Socket.IO server on the same stream loses nothing with `batch: false`', async () => {
  const { one } = await pair('streams', { batch: false });
  const plain = await plainNode('streams');
  const client = io(plain.url, { transports: ['websocket'] });
  stops.push(() => client.close());
  const got: number[] = [];
  client.on('said', (n: number) => got.push(n));
  await new Promise<void>((resolve) => client.once('connect', resolve));
  // The plain adapter may miss what is added between its first two reads.
  await until('its first message', () => lobby(one).emit('said', -1) === undefined && got.length > 0);
  for (let n = 0; n < 50; n++) lobby(one).emit('said', n);
  await until('the last', () => got.at(-1) === 49);
  expect(got.filter((n) => n >= 0)).toEqual(Array.from({ length: 50 }, (_, n) => n));
});

/** Publishes as `@socket.io/redis-emitter` does: the plain adapter without its subscriptions. */
function emitter(): Server {
  const deaf = { pSubscribe() {}, subscribe() {}, pUnsubscribe() {}, unsubscribe() {}, on() {}, off() {} };
  const server = new Server();
  server.adapter(createAdapter(raw, deaf, { key: prefix }));
  return server;
}

describe('beside batches', () => {
  it('messages of redis-emitter are read with `acceptUnsigned`, and refused without', async () => {
    const { one, bob, redisLog } = await batching('classic', { acceptUnsigned: true });
    const strict = await start('classic', 'strict');
    const eve = await guest(strict, 'eve');
    await bob.client.call('join', 'general');
    await until('batches', () => arePaired(one, bob.client, redisLog));
    emitter().to('general').emit('said', 'by an emitter');
    expect(await bob.client.next('said')).toBe('by an emitter');
    emitter().emit('said', 'to all');
    expect(await bob.client.next('said')).toBe('to all');
    await until('it is counted', () => Number(counters(strict)['forgedMessages']) === 2);
    await eve.client.expectNone('said');
    expect(await arePaired(one, bob.client, redisLog)).toBe(true);
  });

  it('messages to rooms that a node does not have are skipped there undecoded', async () => {
    const { one, two, bob } = await batching('classic');
    await bob.client.call('join', 'general');
    const adapter = two.app.io.of('/').adapter as unknown as { parser: { decode(message: Buffer): unknown } };
    const { decode } = adapter.parser;
    let decoded = 0;
    adapter.parser = {
      ...adapter.parser,
      decode: (message) => {
        decoded++;
        return decode(message);
      },
    };
    for (let n = 0; n < 10; n++) lobby(one).to(`nobody is in ${n}`).emit('said', n);
    lobby(one).to('general').emit('said', 'heard');
    expect(await bob.client.next('said')).toBe('heard');
    expect(decoded).toBe(1);
  });

  it('no batch has more than 128 messages, nor 256 KB', async () => {
    const { one, bob } = await batching('classic');
    const listener = await connected();
    stops.push(() => listener.destroy());
    const seen: Buffer[] = [];
    await listener.pSubscribe(`${prefix}#*`, ((message: Buffer) => void seen.push(message)) as never, true);
    for (let n = 0; n < 300; n++) lobby(one).emit('said', n);
    for (let n = 0; n < 300; n++) expect(await bob.client.next('said')).toBe(n);
    await until('all are recorded', () => seen.length === 3);
    const SIGNATURE = 36;
    expect(seen.map((message) => readBatch(message.subarray(0, -SIGNATURE)).length)).toEqual([128, 128, 44]);

    seen.length = 0;
    for (let n = 0; n < 10; n++) lobby(one).emit('said', `${n}`.repeat(60_000));
    lobby(one).emit('said', 'x'.repeat(300_000));
    for (let n = 0; n < 11; n++) await bob.client.next('said');
    await until('all are recorded', () => seen.length === 4);
    expect(seen.map(({ length }) => Math.ceil(length / 262_144))).toEqual([1, 1, 1, 2]);
    expect(seen.map(([first]) => first === 0xc1)).toEqual([true, true, true, false]);
  });

  it('a batch that is malformed, signed wrong, not signed, or sent before is dropped and counted', async () => {
    const { one, two, bob } = await batching('classic', { acceptUnsigned: true });
    const channel = `${prefix}#/#`;
    const listener = await connected();
    stops.push(() => listener.destroy());
    const seen: Buffer[] = [];
    await listener.pSubscribe(`${prefix}#*`, ((message: Buffer) => void seen.push(message)) as never, true);
    for (const text of ['a', 'b']) lobby(one).emit('said', text);
    for (const text of ['a', 'b']) expect(await bob.client.next('said')).toBe(text);
    await until('it is recorded', () => seen.length === 1);
    const [recorded] = seen as [Buffer];
    const changed = Buffer.from(recorded);
    changed[20] = (changed[20] as number) ^ 1;
    const signer = await Signer.create(redis.password, prefix);
    const whole = recorded.subarray(0, -36);
    const sign = (message: Buffer): Buffer => signer.sign(channel, message, Date.now());
    for (const message of [recorded, changed, whole, sign(whole.subarray(0, -1)), sign(whole.subarray(0, 1))])
      await raw.publish(channel, message);
    const expected = { replayedMessages: 1, forgedMessages: 2, malformedMessages: 2 };
    await until('they are counted', () =>
      Object.entries(expected).every(([name, count]) => Number(counters(two)[name]) >= count),
    );
    expect(counters(two)).toMatchObject(expected);
    // One undecodable message does not keep the others back.
    const [first] = readBatch(whole);
    const messages = [
      { suffix: '', message: Buffer.from([0xc1]) },
      { suffix: '', message: first?.message ?? '' },
    ];
    await raw.publish(channel, sign(writeBatch(messages)));
    expect(await bob.client.next('said')).toBe('a');
    await bob.client.expectNone('said');
  });

  it.each(MODES)(
    'a Redis that is frozen has as many messages in flight as one by one, over %s',
    async (mode) => {
      const own = await RedisServer.start();
      stops.push(() => own.stop());
      const shared = redis;
      redis = own;
      stops.push(() => {
        redis = shared;
      });
      const { one } = await batching(mode);
      own.freeze();
      stops.push(() => own.thaw());
      for (let n = 0; n < 25_000; n++) lobby(one).emit('said', n);
      const { droppedPublishes } = counters(one);
      expect(droppedPublishes).toBeGreaterThanOrEqual(14_800);
      expect(droppedPublishes).toBeLessThanOrEqual(15_128);
      await own.kill();
      await until('the rest is counted', () => Number(counters(one)['failedPublishes']) >= 9_800);
      const before = Number(counters(one)['droppedPublishes']);
      await until('degraded', () => one.app.adapterHealth?.status === 'degraded');
      for (let n = 0; n < 10; n++) lobby(one).emit('said', n);
      expect(Number(counters(one)['droppedPublishes']) - before).toBeGreaterThanOrEqual(10);
    },
  );
});

it('clients are recovered from a stream whose other nodes send batches otherwise', async () => {
  prefix = `batches.${++runs}`;
  const socket = { connectionStateRecovery: { maxDisconnectionDuration: 60_000 } };
  const one = await start('streams', 'one');
  const two = await start('streams', 'two', {}, { socket });
  const { client } = await guest(two, 'bob');
  lobby(one).emit('said', 'first');
  expect(await client.next('said')).toBe('first');
  client.socket.io.engine.close();
  await until('it is gone', () => two.app.io.of('/').sockets.size === 0);
  for (let n = 0; n < 5; n++) lobby(one).emit('said', n);
  client.socket.connect();
  for (let n = 0; n < 5; n++) expect(await client.next('said')).toBe(n);
  expect(client.socket.recovered).toBe(true);
  const entries = await raw.xRange(`${prefix}:stream`, '-', '+');
  expect((entries ?? []).map(({ message }) => message['type'])).not.toContain('batch');
});
