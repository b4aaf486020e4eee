import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect, it } from '@jest/globals';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import * as z from 'zod';
import {
  type AppOptions,
  BootError,
  createApp,
  type EventContext,
  Gateway,
  OnEvent,
  token,
} from '../../../src/index.js';
import { type JwtOptions, jwt } from '../../../src/middleware/jwt/index.js';
import { createTestApp } from '../../../src/testing/index.js';

const SECRET = 'a secret of thirty-two bytes or more';
const bytes = (text: string) => new TextEncoder().encode(text);
const claims = z.object({ name: z.string() });
const inAnHour = () => Math.floor(Date.now() / 1_000) + 3_600;

@Gateway('/')
class Whoami {
  @OnEvent('who') who(_: unknown, ctx: EventContext) {
    return ctx.user;
  }
}

const start = (options: JwtOptions<typeof claims>) => createTestApp(Whoami, { auth: jwt(options) });

async function sign(
  payload: JWTPayload,
  key: Uint8Array | KeyObject = bytes(SECRET),
  alg = 'HS256',
): Promise<string> {
  const all = Object.fromEntries(
    Object.entries({ sub: 'ann', name: 'Ann', exp: inAnHour(), ...payload }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  return new SignJWT(all).setProtectedHeader({ alg, kid: 'one' }).sign(key);
}

it('lets in who brings a token, in auth or as bearer, with the claims as its user', async () => {
  await using test = await start({ secret: SECRET, claims });
  const byAuth = await test.client.connect('/', { auth: { token: await sign({ admin: true }) } });
  expect(await byAuth.call('who')).toEqual({ id: 'ann', name: 'Ann' });
  const byHeader = await test.client.connect('/', {
    extraHeaders: { authorization: `Bearer ${await sign({ sub: 'bob' })}` },
  });
  expect(await byHeader.call('who')).toEqual({ id: 'bob', name: 'Ann' });
});

it('takes its options from the container, and tells when a secret is missing', async () => {
  const KEY = token<string>('KEY');
  const auth = jwt((get) => ({ secret: get(KEY) }));
  await using test = await createTestApp(Whoami, { auth, providers: [{ provide: KEY, useValue: SECRET }] });
  const client = await test.client.connect('/', { auth: { token: await sign({ role: 'admin' }) } });
  expect(await client.call('who')).toMatchObject({ id: 'ann', role: 'admin' });
});

it.each<readonly [string, JwtOptions, RegExp]>([
  ['no secret', { secret: undefined }, /`jwt` could not be made: jwt: `secret` is undefined/],
  ['a short secret', { secret: 'short' }, /`secret` has 5 bytes; it needs at least 32/],
  ['no algorithm', { secret: SECRET, algorithms: [] }, /`algorithms` is empty/],
  ['none as algorithm', { secret: SECRET, algorithms: ['none' as 'HS256'] }, /'none' does not fit/],
  [
    'HMAC with a public key',
    { publicKey: pair('ed25519').publicKey, algorithms: ['HS256' as 'EdDSA'] },
    /'HS256' does not fit/,
  ],
  ['a key that is none', { publicKey: 'PEM', algorithms: ['RS256'] }, /could not be made/],
  ['no public key', { publicKey: undefined, algorithms: ['RS256'] }, /`publicKey` is undefined/],
  [
    'a key of another kind',
    { publicKey: pair('ec').publicKey, algorithms: ['ES256', 'RS256'] },
    /'RS256' does not fit a key of ec, prime256v1/,
  ],
  [
    'a short RSA key',
    {
      publicKey: generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey,
      algorithms: ['RS256'],
    },
    /'RS256' does not fit a key of rsa, 1024 bits/,
  ],
  [
    'a secret as public key',
    { publicKey: createSecretKey(Buffer.from(SECRET)), algorithms: ['RS256'] },
    /`publicKey` is a secret/,
  ],
  ['no key set', { jwks: undefined, audience: false }, /`jwks` is undefined/],
  [
    'a key set over http',
    { jwks: 'http://user:secret@keys.example/keys', audience: 'chat' },
    /`jwks` is a URL of http:\/\/keys\.example; it needs https/,
  ],
  [
    'a key set of a host that only begins like this machine',
    { jwks: 'http://127.0.0.1.keys.example/keys', audience: 'chat' },
    /it needs https/,
  ],
  ['a key set of another kind', { jwks: 'file:///keys', audience: 'chat' }, /it needs https/],
  [
    'a key set and no audience',
    { jwks: 'https://keys.example/keys', audience: undefined },
    /`jwks` needs `audience`.*`false` accepts every audience/,
  ],
  ['an empty audience', { secret: SECRET, audience: '' }, /`audience` is `''`; it needs a name/],
  ['no audience in a list', { secret: SECRET, audience: [] }, /`audience` is `\[\]`/],
  ['an empty name in a list', { secret: SECRET, audience: ['chat', ''] }, /`audience` is/],
  ['an empty issuer', { secret: SECRET, issuer: '' }, /`issuer` is `''`; it needs a name/],
])('keeps the application from starting with %s', async (_, options, message) => {
  const app = createApp({ gateways: [Whoami], auth: jwt(options), logger: false } satisfies AppOptions);
  const error = await app.listen(0, '127.0.0.1').catch((caught: unknown) => caught);
  await app.close();
  expect(error).toBeInstanceOf(BootError);
  expect((error as BootError).problems.map((problem) => problem.message).join()).toMatch(message);
});

it('refuses every other token, and says nothing about it', async () => {
  await using test = await start({ secret: SECRET, claims, issuer: 'us', audience: 'chat' });
  const good = { iss: 'us', aud: 'chat' };
  const [head = '', body = ''] = (await sign(good)).split('.');
  const now = Math.floor(Date.now() / 1_000);
  const wrong: Readonly<Record<string, string | undefined>> = {
    'no token': undefined,
    garbage: 'garbage',
    'as large as auth may be': 'x'.repeat(90_000),
    'a good one that is too long': await sign({ ...good, pad: 'x'.repeat(20_000) }),
    'another secret': await sign(good, bytes(`${SECRET}!`)),
    'another algorithm': await sign(good, bytes(SECRET.repeat(2)), 'HS512'),
    'no signature': `${head}.${body}.`,
    'alg none': `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`,
    'no exp': await sign({ ...good, exp: undefined as never }),
    'no sub': await sign({ ...good, sub: undefined as never }),
    'a number as sub': await sign({ ...good, sub: 5 as never }),
    expired: await sign({ ...good, exp: now - 1 }),
    'not yet': await sign({ ...good, nbf: now + 60 }),
    'another issuer': await sign({ ...good, iss: 'them' }),
    'another audience': await sign({ ...good, aud: 'mail' }),
    'claims that do not fit': await sign({ ...good, name: 5 as never }),
  };
  const told: Readonly<Record<string, string>> = {
    'no token': 'a token is required',
    expired: 'the token has expired',
    'claims that do not fit': 'authentication is required',
  };
  for (const [name, text] of Object.entries(wrong)) {
    const error = await test.client
      .connect('/', { auth: { token: text } })
      .catch((caught: unknown) => caught);
    expect([name, error]).toEqual([
      name,
      expect.objectContaining({ code: 'UNAUTHENTICATED', message: told[name] ?? 'the token is not valid' }),
    ]);
    expect((error as { details?: unknown }).details).toBeUndefined();
  }
  expect(inspect(test.log.records, { depth: 20 })).toContain('the claim `sub` is no string');
  const logged = inspect(test.log.records, { depth: 20, maxStringLength: null });
  // Neither the token, nor what it says: errors of jose carry the claims.
  for (const part of [body.slice(0, 40), SECRET, 'Ann', 'them']) expect(logged).not.toContain(part);
  const client = await test.client.connect('/', { auth: { token: await sign(good) } });
  expect(await client.call('who')).toEqual({ id: 'ann', name: 'Ann' });
});

it('sends a client away when its token expires', async () => {
  await using test = await start({ secret: SECRET, claims });
  const exp = Math.floor(Date.now() / 1_000) + 3;
  const client = await test.client.connect('/', { auth: { token: await sign({ exp }) } });
  expect(await client.disconnected()).toBe('io server disconnect');
  expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000);
});

function pair(type: 'rsa' | 'ec' | 'ed25519'): {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
} {
  if (type === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
}

it.each([
  ['rsa', 'RS256'],
  ['ec', 'ES256'],
  ['ed25519', 'EdDSA'],
] as const)('verifies with a public key of %s', async (type, alg) => {
  const { publicKey, privateKey } = pair(type);
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  await using test = await start({ publicKey: pem, algorithms: [alg], claims });
  const client = await test.client.connect('/', { auth: { token: await sign({}, privateKey, alg) } });
  expect(await client.call('who')).toEqual({ id: 'ann', name: 'Ann' });
  // The public key as the secret of HMAC: what a token says about its algorithm does not count.
  const forged = await sign({}, bytes(pem));
  await expect(test.client.connect('/', { auth: { token: forged } })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});

it('fetches the keys that an issuer publishes, once, and says when it cannot', async () => {
  const { publicKey, privateKey } = pair('rsa');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' };
  let fetched = 0;
  let isUp = false;
  const issuer = createServer((_request, response) => {
    fetched++;
    if (!isUp) return; // never answers
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => issuer.once('listening', resolve));
  const jwks = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
  try {
    await using test = await start({ jwks, claims, audience: 'chat', fetchTimeoutMs: 2_000 });
    const connect = async () =>
      test.client.connect('/', { auth: { token: await sign({ aud: 'chat' }, privateKey, 'RS256') } });
    await expect(connect()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'the keys are unavailable',
    });
    isUp = true;
    expect(await (await connect()).call('who')).toEqual({ id: 'ann', name: 'Ann' });
    await connect();
    for (const aud of ['mail', undefined as never]) {
      const foreign = await sign({ aud }, privateKey, 'RS256');
      await expect(test.client.connect('/', { auth: { token: foreign } })).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    }
    await using open = await start({ jwks, claims, audience: false });
    const token = await sign({ aud: 'mail' }, privateKey, 'RS256');
    expect(await (await open.client.connect('/', { auth: { token } })).call('who')).toMatchObject({
      id: 'ann',
    });
    expect(fetched).toBe(3);
    // A key that the issuer does not have is not asked for each time that somebody names one.
    const unknown = await new SignJWT({ sub: 'ann', name: 'Ann', exp: inAnHour() })
      .setProtectedHeader({ alg: 'RS256', kid: 'two' })
      .sign(privateKey);
    for (let i = 0; i < 5; i++) {
      await expect(test.client.connect('/', { auth: { token: unknown } })).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    }
    expect(fetched).toBe(3);
  } finally {
    issuer.closeAllConnections();
    issuer.close();
  }
});

it('is unavailable while the issuer is away, or answers something else', async () => {
  const { privateKey } = pair('rsa');
  const issuer = createServer((request, response) => {
    response.writeHead(request.url === '/500' ? 500 : 200).end('<html>');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => issuer.once('listening', resolve));
  const { port } = issuer.address() as AddressInfo;
  const token = await sign({}, privateKey, 'RS256');
  const attempt = async (jwks: string) => {
    await using test = await start({ jwks, claims, audience: false });
    await expect(test.client.connect('/', { auth: { token } })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  };
  try {
    await attempt(`http://127.0.0.1:${port}/500`);
    await attempt(`http://127.0.0.1:${port}/page`);
  } finally {
    issuer.closeAllConnections();
    await new Promise((resolve) => issuer.close(resolve));
  }
  await attempt(`http://127.0.0.1:${port}/gone`);
});

it('lets a clock differ by as much as is tolerated, and no longer', async () => {
  await using test = await start({ secret: SECRET, claims, clockToleranceSec: 3 });
  const exp = Math.floor(Date.now() / 1_000) - 1;
  const client = await test.client.connect('/', { auth: { token: await sign({ exp }) } });
  expect(await client.disconnected()).toBe('io server disconnect');
  expect(Date.now()).toBeGreaterThanOrEqual((exp + 3) * 1_000);
  const late = await sign({ exp: exp - 3 });
  await expect(test.client.connect('/', { auth: { token: late } })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});

it.each(['HS384', 'HS512'] as const)('verifies %s where it is asked for', async (alg) => {
  await using test = await start({ secret: SECRET.repeat(2), algorithms: [alg], claims });
  const token = await sign({}, bytes(SECRET.repeat(2)), alg);
  const client = await test.client.connect('/', { auth: { token } });
  expect(await client.call('who')).toEqual({ id: 'ann', name: 'Ann' });
});
