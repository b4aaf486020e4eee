import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type RedisAdapterOptions, redisAdapter } from 'gatewire/redis';
import { createClient } from 'redis';
import { createTestApp, type TestApp } from '../../src/testing/index.js';
import { Cable } from '../support/cable.js';
import { CertificateFolder } from '../support/certificate.js';
import { freePort } from '../support/free-port.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { guest, Lobby, lobby, MODES } from './redis-node.js';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** Clients of servers that were asked something, by their URL: the package makes a class for each, of all commands. */
const askers = new Map<string, Awaited<ReturnType<typeof asker>>>();

async function ask(url: string, ...args: string[]): Promise<unknown> {
  const client = askers.get(url) ?? (await asker(url));
  askers.set(url, client);
  return client.sendCommand(args);
}

async function asker(url: string) {
  const client = createClient({ url });
  client.on('error', () => {});
  stops.push(async () => {
    askers.delete(url);
    client.destroy();
  });
  await client.connect();
  return client;
}

/** Two nodes that reach each other in both directions. */
async function pair(options: RedisAdapterOptions) {
  const one = await createTestApp(Lobby, { adapter: redisAdapter({ ...options, nodeName: 'one' }) });
  stops.push(() => one.close());
  const two = await createTestApp(Lobby, { adapter: redisAdapter({ ...options, nodeName: 'two' }) });
  stops.push(() => two.close());
  const bob = await guest(two, 'bob');
  await until('both ok', () => [one, two].every(({ app }) => app.adapterHealth?.status === 'ok'));
  await until('one knows two', async () => (await lobby(one).count()) === 1);
  return { one, two, bob };
}

describe.each(MODES)('a Redis Cluster of three masters, %s', (mode) => {
  it('carries rooms, joins and questions', async () => {
    const servers: RedisServer[] = [];
    for (let i = 0; i < 3; i++) {
      const server = await RedisServer.start([
        '--cluster-enabled',
        'yes',
        '--cluster-config-file',
        `nodes-${i}.conf`,
      ]);
      stops.push(() => server.stop());
      servers.push(server);
      await ask(server.url, 'CONFIG', 'SET', 'masterauth', server.password);
    }
    // One password for all of them, as the adapter expects.
    const [first] = servers as [RedisServer];
    for (const server of servers) await ask(server.url, 'CONFIG', 'SET', 'requirepass', first.password);
    const urls = servers.map(({ port }) => `redis://:${first.password}@127.0.0.1:${port}`);
    const slots = [0, 5_461, 10_923, 16_384];
    for (const [i, url] of urls.entries()) {
      await ask(url, 'CLUSTER', 'ADDSLOTSRANGE', String(slots[i]), String((slots[i + 1] as number) - 1));
      if (i > 0) await ask(urls[0] as string, 'CLUSTER', 'MEET', '127.0.0.1', String(servers[i]?.port));
    }
    const isUp = async (url: string) =>
      String(await ask(url, 'CLUSTER', 'INFO')).includes('cluster_state:ok');
    for (const url of urls) await until('the cluster is up', () => isUp(url));

    const { one, bob } = await pair({ cluster: urls, mode });
    for (let i = 0; i < 10; i++) {
      await lobby(one).join(`room ${i}`);
      lobby(one).to(`room ${i}`).emit('said', i);
      expect(await bob.client.next('said')).toBe(i);
    }
    expect((await lobby(one).serverSideEmit('add', { a: 1, b: Buffer.from('x') })).answers).toHaveLength(1);

    for (let i = 0; i < 100; i++) lobby(one).to('room 0').emit('said', i);
    for (let i = 0; i < 100; i++) expect(await bob.client.next('said')).toBe(i);

    // Only the subscribers of a shard are known to one server: other modes send one by one.
    if (mode !== 'sharded') return;
    const messages = async (): Promise<number> => {
      const stats = await Promise.all(urls.map((url) => ask(url, 'INFO', 'commandstats')));
      const calls = stats.map((text) => /cmdstat_spublish:calls=(\d+)/.exec(String(text))?.[1] ?? 0);
      return calls.reduce<number>((sum, count) => sum + Number(count), 0);
    };
    const leaveTogether = async (): Promise<boolean> => {
      const before = await messages();
      for (let i = 0; i < 20; i++) lobby(one).to('room 0').emit('said', i);
      for (let i = 0; i < 20; i++) expect(await bob.client.next('said')).toBe(i);
      return (await messages()) === before + 1;
    };
    await until('a batch', leaveTogether);
  });
});

