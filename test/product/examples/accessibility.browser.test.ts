import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { seriousFindings } from '../../support/axe.js';
import { connectBrowser, openWindow } from '../../support/browser.js';
import { exampleNames } from '../../support/example-names.js';
import { freePort } from '../../support/free-port.js';
import { ServerProcess } from '../../support/server-process.js';
import { shared } from '../../support/shared.js';
import { PASSWORDS, SecureChatProcess } from './secure-chat-process.js';

interface Example {
  start(): Promise<ServerProcess>;
  /** Brings the page from how it opens to how it is used; undefined where there is one state. */
  readonly use?: (page: Page) => Promise<void>;
}

const plain = (name: string) => async () => new ServerProcess(`examples/${name}/main.ts`, await freePort());

const EXAMPLES: Readonly<Record<string, Example>> = {
  chat: {
    start: plain('chat'),
    use: async (page) => {
      await page.getByLabel('Your name').fill('Ada');
      await page.getByRole('button', { name: 'Come in' }).click();
      await page.getByText(/Only you here|people here/).waitFor();
    },
  },
  'secure-chat': {
    start: async () => new SecureChatProcess(await freePort()),
    use: async (page) => {
      await page.getByLabel('Name').fill('Ada');
      await page.getByLabel('Password').fill(PASSWORDS.ada);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.locator('#role', { hasText: 'moderator' }).waitFor();
    },
  },
  cluster: {
    start: async () => new ServerProcess('examples/cluster/main.ts', await freePort(), { isSource: true }),
  },
  'file-transfer': {
    start: plain('file-transfer'),
    use: async (page) => {
      const file = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') };
      await page.getByLabel('Choose files').setInputFiles(file);
      await page.getByText('both checksums are the same').waitFor();
    },
  },
};

const SCREENS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['on a desktop, light', { colorScheme: 'light' }],
  ['on a phone, dark', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }],
];

it('looks at the page of every example that has one', () => {
  const pages = exampleNames.filter((example) => existsSync(`examples/${example}/page`));
  expect(Object.keys(EXAMPLES).sort()).toEqual(pages);
});

describe.each(Object.entries(EXAMPLES))('the page of examples/%s', (_name, { start, use }) => {
  let browser: Browser;
  let server: ServerProcess;
  let url: string;

  beforeAll(async () => {
    browser = await connectBrowser();
    await shared('pages');
    server = await start();
    url = await server.listening();
  });

  afterAll(async () => {
    await browser.close();
    // In order: the cluster would leave its Redis and its nginx behind.
    server.child.kill('SIGTERM');
    await server.exited();
  });

  it.each(SCREENS)('has no serious finding of axe-core %s', async (_screen, options) => {
    const { page } = await openWindow(browser, url, { ...options, ignoreHTTPSErrors: true });
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await use?.(page);
    expect(await seriousFindings(page)).toEqual([]);
    await page.context().close();
  });
});
