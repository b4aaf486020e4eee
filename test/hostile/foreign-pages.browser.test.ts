import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import {
  type App,
  type ConnectContext,
  createApp,
  Gateway,
  GatewireError,
  OnConnect,
} from '../../src/index.js';
import type { Engine } from '../../src/transport/engineio.js';
import { connectBrowser } from '../support/browser.js';
import { CertificateFolder } from '../support/certificate.js';
import { WAIT_MS } from '../support/within.js';

type Cookie = 'Strict' | 'Lax' | 'None';
type Scheme = 'http' | 'https';

const BANK = 'bank.shop.test';
const ATTACK = readFileSync('test/fixtures/foreign-pages/attack.js', 'utf8');
const SECRET = 'the balance of ann';

@Gateway('/', {
  auth({ headers }) {
    if (headers['cookie'] === undefined) throw new GatewireError('UNAUTHENTICATED');
    return { user: { id: String(headers['cookie']) } };
  },
})
class Bank {
  @OnConnect() enter(ctx: ConnectContext) {
    ctx.emit('balance', SECRET);
  }
}

/** Request as the server of the bank saw it. */
interface Seen {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

let browser: Browser;
const certificates = new CertificateFolder();
const environment = process.env['NODE_ENV'];
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  browser = await connectBrowser();
});
afterEach(async () => {
  process.env['NODE_ENV'] = environment;
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(async () => {
  await browser.close();
  certificates[Symbol.dispose]();
});

async function listen(scheme: Scheme): Promise<{ server: Server; port: number }> {
  const files = scheme === 'https' ? certificates.make(BANK) : null;
  const server =
    files === null
      ? createServer()
      : createHttpsServer({ key: readFileSync(files.key), cert: readFileSync(files.cert) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close().closeAllConnections());
  return { server: server as Server, port: (server.address() as AddressInfo).port };
}

/** The server of the bank, and what reaches it. */
async function startBank(scheme: Scheme) {
  process.env['NODE_ENV'] = 'production';
  const { server, port } = await listen(scheme);
  const app: App = createApp({
    gateways: [Bank],
    server,
    logger: false,
    limits: { closeTimeoutMs: 50 },
    socket: { allowEIO3: true, pingInterval: 1_000, pingTimeout: 1_000 },
  });
  await app.listen();
  ends.push(() => app.close());
  const seen: Seen[] = [];
  const see = ({ url = '', headers }: IncomingMessage) => void seen.push({ url, headers });
  server.prependListener('request', see);
  server.prependListener('upgrade', see);
  const engine = app.io.engine as unknown as Engine;
  const sessions: (string | undefined)[] = [];
  engine.on('connection', ({ request }) => sessions.push(request.headers.cookie));
  let entered = 0;
  app.io.on('connection', () => entered++);
  return { url: `${scheme}://${BANK}:${port}`, seen, sessions, entered: () => entered };
}

/** Opens a page of `host` in a browser that has a cookie of the bank. */
async function openPage(scheme: Scheme, host: string, bank: string, cookie: Cookie): Promise<Page> {
  const { server, port } = await listen(scheme);
  server.on('request', (_request, response) => {
    response.setHeader('content-type', 'text/html').end(`<!doctype html><script>${ATTACK}</script>`);
  });
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  ends.push(() => context.close());
  context.setDefaultTimeout(WAIT_MS);
  await context.addCookies([
    { name: 'user', value: 'ann', url: bank, sameSite: cookie, secure: scheme === 'https' },
  ]);
  const page = await context.newPage();
  await page.goto(`${scheme}://${host}:${port}/`);
  return page;
}

/** Lets a page do all that it can, and returns what it learns by it. */
function attack(page: Page, bank: string): Promise<Record<string, unknown>> {
  return page.evaluate(
    (url) =>
      (globalThis as unknown as { attack(bank: string): Promise<Record<string, unknown>> }).attack(url),
    bank,
  );
}

const NOTHING = {
  script: 'failed',
  'script, JSONP': 'failed',
  'script, JSONP of version 3': 'failed',
  img: 'failed',
  iframe: 'nothing',
  'no-cors fetch': ['opaque', 0, ''],
  'fetch, include': 'refused',
  'fetch, omit': 'refused',
  WebSocket: 'refused',
  form: 'nothing',
  stolen: [],
  'told by errors': [],
};

const COOKIES: readonly Cookie[] = ['Strict', 'Lax', 'None'];
const PAGES = ['blog.shop.test', 'evil.test'].flatMap((host) => COOKIES.map((cookie) => ({ host, cookie })));

describe('over https', () => {
  it.each(PAGES)(
    'a page of $host learns nothing of a cookie with SameSite=$cookie, and begins no session',
    async ({ host, cookie }) => {
      const bank = await startBank('https');
      const page = await openPage('https', host, bank.url, cookie);
      expect(await attack(page, bank.url)).toMatchObject(NOTHING);
      expect(bank.sessions).toEqual([]);
      expect(bank.entered()).toBe(0);
      // That the attack is one: requests without an origin came, with the cookie where the browser sends it along.
      const silent = bank.seen.filter(({ headers }) => headers.origin === undefined);
      expect(silent.length).toBeGreaterThan(5);
      if (host === 'evil.test' && cookie === 'None') return; // up to what the browser does about third parties
      const isSent = silent.some(({ headers }) => headers.cookie === 'user=ann');
      expect(isSent).toBe(host === 'blog.shop.test');
    },
  );
});

describe('over http, where no header says whose page asks', () => {
  // Browsers take a cookie with SameSite=None over https only.
  it.each(PAGES.filter(({ cookie }) => cookie !== 'None'))(
    'a page of $host learns nothing of a cookie with SameSite=$cookie',
    async ({ host, cookie }) => {
      const bank = await startBank('http');
      const page = await openPage('http', host, bank.url, cookie);
      expect(await attack(page, bank.url)).toMatchObject(NOTHING);
      expect(bank.entered()).toBe(0);
      expect(bank.seen.every(({ headers }) => headers['sec-fetch-site'] === undefined)).toBe(true);
    },
  );
});

it.each(['http', 'https'] as const)('the own page of the bank is let in over %s', async (scheme) => {
  const bank = await startBank(scheme);
  const page = await openPage(scheme, BANK, bank.url, 'Strict');
  await page.goto(`${bank.url}/socket.io/socket.io.js`);
  const answers = await page.evaluate(async (url) => {
    const path = `${url}/socket.io/?EIO=4&transport=polling`;
    const body = await (await fetch(path)).text();
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    await fetch(`${path}&sid=${sid}`, { method: 'POST', body: '40' });
    let all = '';
    while (!all.includes('balance')) all += await (await fetch(`${path}&sid=${sid}`)).text();
    return all;
  }, bank.url);
  expect(answers).toContain(SECRET);
  expect(bank.sessions).toEqual(['user=ann']);
});
