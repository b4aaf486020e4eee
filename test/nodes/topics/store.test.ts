import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { loggerFrom } from '../../../src/base/logger.js';
import { RedisConnections } from '../../../src/nodes/redis/redis-connections.js';
import { checkRedisOptions } from '../../../src/nodes/redis/redis-options.js';
import { RedisStore } from '../../../src/nodes/redis/redis-store.js';
import { RedisTopics } from '../../../src/nodes/redis/redis-topics.js';
import { Signer } from '../../../src/nodes/redis/signer.js';
import { MemoryTopics } from '../../../src/stores/memory-topics.js';
import type { Change, NewChange, PublishConditions, TopicStore } from '../../../src/stores/topics.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

let redis: RedisServer;
let client: ReturnType<typeof createClient>;
const open: { close(): unknown }[] = [];
beforeAll(async () => {
  redis = await RedisServer.start();
  client = createClient({ url: redis.url });
  await client.connect();
});
afterAll(async () => {
  for (const one of open) await one.close();
  client?.destroy();
  await redis?.stop();
});

async function overRedis(mode: 'classic' | 'sharded'): Promise<TopicStore> {
  const given = { url: redis.url, prefix: mode, mode };
  const { options } = checkRedisOptions(given, {}, { location: null, label: 'test' });
  const host = { app: 'test', logger: loggerFrom(false), reachable: () => {} };
  const signer = await Signer.create(options.secret, options.prefix);
  const connections = new RedisConnections(options, host, signer);
  await connections.heartbeat.started(30_000);
  open.push(connections);
  return new RedisTopics(connections, new RedisStore(connections));
}

const RULE = { history: 5, ttlMs: 60_000, maxEntries: null };
const KEYED = { history: 5, ttlMs: 60_000, maxEntries: 3 };
const NONE: PublishConditions = { idempotencyKey: null, idempotencyMs: 300_000, expect: null };
const value = (json: unknown): NewChange => ({ key: '', value: JSON.stringify(json), ttlMs: null });
const entry = (key: string, json: unknown, ttlMs: number | null = null): NewChange => ({
  key,
  value: json === undefined ? null : JSON.stringify(json),
  ttlMs,
});
const ALL = { after: 0, state: true, isKeyed: false };
const STATE = { after: null, state: true, isKeyed: true };

describe.each([
  ['memory', async () => new MemoryTopics()],
  ['Redis, classic', () => overRedis('classic')],
  ['Redis, sharded', () => overRedis('sharded')],
] as const)('topics in %s', (_, make) => {
  let store: TopicStore;
  beforeAll(async () => {
    store = await make();
  });
  let topic = '';
  let count = 0;
  const newTopic = (): string => {
    topic = `app:t/${++count} {é}`;
    return topic;
  };

  it('numbers changes, and names the one before', async () => {
    newTopic();
    const first = await store.publish(topic, [value('a')], RULE, NONE);
    const last = await store.publish(topic, [value('b'), value('ü')], RULE, NONE);
    expect([first.outcome, first.position.offset, last.position.offset]).toEqual(['published', 1, 3]);
    const { position, changes, state } = await store.read(topic, ALL);
    expect(position).toEqual(last.position);
    expect(changes.map((change) => change.value)).toEqual(['"a"', '"b"', '"ü"']);
    expect(changes.map(({ before }) => before)).toEqual(['', ...changes.slice(0, 2).map(({ tag }) => tag)]);
    expect(changes.map(({ offset }) => offset)).toEqual([1, 2, 3]);
    expect(state).toEqual([['', '"ü"']]);
  });

  it('gives a topic that nobody has published to an epoch that stays', async () => {
    newTopic();
    const one = await store.read(topic, ALL);
    expect(one).toMatchObject({ position: { offset: 0, tag: '' }, changes: [], state: [] });
    expect((await store.read(topic, ALL)).position).toEqual(one.position);
    expect((await store.publish(topic, [value(1)], RULE, NONE)).position.epoch).toBe(one.position.epoch);
  });

  it('keeps the last changes, without a gap', async () => {
    newTopic();
    for (let i = 1; i <= 8; i++) await store.publish(topic, [value(i)], RULE, NONE);
    const { changes } = await store.read(topic, ALL);
    expect(changes.map(({ offset }) => offset)).toEqual([4, 5, 6, 7, 8]);
    const { changes: some } = await store.read(topic, { ...ALL, after: 6 });
    expect(some.map(({ offset }) => offset)).toEqual([7, 8]);
  });

  it('tells a listener each change', async () => {
    newTopic();
    const heard: Change[] = [];
    let touched = 0;
    await store.watch(topic, {
      changed: (_epoch, changes) => heard.push(...changes),
      touched: () => touched++,
    });
    await store.publish(topic, [value('ä')], RULE, NONE);
    await store.publish(topic, [value(2), value(3)], RULE, NONE);
    await until('three', () => heard.length === 3);
    expect(heard).toEqual((await store.read(topic, ALL)).changes);
    await store.delete(topic);
    await until('touched', () => touched === 1);
    store.unwatch(topic);
    await store.publish(topic, [value(4)], RULE, NONE);
    expect(heard).toHaveLength(3);
  });

  it('publishes once for an idempotency key', async () => {
    newTopic();
    const once = { ...NONE, idempotencyKey: 'order 7' };
    const first = await store.publish(topic, [value(1)], RULE, once);
    const again = await store.publish(topic, [value(1)], RULE, once);
    expect(again).toEqual({ outcome: 'repeated', position: first.position });
    expect((await store.read(topic, ALL)).changes).toHaveLength(1);
  });

  it('publishes at the expected position only', async () => {
    newTopic();
    const { position } = await store.publish(topic, [value(1)], RULE, NONE);
    const expecting = (expect: PublishConditions['expect']) => ({ ...NONE, expect });
    const late = await store.publish(topic, [value(9)], RULE, expecting({ ...position, offset: 0 }));
    expect(late).toEqual({ outcome: 'conflict', position });
    const foreign = await store.publish(topic, [value(9)], RULE, expecting({ ...position, epoch: 'x' }));
    expect(foreign.outcome).toBe('conflict');
    expect((await store.publish(topic, [value(2)], RULE, expecting(position))).outcome).toBe('published');
    expect((await store.read(topic, ALL)).state).toEqual([['', '2']]);
  });

  it('keeps a value for each key, up to a number of keys, all or none', async () => {
    newTopic();
    await store.publish(topic, [entry('a', 1), entry('b', 2)], KEYED, NONE);
    await store.publish(topic, [entry('a', undefined), entry('c', { x: 'ö' })], KEYED, NONE);
    const { state, position } = await store.read(topic, STATE);
    expect(new Map(state)).toEqual(
      new Map([
        ['b', '2'],
        ['c', '{"x":"ö"}'],
      ]),
    );
    const full = await store.publish(topic, [entry('d', 1), entry('e', 1)], KEYED, NONE);
    expect(full).toEqual({ outcome: 'full', position });
    const { changes } = await store.read(topic, { after: 0, state: false, isKeyed: true });
    expect(changes.map(({ key, value: json }) => [key, json])).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['a', null],
      ['c', '{"x":"ö"}'],
    ]);
  });

  it('removes a key whose time has come, as a change', async () => {
    newTopic();
    await store.publish(topic, [entry('a', 1, 30), entry('b', 2)], KEYED, NONE);
    await until('the removal', async () => (await store.read(topic, STATE)).state.length === 1);
    const { changes, state } = await store.read(topic, { after: 2, state: true, isKeyed: true });
    expect(changes).toMatchObject([{ key: 'a', value: null, offset: 3 }]);
    expect(state).toEqual([['b', '2']]);
  });

  it('begins a new epoch when a topic is deleted', async () => {
    newTopic();
    const { position } = await store.publish(topic, [value(1)], RULE, NONE);
    expect(await store.delete(topic)).toBe(true);
    const read = await store.read(topic, ALL);
    expect(read).toMatchObject({ position: { offset: 0 }, changes: [], state: [] });
    expect(read.position.epoch).not.toBe(position.epoch);
    expect(await store.delete(topic)).toBe(false);
  });

  it('forgets a topic some time after its last change', async () => {
    newTopic();
    const { position } = await store.publish(topic, [value(1)], { ...RULE, ttlMs: 20 }, NONE);
    await until('forgotten', async () => (await store.read(topic, ALL)).position.epoch !== position.epoch);
    expect((await store.read(topic, ALL)).state).toEqual([]);
  });

  it('tells the positions of topics', async () => {
    newTopic();
    const { position } = await store.publish(topic, [value(1)], RULE, NONE);
    expect(await store.positions([topic, 'app:unknown'])).toEqual([position, null]);
  });
});

