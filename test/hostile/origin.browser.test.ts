import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { Gateway, OnEvent } from '../../src/index.js';
import { createTestApp, type TestAppOptions } from '../../src/testing/index.js';
import { connectBrowser, openWindow } from '../support/browser.js';

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

let browser: Browser;
const pages: Server[] = [];
const environment = process.env['NODE_ENV'];

beforeAll(async () => {
  browser = await connectBrowser();
});
afterEach(() => {
  process.env['NODE_ENV'] = environment;
  for (const page of pages.splice(0)) page.close().closeAllConnections();
});
afterAll(() => browser.close());

/** A site of its own, hence an origin of its own. */
async function site(): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>a site</title>');
  });
  pages.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a page of an origin gets when it connects and calls. */
async function visit(origin: string, url: string, options: object): Promise<unknown> {
  const { page } = await openWindow(browser, origin);
  try {
    await page.addScriptTag({ url: `${url}/socket.io/socket.io.js` });
    return await page.evaluate(
      ([address, given]) =>
        new Promise((resolve) => {
          const { io } = globalThis as unknown as { io: (url: string, options: object) => ClientSocket };
          const socket = io(address, { reconnection: false, ...given });
          socket.on('connect_error', ({ message }) => resolve(message));
          socket.on('connect', () =>
            socket.emit('echo', 'hi', (answer: unknown) => {
              resolve(answer);
              socket.disconnect();
            }),
          );
        }),
      [url, options] as const,
    );
  } finally {
    await page.context().close();
  }
}

interface ClientSocket {
  on(event: string, listener: (error: Error) => void): void;
  emit(event: string, ...args: unknown[]): void;
  disconnect(): void;
}

const TRANSPORTS = [['polling'], ['websocket'], ['polling', 'websocket']];

describe.each(TRANSPORTS.map((transports) => ({ transports })))(
  'Chromium over $transports',
  ({ transports }) => {
    const run = async (allowed: string, options: TestAppOptions, given: object, origin = allowed) => {
      process.env['NODE_ENV'] = 'production';
      const limits = { closeTimeoutMs: 50 };
      await using test = await createTestApp(Echo, { ...options, limits });
      return await visit(origin, test.url, { transports, ...given });
    };

    it('connects from a page of an allowed origin, preflight included', async () => {
      const origin = await site();
      const given = { extraHeaders: { 'x-own': '1' } };
      expect(await run(origin, { origins: [origin] }, given)).toEqual({ ok: true, data: 'hi' });
    });

    it('connects with credentials where `socket.cors` asks for them', async () => {
      const origin = await site();
      const options = { origins: [origin], socket: { cors: { credentials: true } } };
      expect(await run(origin, options, { withCredentials: true })).toEqual({ ok: true, data: 'hi' });
    });

    it('is refused from a page of another origin', async () => {
      const origin = await site();
      const refused = await run(origin, { origins: [origin] }, {}, await site());
      expect(refused).toMatch(/error/);
      expect(await run(origin, {}, {})).toMatch(/error/);
    });
  },
);
