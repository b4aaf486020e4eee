import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { sign } from 'cookie-signature';
import express from 'express';
import expressSession from 'express-session';
import { io } from 'socket.io-client';
import {
  BootError,
  bearer,
  createApp,
  type EventContext,
  Gateway,
  OnEvent,
  type User,
} from '../../../src/index.js';
import { session } from '../../../src/middleware/session/session.js';
import { createTestApp } from '../../../src/testing/index.js';
import { WAIT_MS } from '../../support/within.js';

interface Session {
  readonly user?: { readonly id: string };
}

@Gateway('/')
class Whoami {
  @OnEvent('who') who(_: unknown, ctx: EventContext) {
    return ctx.user;
  }
}

const SECRET = 'cookies';

it('lets in who signed in with express-session on the same server', async () => {
  const store = new expressSession.MemoryStore();
  const site = express();
  site.use(
    expressSession({
      store,
      secret: SECRET,
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: 60_000 },
    }),
  );
  site.post('/sign-in', (request, response) => {
    Object.assign(request.session, { user: { id: 'ann' } });
    response.end();
  });
  const server = createServer(site).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const auth = session({ store: store as never, secret: ['new', SECRET], user: ({ user }: Session) => user });
  const app = createApp({ gateways: [Whoami], auth, server, logger: false });
  await app.listen();
  try {
    const { headers } = await fetch(`${url}/sign-in`, { method: 'POST' });
    const cookie = String(headers.get('set-cookie')).split(';')[0] as string;
    const client = io(url, { extraHeaders: { cookie }, transports: ['websocket'] });
    expect(await client.timeout(WAIT_MS).emitWithAck('who')).toEqual({ ok: true, data: { id: 'ann' } });
    client.disconnect();
  } finally {
    await app.close();
    server.close();
  }
});

it('refuses cookies that are missing, forged, or of nobody, and waits for no store for ever', async () => {
  const store = {
    get(id: string, callback: (error: unknown, found?: Session | null) => void) {
      if (id === 'hangs') return;
      if (id === 'throws') throw new Error('broken');
      if (id === 'fails') return callback(new Error('down'));
      callback(null, id === 'guest' ? {} : id === 'ann' ? { user: { id } } : null);
    },
  };
  const auth = session({ store, secret: SECRET, timeoutMs: 100, user: ({ user }: Session) => user });
  await using test = await createTestApp(Whoami, { auth });
  const connect = (cookie?: string) =>
    test.client.connect('/', cookie === undefined ? {} : { extraHeaders: { cookie } });
  const signed = (id: string, secret = SECRET) =>
    `connect.sid=${encodeURIComponent(`s:${sign(id, secret)}`)}`;
  expect(await (await connect(signed('ann'))).call('who')).toEqual({ id: 'ann' });
  for (const cookie of [
    undefined,
    'connect.sid=ann',
    'connect.sid=s:ann.x',
    signed('ann', 'other'),
    signed('guest'),
    signed('gone'),
  ]) {
    await expect(connect(cookie)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'there is no session',
    });
  }
  for (const id of ['hangs', 'throws', 'fails']) {
    await expect(connect(signed(id))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'the session store is unavailable',
    });
  }
  const app = createApp({
    gateways: [Whoami],
    auth: session({ store, secret: undefined, user: () => null }),
    logger: false,
  });
  await expect(app.listen(0)).rejects.toBeInstanceOf(BootError);
});

it('asks the application about any other token', async () => {
  const auth = bearer<User>(async (token) => {
    if (token === 'alone') return { id: 'bob' };
    return token === 'right' ? { user: { id: 'ann' }, expiresAt: new Date(Date.now() + 60_000) } : null;
  });
  await using test = await createTestApp(Whoami, { auth });
  const client = await test.client.connect('/', { auth: { token: 'right' } });
  expect(await client.call('who')).toEqual({ id: 'ann' });
  const alone = await test.client.connect('/', { auth: { token: 'alone' } });
  expect(await alone.call('who')).toEqual({ id: 'bob' });
  await expect(test.client.connect('/', { auth: { token: 'wrong' } })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    message: 'the token is not valid',
  });
  await expect(test.client.connect('/')).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    message: 'a token is required',
  });
});