describe('topics in Redis', () => {
  let store: TopicStore;
  beforeAll(async () => {
    store = await overRedis('classic');
  });
  const channel = (topic: string): string => `classic:topic:{${topic}}`;

  it('begins a new epoch where a position is not part of the log, and only there', async () => {
    const topic = 'app:fork';
    for (let i = 0; i < 7; i++) await store.publish(topic, [value(i)], RULE, NONE);
    const { position, changes } = await store.read(topic, ALL);
    const epochAfter = async (offset: number, tag: string): Promise<string> => {
      await store.fork(topic, { epoch: position.epoch, offset, tag });
      return (await store.read(topic, ALL)).position.epoch;
    };
    for (const { offset, tag } of changes) expect(await epochAfter(offset, tag)).toBe(position.epoch);
    expect(await epochAfter(1, 'trimmed')).toBe(position.epoch);
    expect(await epochAfter(5, 'another')).not.toBe(position.epoch);
  });

  it('takes no message that a node did not sign, nor one twice', async () => {
    const topic = 'app:forged';
    const heard: Change[] = [];
    await store.watch(topic, { changed: (_epoch, changes) => heard.push(...changes), touched: () => {} });
    const messages: string[] = [];
    const listener = client.duplicate();
    await listener.connect();
    await listener.subscribe(channel(topic), (message) => messages.push(message));
    await store.publish(topic, [value('true')], RULE, NONE);
    await until('it is heard', () => heard.length === 1 && messages.length === 1);
    const [message = ''] = messages;
    await client.publish(channel(topic), message.replace('true', 'lies'));
    await client.publish(channel(topic), message);
    await client.publish(channel(topic), 'no message');
    await store.publish(topic, [value('last')], RULE, NONE);
    await until('the last one', () => heard.some((change) => change.value === '"last"'));
    expect(heard.map((change) => change.value)).toEqual(['"true"', '"last"']);
    listener.destroy();
  });

  it('leaves no key without an end', async () => {
    const keys = await client.keys('*');
    expect(keys.length).toBeGreaterThan(10);
    for (const key of keys) expect([key, await client.pTTL(key)]).toEqual([key, expect.any(Number)]);
    const endless = [];
    for (const key of keys) if ((await client.pTTL(key)) < 0) endless.push(key);
    expect(endless).toEqual([]);
  });
});
