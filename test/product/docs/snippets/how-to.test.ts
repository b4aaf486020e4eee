import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from '@jest/globals';
import amqplib from 'amqplib';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { io, type Socket } from 'socket.io-client';
import { planLoad } from '../../../../src/cli/load/plan.js';
import { checkScenario } from '../../../../src/cli/load/scenario.js';
import { readNumbers } from '../../../../src/cli/load/settings.js';
import { connect } from '../../../../src/client/index.js';
import {
  type App,
  admission,
  type EventContext,
  Gateway,
  OnEvent,
  OnSubscribe,
} from '../../../../src/index.js';
import { createTestApp } from '../../../../src/testing/index.js';
import { schemaOf } from '../../../fixtures/class-validator/schema-of.js';
import { CertificateFolder } from '../../../support/certificate.js';
import { freePort } from '../../../support/free-port.js';
import { NatsServer } from '../../../support/nats-server.js';
import { ask } from '../../../support/raw-http.js';
import { RedisServer } from '../../../support/redis-server.js';
import { shared } from '../../../support/shared.js';
import { until } from '../../../support/until.js';
import { WAIT_MS } from '../../../support/within.js';
import { LIMITS, StrictGame } from './limits.js';
import { DEVELOPMENT_CORS, EXPRESS_FASTIFY, LOGGING, SHARE_CONTRACT, TRACING } from './servers.js';
import { describePages, type Snippet, started } from './snippets.js';

/** Connects to an application that runs by itself. */
async function guest({ address }: App, namespace: string): Promise<Socket> {
  const socket = io(`http://127.0.0.1:${address?.port}${namespace}`, { forceNew: true });
  await once(socket as never, 'connect');
  return socket;
}

/** The next event of a name. */
async function heard(socket: Socket, event: string): Promise<unknown> {
  const [value] = await once(socket as never, event);
  return value;
}

@Gateway('/shop')
class WhoseToken {
  @OnEvent('token') token(_payload: unknown, ctx: EventContext) {
    return ctx.handshake.auth['token'];
  }
}

@Gateway('/orders', { reply: 'raw' })
class PaidOrders {
  @OnEvent('order:read') read(id: string) {
    return { id, state: 'paid' };
  }
}

