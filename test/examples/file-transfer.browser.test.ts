import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser, openWindow } from '../support/browser.js';
import { ServerProcess } from '../support/server-process.js';

const LIMIT_MS = 60_000;

describe('the page of examples/file-transfer', () => {
  let browser: Browser;
  let server: ServerProcess;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    browser = await launchBrowser();
    server = new ServerProcess('examples/file-transfer/main.ts', 0);
    url = await server.listening();
    folder = await mkdtemp(path.join(tmpdir(), 'gatewire-files-'));
  }, LIMIT_MS);

  afterAll(async () => {
    await browser.close();
    await server.kill();
    await rm(folder, { recursive: true });
  }, LIMIT_MS);

  it(
    'uploads, goes on after a dropped connection, and shows that both checksums agree',
    async () => {
      // So large that there is time to drop the connection while it goes.
      const content = randomBytes(120_000_000);
      const file = path.join(folder, 'holiday <b>pictures.bin');
      await writeFile(file, content);
      const sender = await openWindow(browser, url);
      const watcher = await openWindow(browser, url, { viewport: { width: 390, height: 800 } });
      await sender.page.getByText('Connected', { exact: true }).waitFor();
      await sender.page.getByLabel('Choose files').setInputFiles(file);
      const bar = sender.page.getByRole('progressbar', { name: /^Upload of holiday/ });
      await sender.page.getByText(/[1-9]\d* % of 120 MB/).waitFor();
      expect(Number(await bar.getAttribute('value'))).toBeGreaterThan(0);
      await sender.page.getByRole('button', { name: 'Drop the connection' }).click();
      await sender.page.getByText(/the connection is lost/).waitFor();
      await sender.page
        .getByText(/interrupted once: both checksums are the same/)
        .waitFor({ timeout: 30_000 });

      const sha256 = createHash('sha256').update(content).digest('hex');
      expect(await sender.page.locator('.sums dd').allTextContents()).toEqual([sha256, sha256]);
      const link = watcher.page.getByRole('link', { name: 'holiday <b>pictures.bin' });
      await link.waitFor();
      const width = await watcher.page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBeLessThanOrEqual(390);
      const downloading = watcher.page.waitForEvent('download');
      await link.click();
      const saved = await (await downloading).path();
      expect((await readFile(saved)).equals(content)).toBe(true);
      expect([...sender.errors, ...watcher.errors]).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'cancels, and says what the server refuses',
    async () => {
      const { page, errors } = await openWindow(browser, url);
      await page.getByText('Connected', { exact: true }).waitFor();
      const buffer = randomBytes(40_000_000);
      await page
        .getByLabel('Choose files')
        .setInputFiles({ name: 'long.bin', mimeType: 'text/plain', buffer });
      await page.getByRole('button', { name: 'Cancel long.bin' }).click();
      await page.getByText('cancelled', { exact: true }).waitFor();
      await page
        .getByLabel('Choose files')
        .setInputFiles({ name: 'empty.bin', mimeType: 'text/plain', buffer: Buffer.alloc(0) });
      await page.getByText('0 B: both checksums are the same').waitFor();
      expect(errors).toEqual([]);
    },
    LIMIT_MS,
  );
});
