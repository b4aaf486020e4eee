import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import type { chat } from '../../../examples/secure-chat/chat.contract.js';
import { connect } from '../../../src/client/index.js';
import { freePort } from '../../support/free-port.js';
import { shared } from '../../support/shared.js';
import { WAIT_MS, within } from '../../support/within.js';
import { HttpsClient } from './secure-chat-http.js';
import { PASSWORDS, SecureChatProcess, tokenOf } from './secure-chat-process.js';

const POLLING = '/socket.io/?EIO=4&transport=polling';
const WEBSOCKET = '/socket.io/?EIO=4&transport=websocket';
const EVIL = { origin: 'https://evil.example' };
const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

type Name = keyof typeof PASSWORDS;

interface Reply {
  readonly ok: boolean;
  readonly data?: { readonly id: string };
  readonly error?: { readonly code: string; readonly message: string; readonly retryAfterMs?: number };
}

const sockets: Socket[] = [];

/** A server, and what its clients do. */
class Chat implements AsyncDisposable {
  private constructor(
    readonly port: number,
    readonly process: SecureChatProcess,
    readonly http: HttpsClient,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<Chat> {
    const port = await freePort();
    const server = new SecureChatProcess(port, env);
    expect(await server.listening()).toBe(`https://localhost:${port}`);
    return new Chat(port, server, new HttpsClient(port, server.certificate));
  }

  async signIn(name: Name): Promise<{ readonly token: string; readonly cookie: string }> {
    const { status, headers, body } = await this.http.post('/sign-in', { name, password: PASSWORDS[name] });
    expect([status, body]).toEqual([200, expect.stringContaining('token')]);
    const [cookie = ''] = headers['set-cookie']?.[0]?.split(';') ?? [];
    return { ...(JSON.parse(body) as { token: string }), cookie };
  }

  open(auth: object): Socket {
    const options = { auth, forceNew: true, reconnection: false, ca: this.process.certificate };
    const socket = io(`https://localhost:${this.port}/chat`, { ...options, transports: ['websocket'] });
    sockets.push(socket);
    return socket;
  }

  async enter(name: Name): Promise<Socket> {
    const socket = this.open({ token: await tokenOf(name) });
    await heard(socket, 'welcome');
    await call(socket, 'room:join', { room: 'lobby' });
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.http[Symbol.dispose]();
    await this.process.kill();
  }
}

/** Waits for an event, and returns its argument. */
function heard<TValue = unknown>(socket: Socket, event: string): Promise<TValue> {
  const coming = new Promise<TValue>((resolve) => socket.once(event, resolve));
  return within(() => `the event ${event}`, coming);
}

const refusal = (socket: Socket) => heard<Error & { data?: unknown }>(socket, 'connect_error');
const call = (socket: Socket, event: string, payload: object): Promise<Reply> =>
  socket.timeout(WAIT_MS).emitWithAck(event, payload);

describe('the process of examples/secure-chat', () => {
  let server: Chat;

  beforeAll(async () => {
    await shared('pages');
    server = await Chat.start();
  });

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it('speaks https, and does not answer what speaks http', async () => {
    const page = await server.http.ask('/');
    expect([page.status, page.body]).toEqual([200, expect.stringContaining('<title>gatewire secure chat')]);
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';" +
        "base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
    expect(page.headers).not.toHaveProperty('strict-transport-security');
    expect(page.headers).not.toHaveProperty('x-powered-by');
    await expect(fetch(`http://localhost:${server.port}/`)).rejects.toThrow('fetch failed');
  });

  it('serves nothing but the files of the page', async () => {
    for (const path of ['/main.ts', '/..%2fmain.ts', '/page/index.html', '/chat.ts', '/toString']) {
      expect([path, (await server.http.ask(path)).status]).toEqual([path, 404]);
    }
    expect((await server.http.ask('/', { method: 'POST' })).status).toBe(404);
  });

  it('refuses pages of other origins, over polling and at the upgrade', async () => {
    for (const { status, body } of [
      await server.http.ask(POLLING, { headers: EVIL }),
      await server.http.ask(WEBSOCKET, { headers: { ...EVIL, ...UPGRADE } }),
    ]) {
      expect([status, JSON.parse(body)]).toEqual([403, expect.objectContaining({ code: 'FORBIDDEN' })]);
    }
    const own = { origin: `https://localhost:${server.port}` };
    expect((await server.http.ask(POLLING, { headers: own })).status).toBe(200);
  });

  it('gives out a token and a cookie that no script and no other site can use', async () => {
    const { headers, body } = await server.http.post('/sign-in', { name: ' Ada', password: PASSWORDS.ada });
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-session=[\w-]{43}; Max-Age=28800; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
      ),
    ]);
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.parse(body)).toEqual({ token: expect.any(String), seconds: 60 });
  });

  it('answers a wrong name and a wrong password alike, and what is no sign-in not at all', async () => {
    const { http } = server;
    const wrong = await http.post('/sign-in', { name: 'ada', password: 'x' });
    const nobody = await http.post('/sign-in', { name: 'eve', password: 'x' });
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(wrong.body).toBe(nobody.body);
    expect((await http.post('/sign-in', { name: 'ada' })).status).toBe(400);
    expect((await http.post('/sign-in', { name: 'x'.repeat(1_000) })).status).toBe(413);
    expect((await http.post('/sign-in', {}, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await http.ask('/sign-in')).status).toBe(404);
  });

  it('gives another token for the cookie, until that is signed out', async () => {
    const { http } = server;
    const { cookie } = await server.signIn('ada');
    const tokenFor = async (headers: Readonly<Record<string, string>>) =>
      (JSON.parse((await http.post('/refresh', {}, headers)).body) as { token?: string }).token;
    expect(await tokenFor({ cookie })).toEqual(expect.any(String));
    expect(await tokenFor({})).toBeUndefined();
    expect(await tokenFor({ cookie: '__Host-session=guessed' })).toBeUndefined();
    const { headers } = await http.post('/sign-out', {}, { cookie });
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-session=; .*Expires=Thu, 01 Jan 1970/),
    ]);
    expect(await tokenFor({ cookie })).toBeUndefined();
  });

  it('lets nobody in without a token, with a forged, a foreign or an old one', async () => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { sub: 'ada', name: 'Ada', role: 'moderator', exp: 9_999_999_999 };
    for (const auth of [
      {},
      { token: 'x' },
      { token: `${encode({ alg: 'none' })}.${encode(claims)}.` },
      { token: await tokenOf('ada', { secret: 'another secret, of at least 32 bytes' }) },
      { token: await tokenOf('ada', { audience: 'another service' }) },
      { token: await tokenOf('ada', { role: 'king' }) },
      { token: await tokenOf('ada', { seconds: -1 }) },
    ]) {
      const { data } = await refusal(server.open(auth));
      expect([auth, data]).toEqual([auth, expect.objectContaining({ code: 'UNAUTHENTICATED' })]);
    }
    await server.enter('ada');
  });

  it('lets members neither into the room of the staff, nor remove anybody', async () => {
    const [ada, grace] = [await server.enter('ada'), await server.enter('grace')];
    const forbidden = { ok: false, error: { code: 'FORBIDDEN' } };
    expect(await call(grace, 'room:join', { room: 'staff' })).toMatchObject(forbidden);
    expect(await call(grace, 'message:send', { room: 'staff', text: 'hi' })).toMatchObject(forbidden);
    expect(await call(grace, 'person:remove', { id: 'alan' })).toMatchObject(forbidden);

    expect(await call(ada, 'room:join', { room: 'staff' })).toMatchObject({ ok: true });
    expect(await call(ada, 'message:send', { room: 'staff', text: 'hi' })).toMatchObject({ ok: true });
    expect(await call(ada, 'person:remove', { id: 'ada' })).toMatchObject(forbidden);
    expect(await call(ada, 'person:remove', { id: 'eve' })).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('limits how fast a user writes, over all of their connections', async () => {
    const [one, other] = [await server.enter('alan'), await server.enter('alan')];
    const replies = await Promise.all(
      [one, other, one, other, one, other].map((socket) =>
        call(socket, 'message:send', { room: 'lobby', text: 'quick' }),
      ),
    );
    const late = replies.filter(({ ok }) => !ok);
    expect(late).toHaveLength(1);
    expect(late[0]?.error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    expect(late[0]?.error?.retryAfterMs).toBeGreaterThan(0);
    expect(late[0]?.error?.retryAfterMs).toBeLessThanOrEqual(2_000);
  });

  it('refuses what does not fit the contract, is nested, or is larger than any event', async () => {
    const socket = await server.enter('grace');
    const send = (text: unknown) => call(socket, 'message:send', { room: 'lobby', text });
    expect(await send('x'.repeat(501))).toMatchObject({ error: { code: 'INVALID_PAYLOAD' } });
    expect(await send({ a: { b: {} } })).toMatchObject({ error: { code: 'PAYLOAD_TOO_LARGE' } });
    const end = heard(socket, 'disconnect');
    socket.emit('message:send', { room: 'lobby', text: 'x'.repeat(9_000) });
    expect(await end).toMatch(/transport/);
  });

  it('sends a removed person away from all devices, and lets them back in by no way', async () => {
    const { token, cookie } = await server.signIn('grace');
    const devices = [await server.enter('grace'), await server.enter('grace')];
    const ada = await server.enter('ada');
    const reasons = devices.map((device) => heard(device, 'exception'));
    const ends = devices.map((device) => heard(device, 'disconnect'));
    expect(await call(ada, 'person:remove', { id: 'grace' })).toMatchObject({ ok: true });
    const error = { code: 'UNAUTHENTICATED', message: 'access was revoked' };
    for (const reason of reasons) expect(await reason).toMatchObject({ error });
    expect(await Promise.all(ends)).toEqual(['io server disconnect', 'io server disconnect']);
    // The token is good for some seconds yet.
    expect((await refusal(server.open({ token }))).data).toMatchObject({
      code: 'FORBIDDEN',
      message: 'a moderator has removed you',
    });
    expect((await server.http.post('/refresh', {}, { cookie })).body).toBe('{}');
    const again = await server.http.post('/sign-in', { name: 'grace', password: PASSWORDS.grace });
    expect([again.status, again.body]).toEqual([403, '{"error":"a moderator has removed you"}']);
  });

  it('lets nobody guess passwords at more than five a minute', async () => {
    const tries = Array.from({ length: 6 }, () =>
      server.http.post('/sign-in', { name: 'eve', password: 'x' }),
    );
    const late = (await Promise.all(tries)).find(({ status }) => status === 429);
    expect(late?.headers['retry-after']).toMatch(/^\d+$/);
  });

  it('lets nobody keep a moderator out by wrong passwords from elsewhere', async () => {
    await using own = await Chat.start();
    const from = (localAddress: string, password: string) => {
      const body = JSON.stringify({ name: 'ada', password });
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      return own.http.ask(
        '/sign-in',
        { method: 'POST', host: '127.0.0.1', servername: 'localhost', localAddress, headers },
        body,
      );
    };
    const guesses = await Promise.all(Array.from({ length: 8 }, () => from('127.0.0.2', 'x')));
    expect(guesses.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    // The right password is no guess, and takes nothing away.
    for (let i = 0; i < 7; i++) expect((await from('127.0.0.1', PASSWORDS.ada)).status).toBe(200);
    expect((await from('127.0.0.2', PASSWORDS.ada)).status).toBe(429);
  });

  it('disconnects who does not renew, after asking for it', async () => {
    await using own = await Chat.start({ TOKEN_SECONDS: '4' });
    const socket = own.open(await own.signIn('ada'));
    const [asked, why] = [heard(socket, 'gw:auth'), heard(socket, 'exception')];
    expect(await heard(socket, 'disconnect')).toBe('io server disconnect');
    await asked;
    const error = { code: 'UNAUTHENTICATED', message: 'the authentication has expired' };
    expect(await why).toMatchObject({ event: 'connect', error });
  });

  it('keeps the connection of who renews, for longer than a token lives, and takes no token of somebody else', async () => {
    await using own = await Chat.start({ TOKEN_SECONDS: '20' });
    const { cookie } = await own.signIn('ada');
    const room = connect<typeof chat>('/chat', `https://localhost:${own.port}`, {
      auth: async () => JSON.parse((await own.http.post('/refresh', {}, { cookie })).body) as object,
      socket: { transports: ['websocket'], ca: own.process.certificate } as object,
      warn: false,
    });
    sockets.push(room.socket);
    const states: string[] = [];
    room.subscribe(() => states.push(room.state));
    await heard(room.socket, 'welcome');
    const foreign = { token: await tokenOf('grace') };
    expect(await call(room.socket, 'gw:auth', foreign)).toMatchObject({ error: { code: 'FORBIDDEN' } });
    const { id } = room.socket;
    // It asks at three quarters of a token's life, and again only where the answer before was a good one: the second time is
    // long after the first token.
    for (let i = 0; i < 2; i++) await heard(room.socket, 'gw:auth');
    await room.call('room:join', { room: 'staff' });
    expect([room.socket.id, states]).toEqual([id, ['connected']]);
  });

  it.each([
    [{ PORT: 'three' }, 'PORT must be a whole number from 0 to 65535'],
    [{ TOKEN_SECONDS: '0' }, 'TOKEN_SECONDS must be a whole number from 1 to 3600'],
    [{ ORIGINS: '*' }, 'ORIGINS must name origins; * would let every page in'],
    [{ ORIGINS: 'https://a.example/' }, 'GW_ERR_BUILD_BAD_ORIGIN'],
    [{ JWT_SECRET: 'short' }, 'it needs at least 32'],
    [{ TLS_CERT: 'no.pem' }, 'TLS_KEY and TLS_CERT go together'],
    [{ TLS_KEY: 'no.pem', TLS_CERT: 'no.pem' }, 'no such file or directory'],
  ] as [Readonly<Record<string, string>>, string][])(
    'does not start with %j, and says why',
    async ({ PORT = '0', ...env }, words) => {
      const failing = new SecureChatProcess(PORT, env);
      const { code, output } = await failing.exited();
      expect([code, output]).toEqual([1, expect.stringContaining(words)]);
      expect(output).not.toMatch(/^\s+at /m);
    },
  );

  it('exits with 0 on SIGTERM, with clients connected, one of which says nothing of TLS', async () => {
    const silent = connectTcp(server.port, 'localhost');
    silent.on('error', () => {});
    await once(silent, 'connect');
    const socket = await server.enter('alan');
    const end = heard(socket, 'disconnect');
    server.process.child.kill('SIGTERM');
    expect(await end).toMatch(/transport|server/);
    expect(await server.process.exited()).toMatchObject({ code: 0 });
    silent.destroy();
  });
});