describePages('how-to', {
  'development-cors': DEVELOPMENT_CORS,
  'express-fastify': EXPRESS_FASTIFY,
  logging: LOGGING,
  'load-test': [
    async (snippet) => {
      const { exports } = await snippet.run({ env: { LOAD_TOKEN: 't' } });
      const scenario = checkScenario(exports['default'], 'chat.load.ts');
      const { authOf, start, mix } = planLoad(scenario, readNumbers({ clients: '50' }, scenario));
      const client = { index: 21, sent: 3 };
      expect(authOf?.(client)).toEqual({ token: 't', name: 'load-21' });
      expect(start[0]?.argumentsOf(client)).toEqual([{ room: 'room-1' }]);
      expect(mix.map(({ argumentsOf }) => argumentsOf(client))).toEqual([
        [{ room: 'room-1', id: expect.any(String), text: 'message 3' }],
        [{ room: 'room-1' }],
      ]);
    },
  ],
  'share-contract': SHARE_CONTRACT,
  tracing: TRACING,
  admission: [
    async (snippet) => {
      await using test = await started(snippet);
      await test.client.connect();
    },
    async (snippet) => {
      const one = admission({ maxConnections: 1, queue: { max: 5, timeoutMs: 60_000 } });
      await using test = await createTestApp(StrictGame, { admission: one });
      await test.client.connect();
      const socket = io(`${test.url}/game`, { forceNew: true, autoConnect: false });
      const shown: number[] = [];
      await snippet.run({ given: { socket, showPosition: (position: number) => shown.push(position) } });
      socket.connect();
      await until('a position is shown', () => shown.length > 0);
      expect(shown).toEqual([1]);
      socket.disconnect();
    },
    async (snippet) => {
      await using test = await createTestApp(StrictGame);
      const { exports } = await snippet.run({ given: { io, url: `${test.url}/game` } });
      await once(exports['socket'], 'connect');
      const [served] = await test.app.io.of('/game').fetchSockets();
      expect(served?.handshake.query['ticket']).toMatch(/^[A-Za-z0-9_-]{22,64}$/);
    },
  ],
  brokers: [
    async (snippet) => {
      const url = await shared('rabbitmq');
      const { exports } = await snippet.run({ env: { RABBITMQ_URL: url } });
      const client = await guest(exports['app'], '/shop');
      try {
        await client
          .timeout(WAIT_MS)
          .emitWithAck('order:watch', '7')
          .catch(() => {}); // the contract names no answer
        await until('consume has made its queue', () => exports['orders'].health.status === 'ok');
        const changed = heard(client, 'order:changed');
        const connection = await amqplib.connect(url);
        const channel = await connection.createConfirmChannel();
        channel.sendToQueue('orders', Buffer.from(JSON.stringify({ id: '7', state: 'sent' })));
        expect(await changed).toEqual({ id: '7', state: 'sent' });
        await connection.close();
      } finally {
        client.disconnect();
      }
    },
    async (snippet) => {
      const nats = await NatsServer.start();
      try {
        const { printed } = await snippet.run({ instead: { 'nats://127.0.0.1:4222': nats.url } });
        expect(printed[0]).toMatch(/^(ok|degraded)$/);
      } finally {
        await nats.stop();
      }
    },
    async (snippet) => {
      const { exports } = await snippet.run();
      const taken: unknown[] = [];
      const open = await exports['lines'].open({
        broken: () => {},
        deliver: ({ body }: { body: Buffer }) => taken.push(String(body)),
      });
      process.stdin.emit('data', Buffer.from('17 sent\n'));
      await open.stop();
      expect(taken).toEqual(['17 sent\n']);
    },
  ],
  'class-validator': [
    async (snippet) => {
      const { exports } = await snippet.run();
      expect(Object.keys(exports)).toEqual(['schemaOf']); // test/server/class-validator.test.ts has what it does
    },
    async (snippet) => {
      await using test = await started(snippet, { given: { schemaOf } });
      const client = await test.client.connect();
      expect(await client.call('message:send', { room: 'a', text: 'hi' })).toEqual({ length: 2 });
      await expect(client.call('message:send', { room: 'a' })).rejects.toMatchObject({
        code: 'INVALID_PAYLOAD',
      });
    },
  ],
  cores: [
    async (snippet) => {
      const { exports } = await snippet.run();
      const [ann, bob] = [await guest(exports['app'], '/chat'), await guest(exports['app'], '/chat')];
      const said = heard(bob, 'said');
      ann.emit('say', 'hi');
      expect(await said).toBe('hi');
      for (const socket of [ann, bob]) socket.disconnect();
    },
    async (snippet) => {
      // The nodes are the application of the block above.
      const [application] = snippet.others;
      const script = (application as Snippet).write({});
      const file = snippet.write({ 'dist/main.js': script, "'auto'": '2' });
      const child = spawn(process.execPath, ['--import', 'tsx', file], {
        env: { ...process.env, PORT: '0' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const ended = once(child, 'exit');
      try {
        let serving = 0;
        for await (const line of createInterface(child.stderr))
          if (line.includes('cluster.node-serves') && ++serving === 2) break;
      } finally {
        child.kill('SIGTERM');
      }
      expect(await ended).toEqual([0, null]);
    },
  ],
  deploy: [
    async (snippet) => {
      const port = await freePort();
      const { exports } = await snippet.run({
        instead: { '9_000': String(port), 'closeNoticeMs: 5_000': 'closeNoticeMs: 50' },
      });
      expect((await ask(port, { path: '/readyz' })).status).toBe(200);
      await (await guest(exports['app'], '/shop')).disconnect();
    },
  ],
  'find-errors': [
    async (snippet) => {
      await using test = await started(snippet);
      const client = await test.client.connect();
      await expect(client.call('order:read', '7')).rejects.toMatchObject({
        code: 'SOLD_OUT',
        details: { next: '20:00' },
      });
      const missing = client.call('order:read', '8');
      await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND', id: expect.any(String) });
      const { id } = (await missing.catch((error) => error)) as { id: string };
      const lines = test.log.records.filter((record) => Object.values(record).includes(id));
      expect(lines).toContainEqual(expect.objectContaining({ event: 'order.looked-up', order: '8' }));
      expect(lines).toContainEqual(expect.objectContaining({ event: 'call.failed', code: 'NOT_FOUND' }));
    },
  ],
  limits: LIMITS,
  'long-handlers': [
    async (snippet) => {
      await using test = await started(snippet);
      const client = await test.client.connect();
      expect(await client.call('report:make', 3)).toEqual({ url: '/reports/1' });
      expect(await client.next('report:progress')).toBe(0);
      expect(test.app.plan().namespaces[0]?.events[0]).toMatchObject({ timeoutMs: 120_000 });
    },
  ],
  'migrate-client': [
    async (snippet) => {
      await using test = await started(snippet);
      const client = await test.client.connect();
      expect(await client.ack('order:read', '7')).toEqual([{ id: '7', state: 'paid' }]);
      expect(await client.ack('order:list')).toEqual([{ ok: true, data: ['1', '2'] }]);
    },
    async (snippet) => {
      await using test = await createTestApp(PaidOrders);
      const { printed } = await snippet.run({ instead: { 'https://example.com': test.url } });
      expect(printed).toEqual(['paid']);
    },
  ],
  'old-clients': [
    async (snippet) => {
      await using test = await started(snippet);
      const version2: string = 'socket.io-client-v2.5'; // it has no types
      const { default: connect } = await import(version2);
      const client = connect(`${test.url}/orders`, { query: { name: 'ann' }, forceNew: true });
      const answer = await new Promise((resolve) => client.emit('order:read', '7', resolve));
      expect(answer).toEqual({ id: '7', state: 'paid' });
      client.close();
      const refused = connect(`${test.url}/orders?name=`, { forceNew: true });
      const error = await new Promise((resolve) => refused.on('error', resolve));
      expect(error).toMatchObject({ code: 'UNAUTHENTICATED', id: expect.any(String) });
      refused.close();
    },
  ],
  origins: [
    async (snippet) => {
      const tenants = { has: async (origin: string) => origin === 'https://shop.example.org' };
      await using test = await started(snippet, { given: { tenants } });
      const port = Number(new URL(test.url).port);
      const from = async (origin: string) => (await ask(port, { headers: { origin } })).status;
      expect(await from('https://app.example.com')).toBe(200);
      expect(await from('https://one.preview.example.com')).toBe(200);
      expect(await from('https://shop.example.org')).toBe(200);
      expect(await from('https://evil.example.org')).toBe(403);
    },
    async (snippet) => {
      await using test = await started(snippet);
      const answer = await ask(Number(new URL(test.url).port), {
        headers: { origin: 'https://app.example.com' },
      });
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': 'https://app.example.com',
        'access-control-allow-credentials': 'true',
      });
    },
  ],
  proxies: [
    async (snippet) => {
      const { exports } = await snippet.run();
      for (const [app, seen] of [
        [exports['behindOne'], '203.0.113.7'],
        [exports['behindThese'], '127.0.0.1'], // the one who asks is none of these
      ]) {
        await using test = await createTestApp(app);
        await test.client.connect('/', { extraHeaders: { 'x-forwarded-for': '203.0.113.7' } });
        const [socket] = await test.app.io.of('/').fetchSockets();
        expect(socket?.handshake.address).toBe(seen);
      }
    },
    async (snippet) => {
      const redis = await RedisServer.start();
      const { exports } = await snippet.run({ env: { REDIS_URL: redis.url } });
      try {
        const client = await guest(exports['app'], '/');
        expect(client.io.engine.id).toMatch(/^one-/);
        client.disconnect();
      } finally {
        await redis.stop();
      }
    },
    async (snippet) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-docs-'));
      const socketPath = path.join(folder, 'chat.sock');
      try {
        const { exports } = await snippet.run({ env: { SOCKET_PATH: socketPath } });
        const asking = request({ socketPath, path: '/readyz', agent: false }).end();
        const [response] = await once(asking, 'response');
        expect(response.resume().statusCode).toBe(200);
        await exports['app'].close();
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  ],
  'live-updates': [
    async (snippet) => {
      await using test = await started(snippet);
      const { Ticker } = (await snippet.run()).exports;
      expect(Ticker).toBeDefined();
      const client = await test.client.connect('/live');
      const price = client.topic('prices/BTC');
      expect(await price.next()).toEqual({ price: 0 });
      await expect(client.topic('prices/DOGE').next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    },
    async (snippet) => {
      const [server] = snippet.others as [Snippet];
      await using test = await started(server);
      const topics = test.topics.namespace('/live');
      const { exports, printed } = await snippet.run({ instead: { 'http://localhost:3000': test.url } });
      await until('both are answered', () => printed.length === 2);
      expect([...printed].sort()).toEqual(['refused NOT_FOUND', 'value {"price":0}']);
      const connections = [...test.app.io.of('/live').sockets.values()];
      for (const { conn } of connections) conn.close();
      for (const price of [1, 2]) await topics.publish('prices/BTC', { price });
      await until('it has what it missed', () => printed.includes('value {"price":2}'));
      expect(printed.filter((line) => line.startsWith('value') || line.includes('lost')).slice(1)).toEqual([
        'value {"price":1}',
        'value {"price":2}',
      ]);
      exports['price'].unsubscribe();
      expect(exports['price'].state).toBe('closed');
    },
    async (snippet) => {
      await using test = await started(snippet);
      const [ann, bob] = [
        await test.client.connect('/board', { auth: { name: 'ann' } }),
        await test.client.connect('/board', { auth: { name: 'bob' } }),
      ];
      await ann.call('cursor:move', { board: '7', at: [1, 2] });
      const cursors = bob.topic('cursors/7');
      await cursors.live();
      expect([...cursors.entries]).toEqual([['ann', [1, 2]]]);
      await ann.call('cursor:hide', '7');
      await until('the cursor is gone', () => cursors.entries.size === 0);
    },
    async (snippet) => {
      const [server] = snippet.others as [Snippet];
      await using test = await started(server);
      const topics = test.topics.namespace('/live');
      const kept = new Map<string, string>();
      const sessionStorage = {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => void kept.set(key, value),
      };
      await topics.publish('prices/BTC', { price: 5 });
      const { exports } = await snippet.run({
        given: { sessionStorage },
        instead: { 'http://localhost:3000': test.url },
      });
      await until('it has the value', () => kept.get('price') === '{"price":5}');
      await until('it has the position', () => kept.size === 2);
      exports['client'].close();
      for (const price of [6, 7]) await topics.publish('prices/BTC', { price });
      const seen: unknown[] = [];
      const next = connect('/live', test.url);
      next.topic('prices/BTC', { persist: sessionStorage, onValue: (value) => seen.push(value) });
      await until('it has what it missed', () => seen.length === 2);
      expect(seen).toEqual([{ price: 6 }, { price: 7 }]);
      next.close();
    },
    async (snippet) => {
      @Gateway('/shop')
      class Shop {
        @OnSubscribe('stock/:sku') stock() {}
      }
      const { Stock } = (await snippet.run()).exports;
      await using test = await createTestApp(Shop, { providers: [Stock] });
      const stock = test.app.get(Stock) as {
        takeOne(sku: string): Promise<number>;
        delivered(message: object): Promise<void>;
      };
      for (let i = 0; i < 2; i++) await stock.delivered({ id: 'a', sku: 'x', left: 3 });
      const left = await Promise.all([stock.takeOne('x'), stock.takeOne('x'), stock.takeOne('x')]);
      expect(left.sort()).toEqual([0, 1, 2]);
      await expect(stock.takeOne('x')).rejects.toMatchObject({ code: 'SOLD_OUT' });
      expect(await test.topics.namespace('/shop').history('stock/x')).toEqual([3, 2, 1, 0]);
    },
  ],
  publish: [
    async (snippet) => {
      const redis = await RedisServer.start();
      try {
        await snippet.run({ env: { REDIS_URL: redis.url } }); // test/nodes/publisher.test.ts has what clients see
      } finally {
        await redis.stop();
      }
    },
  ],
  recover: [
    async (snippet) => {
      await using test = await started(snippet);
      const [ann, bob] = [
        await test.client.connect('/feed', {
          auth: { name: 'ann' },
          reconnection: true,
          reconnectionDelay: 10,
        }),
        await test.client.connect('/feed', { auth: { name: 'bob' } }),
      ];
      expect(await ann.next('snapshot')).toEqual(['all', 'of', 'it']);
      ann.socket.io.engine.close();
      bob.emit('news:post', 'second');
      expect(await ann.next('news')).toBe('second');
      expect(ann.socket.recovered).toBe(true);
      await ann.expectNone('snapshot');
    },
  ],
  'slow-auth': [
    async (snippet) => {
      await using test = await started(snippet);
      const client = await test.client.connect('/shop', { auth: { token: 'of ann' } });
      expect(await client.call('whoami')).toBe('ann');
      await expect(test.client.connect('/shop', { auth: { token: 'of bob' } })).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    },
  ],
  tenants: [
    async (snippet) => {
      await using test = await started(snippet);
      const auth = { name: 'ann' };
      const [ann, other] = [
        await test.client.connect('/team/red', { auth }),
        await test.client.connect('/team/red', { auth: { name: 'bob' } }),
      ];
      ann.emit('say', 'hi');
      expect(await other.next('said')).toEqual({ team: 'red', text: 'hi' });
      await expect(test.client.connect('/team/blue', { auth })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    },
  ],
  tls: [
    async (snippet) => {
      using folder = new CertificateFolder();
      const { key, cert } = folder.make('127.0.0.1');
      const { exports } = await snippet.run({
        instead: { '/etc/chat/key.pem': key, '/etc/chat/cert.pem': cert },
      });
      const app = exports['app'] as App;
      await app.listen(0, '127.0.0.1');
      const client = io(`https://127.0.0.1:${app.address?.port}/chat`, { rejectUnauthorized: false });
      await once(client as never, 'connect');
      client.disconnect();
      await app.close();
    },
  ],
  tokens: [
    async (snippet) => {
      const { publicKey, privateKey } = await generateKeyPair('RS256');
      const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' };
      const provider = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
      await once(provider.listen(0, '127.0.0.1'), 'listening');
      const issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/`;
      const token = (audience: string, ...held: string[]) =>
        new SignJWT({ name: 'Ann', roles: held })
          .setProtectedHeader({ alg: 'RS256', kid: 'one' })
          .setSubject('ann')
          .setIssuer(issuer)
          .setAudience(audience)
          .setExpirationTime('5 min')
          .sign(privateKey);
      try {
        await using test = await started(snippet, { env: { ISSUER: issuer } });
        const client = await test.client.connect('/shop', { auth: { token: await token('shop') } });
        expect(await client.call('whoami')).toEqual({ id: 'ann', name: 'Ann' });
        await expect(client.call('price:set')).rejects.toMatchObject({ code: 'FORBIDDEN' });
        const admin = await test.client.connect('/shop', { auth: { token: await token('shop', 'admin') } });
        admin.emit('price:set');
        await admin.expectNone('exception');
        const elsewhere = test.client.connect('/shop', { auth: { token: await token('blog') } });
        await expect(elsewhere).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      } finally {
        provider.closeAllConnections();
        provider.close();
      }
    },
    async (snippet) => {
      await using test = await createTestApp(WhoseToken);
      const atThePage = (path: string, options: object) => io(`${test.url}${path}`, options);
      const identity = { getAccessToken: async () => 'a fresh token' };
      const { exports } = await snippet.run({ given: { io: atThePage, identity } });
      expect(await exports['socket'].timeout(WAIT_MS).emitWithAck('token')).toMatchObject({
        data: 'a fresh token',
      });
    },
  ],
});
