import { channel } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { SignJWT } from 'jose';
import { io } from 'socket.io-client';
import {
  type EventContext,
  Gateway,
  GatewireError,
  OnConnect,
  OnEvent,
  OnSubscribe,
} from '../../../../src/index.js';
import { createTestApp } from '../../../../src/testing/index.js';
import { ask } from '../../../support/raw-http.js';
import { RedisServer } from '../../../support/redis-server.js';
import { until } from '../../../support/until.js';
import { WAIT_MS } from '../../../support/within.js';
import { describePages, type Snippet, started } from './snippets.js';

const SECRET = 'of this test alone, and long enough';

@Gateway('/chat', { auth: ({ auth }) => tokenOf(auth['token']) })
class Chat {
  @OnConnect() greet(ctx: EventContext) {
    ctx.emit('message:new', { id: '1', text: 'welcome' });
  }
  @OnEvent('message:send') send() {
    return { id: '7' };
  }
}

/** What the pages send as a token, and what they have after a renewal. */
function tokenOf(token: unknown) {
  if (token === 'expired') throw new GatewireError('UNAUTHENTICATED');
  const expiresAt = new Date(Date.now() + 4_000);
  return token === 'short' ? { user: { id: 'ann' }, expiresAt } : { user: { id: 'ann' } };
}

@Gateway('/shop')
class Shop {
  @OnEvent('buy') buy() {
    throw new GatewireError('SOLD_OUT', { details: { next: '20:00' } });
  }
}

@Gateway('/chat')
class OpenChat {
  @OnEvent('message:send') send() {
    return { id: 7 };
  }
}

/** Runs a page's client against a server of ours, until it has printed something. */
async function ranAgainst(snippet: Snippet, gateway: new () => object, address: string, given = {}) {
  await using test = await createTestApp(gateway);
  const { printed } = await snippet.run({ instead: { [address]: test.url }, given });
  await until('it prints something', () => printed.length > 0);
  return printed;
}

const inJest = (snippet: Snippet): Promise<string> => {
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--testMatch'];
  return snippet.test(...jest);
};

const inNode = (snippet: Snippet): Promise<string> =>
  snippet.test('--import', 'tsx', '--test', '--test-reporter=tap');

