import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { connectBrowser, openWindow, type Window } from '../../support/browser.js';
import { freePort } from '../../support/free-port.js';
import { ClusterProcess } from './cluster-process.js';

/** What Chromium itself reports when a node goes; nothing a page could avoid. */
const NODE_AWAY = /WebSocket connection to|status of (400|502|503)|ERR_/;

describe('the page of examples/cluster', () => {
  let browser: Browser;
  let cluster: ClusterProcess;
  let url: string;

  beforeAll(async () => {
    browser = await connectBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    cluster = new ClusterProcess(await freePort());
    url = await cluster.listening();
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await cluster.stop();
  });

  /** A window on each node; nginx gives a new one the node with the fewest connections. */
  async function openBoth(): Promise<ReadonlyMap<string, Window>> {
    const windows = new Map<string, Window>();
    while (windows.size < 2) {
      const window = await openWindow(browser, url);
      await connected(window.page);
      windows.set(await nodeOf(window.page), window);
    }
    return windows;
  }

  it('carries messages between windows on different nodes, and says which node took them', async () => {
    const windows = await openBoth();
    const one = windows.get('one') as Window;
    const two = windows.get('two') as Window;
    for (const { page } of [one, two]) {
      await page.locator('#node-one .guests li', { hasText: 'Guest' }).first().waitFor();
      await page.locator('#node-two .guests li', { hasText: 'Guest' }).first().waitFor();
    }
    await one.page.locator('#node-one').getByText('(you)').waitFor();
    await two.page.locator('#node-two').getByText('(you)').waitFor();

    await write(one.page, 'hello, <b>two</b>');
    const heard = two.page.locator('.messages li', { hasText: 'hello, <b>two</b>' });
    await heard.getByText('node one').waitFor();
    await write(two.page, 'hello, one');
    await one.page.locator('.messages li', { hasText: 'hello, one' }).getByText('node two').waitFor();
    expect(await one.page.locator('.messages li').count()).toBe(2);
    expect([...one.errors, ...two.errors]).toEqual([]);
  });

  it('moves to the other node when its own is stopped, and shows it when it is there again', async () => {
    const windows = await openBoth();
    const one = windows.get('one') as Window;
    const two = windows.get('two') as Window;
    await one.page.getByRole('button', { name: 'Stop node one' }).click();
    await one.page.locator('#served', { hasText: 'node two' }).waitFor();
    for (const { page } of [one, two]) {
      await connected(page);
      await page.locator('#node-one').getByText('stopped').waitFor();
      await page.locator('#node-one').getByText('nobody').waitFor();
      // Somebody has to be left to start it again.
      expect(await page.getByRole('button', { name: 'Stop node two' }).isDisabled()).toBe(true);
    }
    await write(one.page, 'still here');
    await two.page.locator('.messages li', { hasText: 'still here' }).getByText('node two').waitFor();

    await two.page.getByRole('button', { name: 'Start node one' }).click();
    for (const { page } of [one, two]) await page.locator('#node-one').getByText('running').waitFor();
    await two.page.getByRole('button', { name: 'Stop node two' }).click();
    for (const { page } of [one, two]) {
      await page.locator('#served', { hasText: 'node one' }).waitFor();
      await connected(page);
    }
    await write(two.page, 'and back');
    await one.page.locator('.messages li', { hasText: 'and back' }).getByText('node one').waitFor();
    expect([...one.errors, ...two.errors].filter((error) => !NODE_AWAY.test(error))).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'fits a phone 320 pixels wide without horizontal scrolling, in %s',
    async (colorScheme) => {
      const { page, errors } = await openWindow(browser, url, {
        colorScheme,
        viewport: { width: 320, height: 640 },
      });
      await connected(page);
      await write(page, 'W'.repeat(200));
      await page.locator('.messages li').waitFor();
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBe(320);
      expect(errors).toEqual([]);
    },
  );
});

const connected = (page: Page): Promise<void> => page.locator('#state[data-state=connected]').waitFor();

async function nodeOf(page: Page): Promise<string> {
  await page.locator('#served .badge').waitFor();
  return (await page.locator('body').getAttribute('data-node')) ?? '';
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}
