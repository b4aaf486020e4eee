import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { createTestApp } from '../../../src/testing/index.js';
import { HallGateway, newDesk } from '../../server/client/sample-contract.js';
import { connectionsOf } from '../../server/client/sample-server.js';
import { connectBrowser, openWindow } from '../../support/browser.js';
import { within } from '../../support/within.js';

/** What Chromium reports when a connection is cut, and of an icon that it looks for; nothing a page could avoid. */
const NOISE = /WebSocket connection to|status of 40[04]|ERR_CONNECTION/;

const run = <TResult>(page: Page, script: string): Promise<TResult> =>
  within(`the page to finish ${script}`, page.evaluate<TResult>(script));

describe('the client in a browser', () => {
  let browser: Browser;
  let bundle: string;

  beforeAll(async () => {
    browser = await connectBrowser();
    const { outputFiles } = await build({
      entryPoints: ['test/fixtures/client/page.ts'],
      bundle: true,
      minify: true,
      write: false,
      target: 'es2020',
      platform: 'browser',
    });
    bundle = outputFiles[0]?.text ?? '';
  });

  afterAll(() => browser.close());

  it('connects to the origin of its page, calls, receives, answers and reconnects', async () => {
    const desk = newDesk();
    await using test = await createTestApp(HallGateway);
    const { page, errors } = await openWindow(browser, `${test.url}/socket.io/socket.io.min.js`);
    try {
      await page.addScriptTag({ content: bundle });
      expect(await run(page, `room.call('message:send', { text: 'from a page' })`)).toEqual({
        id: 'from a page',
      });
      expect(await run(page, 'heard')).toEqual(['from a page']);
      expect(await run(page, `room.api.ask({ how: 'one', timeoutMs: 5000 })`)).toBe('how many?'.length);
      expect(await run(page, `room.call('sell').catch(({ code, details }) => [code, details])`)).toEqual([
        'SOLD_OUT',
        { left: 0 },
      ]);

      // It has to wait before the connection is closed: a page may be back before it is asked.
      await run(page, `void (globalThis.back = reaches('reconnecting').then(() => reaches('connected')))`);
      for (const client of Object.values(connectionsOf(test))) client.close();
      await run(page, 'back');
      expect(await run(page, `room.call('message:send', { text: 'again' })`)).toEqual({ id: 'again' });
      await run(page, 'room.close()');
      expect(await run(page, 'states')).toEqual(['connected', 'reconnecting', 'connected', 'closed']);
      expect(desk.asked).toEqual([{ page: true }, { page: true }]);
      expect(errors.filter((error) => !NOISE.test(error))).toEqual([]);
    } finally {
      await page.context().close();
    }
  });
});