describePages('reference', {
  asyncapi: [
    async (snippet) => {
      const { printed } = await snippet.run();
      const document = JSON.parse(printed.join('')) as object;
      expect(document).toMatchObject({ asyncapi: '3.0.0', info: { title: 'Chat', version: '1.0.0' } });
    },
  ],
  auth: [
    async (snippet) => {
      const blocked: string[] = [];
      class Accounts {
        async block(id: string) {
          blocked.push(id);
        }
      }
      const { exports } = await snippet.run({ given: { Accounts } });
      await using test = await createTestApp(Chat, { providers: [exports['Moderation'], Accounts] });
      const client = await test.client.connect('/chat', { auth: { token: 'lasting' } });
      expect(
        await (test.app.get(exports['Moderation']) as { ban(id: string): Promise<number> }).ban('ann'),
      ).toBe(1);
      expect([blocked, await client.disconnected()]).toEqual([['ann'], 'io server disconnect']);
    },
    async (snippet) => {
      await using test = await started(snippet, { env: { JWT_SECRET: SECRET } });
      const token = await new SignJWT({ name: 'Ann' })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject('ann')
        .setExpirationTime('5 min')
        .sign(new TextEncoder().encode(SECRET));
      const client = await test.client.connect('/chat', { auth: { token } });
      expect(await client.call('whoami')).toEqual({ name: 'Ann' });
    },
    async (snippet) => {
      const { exports } = await snippet.run();
      await using test = await createTestApp(exports['app']);
      await expect(test.client.connect()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    },
    async (snippet) => {
      const endsAt = new Date(Date.now() + 60_000);
      const find = async (token: string) => (token === 'of ann' ? { user: { id: 'ann' }, endsAt } : null);
      await using test = await started(snippet, { given: { tokens: { find } } });
      const client = await test.client.connect('/', { auth: { token: 'of ann' } });
      expect(await client.call('echo', 1)).toBe(1);
      await expect(test.client.connect('/', { auth: { token: 'of bob' } })).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    },
    async (snippet) => {
      await using test = await started(snippet, {}, { auth: () => ({ user: { id: 'x' } }) });
      const as = (user: object) => test.client.as({ id: 'ann', groups: [], ...user }).connect();
      await (await as({ role: 'editor' })).call('article:save');
      await expect((await as({ role: 'reader' })).call('article:save')).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
      await (await as({ groups: ['staff'] })).call('article:list');
    },
    async (snippet) => {
      await using test = await started(snippet);
      const client = await test.client.connect('/orders', { auth: { name: 'ann' } });
      for (const room of ['order/7', 'news']) await client.call('order:watch', { room });
      await expect(client.call('order:watch', { room: 'order/8' })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
    },
  ],
  cli: [
    async (snippet) => {
      expect(await ranAgainst(snippet, OpenChat, 'https://chat.example.com')).toEqual(['7']);
    },
  ],
  channels: [
    async (snippet) => {
      const { exports, printed } = await snippet.run();
      const start = channel('tracing:gatewire:call:start');
      const socket = io(`http://127.0.0.1:${exports['app'].address.port}/shop`, { forceNew: true });
      try {
        const answer = await socket.timeout(WAIT_MS).emitWithAck('order:read');
        expect(answer).toEqual({ ok: true, data: { requestId: expect.stringMatching(/^[\w-]{36}$/) } });
        expect(printed).toEqual(['/shop order:read ok fast']);
      } finally {
        socket.disconnect();
        start.unbindStore(exports['current']);
      }
    },
  ],
  client: [
    async (snippet) => {
      const given = { localToken: () => 'lasting' };
      expect(await ranAgainst(snippet, Chat, 'https://example.com', given)).toEqual(['welcome']);
    },
    async (snippet) => {
      const { printed } = await snippet.run({ instead: { "''": "'http://127.0.0.1:9'" } });
      expect(printed).toEqual(['red']);
    },
    async (snippet) => {
      expect(await ranAgainst(snippet, Shop, 'https://example.com')).toEqual(['the next one is at 20:00']);
    },
  ],
  contracts: [
    async (snippet) => {
      const { exports } = await snippet.run();
      await using test = await createTestApp(exports['ChatGateway']);
      const client = await test.client.connect('/team/red/chat', { auth: { name: 'ann' } });
      client.emit('room:join', { room: 'a' });
      expect(await client.call('message:send', { room: 'a', text: 'hi' })).toEqual({ id: 'red-ann' });
    },
  ],
  decorators: [
    async (snippet) => {
      await using test = await started(snippet);
      const client = await test.client.connect('/team/red', { auth: { token: 'secret' } });
      await client.call('whoami');
      expect(await client.call('whoami')).toEqual({ team: 'red', id: 'ann', visits: 2 });
      expect(await client.call('team:name')).toBe('red');
      await expect(test.client.connect('/team/red')).rejects.toMatchObject({ message: 'wrong token' });
    },
    async (snippet) => {
      await using test = await started(snippet);
      const client = await test.client.connect();
      expect(await client.call('sum', 1, 2)).toBe(3);
      expect(await client.call('job:start', 1)).toEqual({ event: 'job:start', payload: 1 });
      expect(await client.call('job:other', 1)).toEqual({ event: 'job:other', payload: 1 });
      expect(await client.call('else')).toEqual({ heard: 'else' });
    },
    async (snippet) => {
      await using test = await started(snippet);
      const client = await test.client.connect();
      await client.call('user:ban', 'ann');
      await expect(test.client.connect()).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(test.log.records).toContainEqual(
        expect.objectContaining({ event: 'call.timed', call: 'user:ban' }),
      );
    },
    async (snippet) => {
      await using test = await started(snippet);
      const [ann, bob] = [
        await test.client.connect('/documents/7'),
        await test.client.connect('/documents/7'),
      ];
      for (let at = 0; at < 21; at++) ann.emit('cursor:move', at);
      expect(await ann.next('exception')).toMatchObject({
        event: 'cursor:move',
        error: { code: 'RATE_LIMITED' },
      });
      await bob.call('edit', 'a');
      expect(await ann.next('edited')).toBe('a');
      expect(await ann.call('export')).toEqual({ url: '/exports/1' });
    },
    async (snippet) => {
      await using test = await started(snippet, {}, { auth: () => ({ user: { id: 'ann' } }) });
      const client = await test.client.connect('/print', { extraHeaders: { 'user-agent': 'test' } });
      expect(await client.call('print', { text: 'hi' })).toBe('hi for ann by test');
    },
    async (snippet) => {
      const { exports } = await snippet.run();
      await using test = await createTestApp(exports['Derived']);
      const client = await test.client.connect();
      await expect(client.call('danger')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await client.call('new-name')).toBe('derived');
      await expect(client.call('old-name')).rejects.toMatchObject({ code: 'UNKNOWN_EVENT' });
    },
    async (snippet) => {
      await using test = await started(snippet);
      const client = await test.client.connect();
      expect(await client.call('hello')).toBe('hello from eu, it is 2000-01-01T00:00:00.000Z');
    },
    async (snippet) => {
      const { exports } = await snippet.run();
      await using test = await createTestApp(exports['ShopGateway']);
      const client = await test.client.connect();
      await client.call('cart:add', 'a');
      expect(await client.call('cart:add', 'b')).toEqual({ event: 'cart:add', items: 2 });
    },
  ],
  options: [
    async (snippet) => {
      const { exports } = await snippet.run();
      await using test = await createTestApp(exports['app']);
      await expect((await test.client.connect()).call('order:read')).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    },
    async (snippet) => {
      const reader = {
        get: (address: string) => ({ country: { iso_code: address === '192.0.2.1' ? 'DE' : 'FR' } }),
      };
      await using test = await started(snippet, { given: { reader } });
      const from = async (address: string) =>
        (await ask(Number(new URL(test.url).port), { headers: { 'x-forwarded-for': address } })).status;
      expect(await Promise.all(['192.0.2.1', '192.0.2.2', '203.0.113.9', '10.1.2.3'].map(from))).toEqual([
        200, 403, 403, 200,
      ]);
    },
    async (snippet) => {
      await using test = await started(snippet);
      await test.client.connect();
    },
  ],
  redis: [
    async (snippet) => {
      const redis = await RedisServer.start();
      const { exports } = await snippet.run({ env: { REDIS_URL: redis.url } });
      await exports['app'].listen(0);
      expect(exports['app'].adapterHealth).toMatchObject({ status: 'ok' });
      await exports['app'].close();
      await redis.stop();
    },
    async (snippet) => {
      const { exports } = await snippet.run();
      await using test = await createTestApp(exports['PriceGateway']);
      const prices = test.app.get(exports['PriceGateway']) as { changed(symbol: string): Promise<unknown> };
      expect(await prices.changed('BTC')).toEqual({ cleared: [], failed: [], missing: [] });
    },
  ],
  rooms: [
    async (snippet) => {
      await using test = await started(snippet);
      const [ann, bob] = [
        await test.client.as({ id: 'ann' }).connect(),
        await test.client.as({ id: 'bob' }).connect(),
      ];
      expect(await ann.call('room:join', { room: 'a' })).toEqual({ here: 1 });
      expect(await bob.call('room:join', { room: 'a' })).toEqual({ here: 2 });
      expect(await ann.next('room:joined')).toEqual({ room: 'a' });
      ann.emit('message:private', { to: 'bob', text: 'hi' });
      expect(await bob.next('message:private')).toEqual({ text: 'hi' });
    },
    async (snippet) => {
      await using test = await started(snippet);
      const [ann, bob] = [await test.client.connect(), await test.client.connect()];
      bob.socket.on('screen:share', (_asked, answer) => answer('pixels'));
      expect(await ann.call('screen:ask', { socketId: bob.socket.id })).toBe('pixels');
    },
    async (snippet) => {
      const { exports } = await snippet.run();
      @Gateway('/team/:team')
      class Team {
        @OnEvent('watch') watch(_payload: unknown, ctx: EventContext) {
          return ctx.join('prices');
        }
      }
      await using test = await createTestApp(Team, { providers: [exports['Prices']] });
      const client = await test.client.connect('/team/red');
      await client.call('watch');
      (test.app.get(exports['Prices']) as { publish(team: string, price: number): void }).publish('red', 7);
      expect(await client.next('price')).toEqual({ price: 7 });
    },
  ],
  'socket-options': [
    async (snippet) => {
      const { exports } = await snippet.run();
      await using test = await createTestApp(exports['app']);
      const statusOf = async (path: string) => (await ask(Number(new URL(test.url).port), { path })).status;
      expect(await statusOf('/live/?EIO=4&transport=polling')).toBe(400);
      expect(await statusOf('/socket.io/?EIO=4&transport=polling')).toBe(404);
    },
  ],
  testing: [
    async (snippet) => expect(await inNode(snippet)).toMatch(/^# pass 1$/m),
    async (snippet) => expect(await inJest(snippet)).toMatch(/Tests: +4 passed, 4 total/),
    async (snippet) => expect(await inNode(snippet)).toMatch(/^# pass 1$/m),
    async (snippet) => expect(await inNode(snippet)).toMatch(/^# pass 2$/m),
  ],
  'topic-protocol': [
    async (snippet) => {
      @Gateway('/live')
      class Live {
        @OnSubscribe('prices/:symbol', { history: 3 }) prices() {}
      }
      await using test = await createTestApp(Live);
      const topics = test.topics.namespace('/live');
      const cut = (): void => {
        for (const { conn } of test.app.io.of('/live').sockets.values()) conn.close();
      };
      await topics.publish('prices/BTC', 1);
      const { printed } = await snippet.run({ instead: { 'http://localhost:3000': test.url } });
      await until('the last value', () => printed.length === 1);
      await topics.publishMany('prices/BTC', [2, 3]);
      await until('it is live', () => printed.length === 3);
      cut();
      for (const value of [4, 5]) await topics.publish('prices/BTC', value);
      await until('what it missed', () => printed.length === 5);
      cut();
      await topics.publishMany('prices/BTC', [6, 7, 8, 9]);
      await until('a reset', () => printed.length === 7);
      await topics.delete('prices/BTC');
      await topics.publish('prices/BTC', 10);
      await until('the topic began anew', () => printed.includes('value 10'));
      expect(printed).toEqual([
        ...[1, 2, 3, 4, 5].map((value) => `value ${value}`),
        'values were lost',
        'value 9',
        'values were lost',
        'value 10',
      ]);
    },
  ],
  wire: [
    async (snippet) => {
      expect(await ranAgainst(snippet, OpenChat, 'http://localhost:3000')).toEqual(['7']);
    },
    async (snippet) => {
      const refused = await ranAgainst(snippet, Chat, 'http://localhost:3000');
      expect(refused).toEqual([expect.stringMatching(/^log in again [\w-]{36}$/)]);
    },
    async (snippet) => {
      let tokens = 0;
      const freshToken = async () => (tokens++ === 0 ? 'short' : 'lasting');
      await using test = await createTestApp(Chat);
      const { exports } = await snippet.run({
        instead: { 'http://localhost:3000': test.url },
        given: { freshToken },
      });
      await until('it has renewed', () => tokens === 2);
      const user = test.app.io.of('/chat');
      await sleep(4_500); // the first token's life, and a sweep
      expect([user.sockets.size, exports['chat'].connected]).toEqual([1, true]);
    },
  ],
});
