import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { connectBrowser, openWindow } from '../../../support/browser.js';
import { within } from '../../../support/within.js';
import { fromJson, toJson } from './bytes.js';
import { type Connection, type InteropClient, Refused, SERVER_EVENTS, type Transport } from './client.js';

const harness = fileURLToPath(new URL('page-client.js', import.meta.url));

const TRANSPORTS: Readonly<Record<Transport, readonly string[]>> = {
  websocket: ['websocket'],
  polling: ['polling'],
  upgrade: ['polling', 'websocket'],
};

/** A page of the server in Chromium, with the client bundle that the server serves. */
export function chromium(): InteropClient {
  let browser: Promise<Browser> | undefined;
  return {
    name: 'Chromium with the served bundle',
    transports: ['websocket', 'polling', 'upgrade'],
    hasBinary: true,
    reconnects: true,
    async connect(url, { transport, namespace }) {
      browser ??= connectBrowser();
      const { page } = await openWindow(await browser, url);
      await page.addScriptTag({ path: harness });
      const args = [url + namespace, TRANSPORTS[transport], SERVER_EVENTS].map((arg) => JSON.stringify(arg));
      const refusal = await run<object | null>(page, `interop.connect(${args.join()})`);
      if (refusal === null) return connection(page);
      await page.context().close();
      throw new Refused(refusal);
    },
    async close() {
      await (await browser)?.close();
    },
  };
}

function connection(page: Page): Connection {
  return {
    transport: () => run(page, 'interop.transport()'),
    async upgraded() {
      await run(page, 'interop.upgraded()');
    },
    async call(...args) {
      return fromJson(await run(page, `interop.call(${JSON.stringify(toJson(args))})`)) as unknown[];
    },
    async emit(...args) {
      await run(page, `interop.emit(${JSON.stringify(toJson(args))})`);
    },
    async next(event) {
      return fromJson(await run(page, `interop.next(${JSON.stringify(event)})`)) as unknown[];
    },
    close: () => page.context().close(),
  };
}

function run<TResult = string>(page: Page, script: string): Promise<TResult> {
  return within(`the page to finish ${script.slice(0, 80)}`, page.evaluate<TResult>(script));
}