describe('a Redis behind TLS', () => {
  it('is reached with its own certificate authority, and by no node that does not know it', async () => {
    using folder = new CertificateFolder();
    const { key, cert } = folder.make('redis');
    const tlsPort = String(await freePort());
    const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
    const server = await RedisServer.start(['--tls-port', tlsPort, ...files, '--tls-auth-clients', 'no']);
    stops.push(() => server.stop());
    const url = `rediss://:${server.password}@127.0.0.1:${tlsPort}`;
    const { one, bob } = await pair({ url, tls: { ca: await readFile(cert) } });
    lobby(one).emit('said', 'in secret');
    expect(await bob.client.next('said')).toBe('in secret');

    const stranger = await createTestApp(Lobby, { adapter: redisAdapter({ url }) });
    stops.push(() => stranger.close());
    expect(stranger.app.adapterHealth).toMatchObject({
      status: 'degraded',
      reason: expect.stringMatching(/certificate/i),
    });
  });
});

/** A Sentinel that looks after one server, which it names `shop`; returns its port. */
async function sentinel(monitored: number, password: string, downAfterMs: number): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatewire-sentinel-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const file = path.join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor shop 127.0.0.1 ${monitored} 1`,
    `sentinel auth-pass shop ${password}`,
    `sentinel down-after-milliseconds shop ${downAfterMs}`,
    'sentinel failover-timeout shop 3000',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const child = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  stops.push(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return port;
}

describe.each(MODES)(
  'a Redis is not told twice what it took when the connection broke before its answer, %s',
  (mode) => {
    it.each(['a URL', 'Sentinel'])('by %s', async (way) => {
      const master = await RedisServer.start();
      stops.push(() => master.stop());
      const { password } = master;
      const cable = await Cable.to(master.port);
      const looked = async () => [{ host: '127.0.0.1', port: await sentinel(cable.port, password, 600_000) }];
      const far =
        way === 'a URL'
          ? { url: cable.url(master) }
          : { sentinel: { name: 'shop', nodes: await looked(), password } };
      const one = await createTestApp(Lobby, { adapter: redisAdapter({ ...far, mode, nodeName: 'one' }) });
      stops.push(() => one.close());
      const two = await createTestApp(Lobby, {
        adapter: redisAdapter({ url: master.url, mode, nodeName: 'two' }),
      });
      stops.push(() => two.close());
      const bob = await guest(two, 'bob');
      const isOk = () => one.app.adapterHealth?.status === 'ok';
      await until('one is ok', isOk);
      await until('one knows two', async () => (await lobby(one).count()) === 1);

      cable.isMute = true;
      lobby(one).emit('said', 'once');
      expect(await bob.client.next('said')).toBe('once');
      cable.cut();
      await until('one has noticed', () => !isOk());
      cable.isMute = false;
      cable.join();
      await until('one is back', isOk);
      lobby(one).emit('said', 'last');
      expect(await bob.client.next('said')).toBe('last');
    });
  },
);

describe.each(MODES)('a Redis that Sentinel looks after, %s', (mode) => {
  it('is followed when it fails over', async () => {
    const master = await RedisServer.start();
    stops.push(() => master.stop());
    const replica = await RedisServer.start();
    stops.push(() => replica.stop());
    const { password } = master;
    await ask(replica.url, 'CONFIG', 'SET', 'masterauth', password);
    await ask(master.url, 'CONFIG', 'SET', 'masterauth', password);
    await ask(replica.url, 'REPLICAOF', '127.0.0.1', String(master.port));
    await ask(replica.url, 'CONFIG', 'SET', 'requirepass', password);
    const follower = `redis://:${password}@127.0.0.1:${replica.port}`;
    await until('the replica follows', async () =>
      String(await ask(follower, 'INFO', 'replication')).includes('link_status:up'),
    );

    const port = await sentinel(master.port, password, 500);
    const knows = () =>
      ask(`redis://127.0.0.1:${port}`, 'SENTINEL', 'REPLICAS', 'shop').then(
        (replicas) => (replicas as unknown[]).length === 1,
        () => false,
      );
    await until('Sentinel knows the replica', knows);

    const { one, two, bob } = await pair({
      sentinel: { name: 'shop', nodes: [{ host: '127.0.0.1', port }], password },
      mode,
    });
    lobby(one).emit('said', 'before');
    expect(await bob.client.next('said')).toBe('before');
    const killedAt = Date.now();
    await master.kill();
    // Each notices for itself: one may be back before the other knows that there was anything.
    const isBack = (test: TestApp): boolean => {
      const health = test.app.adapterHealth;
      return health?.status === 'ok' && health.since > killedAt;
    };
    await until('both ok again', () => isBack(one) && isBack(two));
    const said = bob.client.next('said', 20_000);
    lobby(one).emit('said', 'after');
    expect(await said).toBe('after');
  });
});
