import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { type CertificateFiles, CertificateFolder } from '../support/certificate.js';
import { PROXIES } from '../support/documented-proxy.js';
import { RedisServer } from '../support/redis-server.js';
import { within } from '../support/within.js';
import { call, type Place, ProxiedNodes, type ProxiedNodesOptions } from './proxied-nodes.js';

const TRANSPORTS = ['websocket', 'polling'] as const;
const POLLING = { transports: ['polling'] };

const folder = new CertificateFolder();
const environment = process.env['NODE_ENV'];
let redis: RedisServer;
let certificate: CertificateFiles;
beforeAll(async () => {
  certificate = folder.make('app.example');
  redis = await RedisServer.start();
});
afterEach(() => {
  process.env['NODE_ENV'] = environment;
});
afterAll(async () => {
  await redis.stop();
  folder[Symbol.dispose]();
});

const nodeOf = async (socket: Socket): Promise<string> => (await call<Place>(socket, 'where')).node;
const times = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make));

describe.each(PROXIES)('behind %s as the documentation configures it', (proxy) => {
  const open = (options: ProxiedNodesOptions = {}): Promise<ProxiedNodes> =>
    ProxiedNodes.start(proxy, redis, certificate, options);

  it('keeps each session on polling at one node, of many clients with one address', async () => {
    await using cluster = await open();
    const sockets = await times(20, () => cluster.connect(POLLING));
    const homes = await Promise.all(
      sockets.map(async (socket) => {
        const nodes = new Set<string>();
        for (let i = 0; i < 10; i++) nodes.add(await nodeOf(socket));
        expect(nodes.size).toBe(1);
        return [...nodes][0];
      }),
    );
    expect(new Set(homes)).toEqual(new Set(['one', 'two']));

    const heard = Promise.all(sockets.map((socket) => once(socket as never, 'said')));
    sockets[0]?.emit('say', 'hello');
    expect(new Set((await within('the message', heard)).flat())).toEqual(new Set(['hello']));
  });

  it('upgrades from polling to a WebSocket of the same node', async () => {
    await using cluster = await open();
    const homes = await times(10, async () => {
      const socket = await cluster.connect();
      const { engine } = socket.io;
      if (engine.transport.name === 'polling') await within('the upgrade', once(engine as never, 'upgrade'));
      expect(engine.transport.name).toBe('websocket');
      const node = await nodeOf(socket);
      expect(engine.id).toMatch(new RegExp(`^${node}-`));
      return node;
    });
    expect(new Set(homes).size).toBe(2);
  });

  it.each(TRANSPORTS)('says whose connection it is over %s, whatever the client says', async (transport) => {
    await using cluster = await open();
    const socket = await cluster.connect(
      {
        transports: [transport],
        extraHeaders: { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'http' },
      },
      { localAddress: '127.0.0.7' },
    );
    expect(await call(socket, 'where')).toMatchObject({ address: '127.0.0.7', secure: true });
  });

  it.each(TRANSPORTS)('lets pages of its own host in over %s, and no others', async (transport) => {
    process.env['NODE_ENV'] = 'production';
    await using cluster = await open();
    const from = (origin: string) =>
      cluster.connect({
        transports: [transport],
        extraHeaders: { Origin: origin, 'X-Forwarded-Host': 'evil.example' },
      });
    await from(`https://127.0.0.1:${cluster.port}`);
    await expect(from('https://evil.example')).rejects.toThrow();
    await expect(from(`http://127.0.0.1:${cluster.port}`)).rejects.toThrow();
  });

  it.each(TRANSPORTS)('carries more than a megabyte both ways over %s', async (transport) => {
    await using cluster = await open({ socket: { maxHttpBufferSize: 2_000_000 } });
    const socket = await cluster.connect({ transports: [transport] });
    const text = 'x'.repeat(1_500_000);
    expect((await call<string>(socket, 'echo', text)) === text).toBe(true);
  });

  it.each(TRANSPORTS)(
    'keeps a silent client over %s, since pings come before its timeout',
    async (transport) => {
      await using cluster = await open({
        timeout: '3s',
        socket: { pingInterval: 1_000, pingTimeout: 10_000 },
      });
      const socket = await cluster.connect({ transports: [transport] });
      // Longer than the timeout.
      for (let i = 0; i < 5; i++) await within('a ping', once(socket.io as never, 'ping'));
      expect(socket.connected).toBe(true);
    },
  );

  it.each(TRANSPORTS)(
    'cuts a silent client over %s when its timeout is the shorter one',
    async (transport) => {
      await using cluster = await open({ timeout: '1s', socket: { pingInterval: 20_000 } });
      const socket = await cluster.connect({ transports: [transport] });
      const [reason] = await within('the cut', once(socket as never, 'disconnect'));
      expect(reason).toMatch(/^transport (close|error)$/);
    },
  );

  it.each(TRANSPORTS)(
    'gives a node that closes nobody new, and keeps its clients over %s',
    async (transport) => {
      // nginx learns it from the answers to newcomers; HAProxy asks every second.
      const closeNoticeMs = proxy === 'haproxy' ? 2_000 : 0;
      await using cluster = await open({ limits: { closeNoticeMs, closeSpreadMs: 1 } });
      const connect = () => cluster.connect({ transports: [transport] });
      const [one, two] = cluster.nodes;
      const answers: Promise<string>[] = [];
      for (const socket of await times(10, connect)) {
        const working = once(socket as never, 'working');
        answers.push(call(socket, 'work'));
        await working;
      }
      const closed = one.close();
      const handshake = `${one.url}/socket.io/?EIO=4&transport=polling`;
      while ((await fetch(handshake)).ok) await connect();
      const latecomers = await times(10, connect);
      expect(new Set(await Promise.all(latecomers.map(nodeOf)))).toEqual(new Set(['two']));
      cluster.finishWork();
      expect(new Set(await Promise.all(answers))).toEqual(new Set(['done']));
      await closed;
      expect(await nodeOf(await connect())).toBe('two');
      expect(two.app.health.report().ready).toBe(true);
    },
  );
});
