import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { loggerFrom } from '../../src/base/logger.js';
import { RedisConnections } from '../../src/nodes/redis/redis-connections.js';
import { checkRedisOptions } from '../../src/nodes/redis/redis-options.js';
import { RedisRevocations, RedisStore } from '../../src/nodes/redis/redis-store.js';
import { Signer } from '../../src/nodes/redis/signer.js';
import { MemoryRevocations, type RevocationStore } from '../../src/stores/revocations.js';
import type { TestApp } from '../../src/testing/index.js';
import { Cable } from '../support/cable.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { guest, lobby, MODES, node } from './redis-node.js';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis.stop());

const REVOKED = { event: 'connect', error: { code: 'UNAUTHENTICATED', message: 'access was revoked' } };

describe.each(MODES)('revoke() over %s', (mode) => {
  const open: TestApp[] = [];
  let run = 0;
  beforeEach(() => void run++);
  afterEach(async () => {
    redis.thaw();
    await Promise.all(open.splice(0).map((test) => test.close()));
  });
  const start = async (name: string, url = redis.url) => {
    const test = await node({ url }, mode, name, { prefix: `revoke.${mode}.${run}` });
    open.push(test);
    return test;
  };
  const pair = async () => {
    const one = await start('one');
    const two = await start('two');
    await until('both know each other', async () => {
      const missing: string[] = [];
      await lobby(one).count({ onMissing: (names) => missing.push(...names) });
      return missing.length === 0;
    });
    return [one, two] as const;
  };

  it('reaches the sockets of all nodes, and counts them', async () => {
    const [one, two] = await pair();
    const anns = await Promise.all([guest(one, 'ann'), guest(two, 'ann'), guest(two, 'ann')]);
    const bob = await guest(two, 'bob');
    expect(await one.app.revoke('ann')).toBe(3);
    for (const { client } of anns) {
      expect(await client.next('exception')).toMatchObject(REVOKED);
      expect(await client.disconnected()).toBe('io server disconnect');
    }
    expect(bob.client.socket.connected).toBe(true);
    const again = await guest(two, 'ann'); // who comes later is up to auth
    expect(await two.app.revoke('nobody')).toBe(0);
    expect(again.client.socket.connected).toBe(true);
  });

  it('sends away whom a node could not be told of when it is back, and nobody who came later', async () => {
    const cable = await Cable.to(redis.port);
    try {
      const one = await start('one');
      const two = await start('two', cable.url(redis));
      const early = await guest(two, 'ann');
      const bob = await guest(two, 'bob');
      await until('both know each other', async () => (await lobby(one).count()) === 2);
      cable.cut();
      await until('degraded', () => two.app.adapterHealth?.status === 'degraded');
      expect(await one.app.revoke('ann', { timeoutMs: 300 })).toBe(0);
      const late = await guest(two, 'ann');
      expect(early.client.socket.connected).toBe(true);
      cable.join();
      expect(await early.client.next('exception', 10_000)).toMatchObject(REVOKED);
      await Promise.all([late.client.flush(), bob.client.flush()]);
      expect([late, bob].map(({ client }) => client.socket.connected)).toEqual([true, true]);
    } finally {
      cable.cut();
    }
  });
});

describe.each(['memory', 'redis'] as const)('what is remembered in %s', (kind) => {
  let connections: RedisConnections | null = null;
  const make = async (): Promise<RevocationStore> => {
    if (kind === 'memory') return new MemoryRevocations();
    const { options } = checkRedisOptions({ url: redis.url }, {}, { location: null, label: 'test' });
    const host = { app: 'test', logger: loggerFrom(false), reachable: () => {} };
    connections = new RedisConnections(options, host, await Signer.create(options.secret, options.prefix));
    await connections.heartbeat.started(2_000);
    return new RedisRevocations(connections, new RedisStore(connections));
  };
  afterEach(async () => {
    await connections?.close();
    connections = null;
  });

  it('is who was revoked, and how long ago the last time was', async () => {
    const store = await make();
    expect([...(await store.recent())]).toEqual([]);
    const startedAt = performance.now();
    await store.add('ann');
    await store.add('with spaces and \u0000 and ü');
    await until('20 ms', () => performance.now() - startedAt > 20);
    const first = await store.recent();
    expect([...first.keys()].sort()).toEqual(['ann', 'with spaces and \u0000 and ü']);
    expect(first.get('ann')).toBeGreaterThanOrEqual(15);
    expect(first.get('ann')).toBeLessThanOrEqual(performance.now() - startedAt + 1);
    const againAt = performance.now();
    await store.add('ann');
    const again = (await store.recent()).get('ann');
    expect(again).toBeLessThanOrEqual(performance.now() - againAt + 1);
  });

  const itInRedis = kind === 'redis' ? it : null;
  itInRedis?.('is not taken from who cannot sign it', async () => {
    const store = await make();
    await connections?.command(['ZADD', 'gatewire:revoked', String(Date.now()), 'forged bob']);
    expect((await store.recent()).has('bob')).toBe(false);
    expect(connections?.counters.forgedMessages).toBe(1);
  });

  itInRedis?.(
    'is as old as its signature says, and from before where the clock of Redis was set back',
    async () => {
      const store = await make();
      const { signer, clock } = connections as RedisConnections;
      const put = async (user: string, signedAgeMs: number, ageMs: number) => {
        const entry = `${Math.trunc(clock.now()) - signedAgeMs} ${user}`;
        const signed = `${signer.mac('gatewire:revoked', entry)} ${entry}`;
        await connections?.command(['ZADD', 'gatewire:revoked', String(Date.now() - ageMs), signed]);
      };
      await put('put back', 1_800_000, 0);
      await put('put back late', 7_200_000, 0);
      await put('of the future', -3_600_000, -3_600_000);
      const recent = await store.recent();
      expect(recent.get('put back')).toBeGreaterThan(1_790_000);
      expect(recent.has('put back late')).toBe(false);
      expect(recent.get('of the future')).toBe(0);
    },
  );
});

describe('the memory of one node', () => {
  it('forgets', async () => {
    const store = new MemoryRevocations(40);
    await store.add('ann');
    const startedAt = performance.now();
    await until('60 ms', () => performance.now() - startedAt > 60);
    expect((await store.recent()).size).toBe(0);
  });
});
