import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { connectBrowser, openWindow } from '../../support/browser.js';
import { ServerProcess } from '../../support/server-process.js';
import { shared } from '../../support/shared.js';
import { WAIT_MS } from '../../support/within.js';

describe('the page of examples/file-transfer', () => {
  let browser: Browser;
  let server: ServerProcess;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    await shared('pages');
    browser = await connectBrowser();
    folder = await mkdtemp(path.join(tmpdir(), 'gatewire-files-'));
    server = new ServerProcess('examples/file-transfer/main.ts', 0, { env: { TMPDIR: folder } });
    url = await server.listening();
  });

  afterAll(async () => {
    await browser.close();
    await server.kill();
    await rm(folder, { recursive: true });
  });

  it('uploads, goes on after a dropped connection, and shows that both checksums agree', async () => {
    const content = randomBytes(40_000_000);
    const file = path.join(folder, 'holiday <b>pictures.bin');
    await writeFile(file, content);
    const sender = await openWindow(browser, url);
    const watcher = await openWindow(browser, url, { viewport: { width: 390, height: 800 } });
    await sender.page.getByText('Connected', { exact: true }).waitFor();
    await clickMeanwhile(sender.page, '#drop');
    await sender.page.getByLabel('Choose files').setInputFiles(file);
    await sender.page.getByText(/ %: the connection is lost/).waitFor();
    const bar = sender.page.getByRole('progressbar', { name: /^Upload of holiday/ });
    expect(await bar.getAttribute('max')).toBe('40000000');
    await sender.page
      .getByText(/interrupted once: both checksums are the same/)
      .waitFor({ timeout: WAIT_MS });
    expect(await bar.getAttribute('value')).toBe('40000000');

    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(await sender.page.locator('.sums dd').allTextContents()).toEqual([sha256, sha256]);
    const link = watcher.page.getByRole('link', { name: 'holiday <b>pictures.bin' });
    await link.waitFor();
    const width = await watcher.page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(390);
    const downloading = watcher.page.waitForEvent('download');
    await link.click();
    const saved = path.join(folder, 'saved.bin');
    await (await downloading).saveAs(saved); // a browser of another process hands over no path
    expect((await readFile(saved)).equals(content)).toBe(true);
    expect([...sender.errors, ...watcher.errors]).toEqual([]);
  });

  it('cancels, and says what the server refuses', async () => {
    const { page, errors } = await openWindow(browser, url);
    await page.getByText('Connected', { exact: true }).waitFor();
    const file = path.join(folder, 'long.bin');
    await writeFile(file, randomBytes(40_000_000));
    await clickMeanwhile(page, '[aria-label="Cancel long.bin"]');
    await page.getByLabel('Choose files').setInputFiles(file);
    await page.getByText('cancelled', { exact: true }).waitFor();
    await page
      .getByLabel('Choose files')
      .setInputFiles({ name: 'empty.bin', mimeType: 'text/plain', buffer: Buffer.alloc(0) });
    await page.getByText('0 B: both checksums are the same').waitFor();
    // Answers to chunks that were on their way have come by now, and tell of no progress.
    expect(await page.locator('.state').allTextContents()).toEqual([
      '0 B: both checksums are the same',
      'cancelled',
    ]);
    await page
      .getByLabel('Choose files')
      .setInputFiles({ name: 'x'.repeat(256), mimeType: 'text/plain', buffer: Buffer.alloc(1) });
    await page
      .locator('#transfers .entry[data-state="failed"]', { hasText: 'xxx' })
      .getByText('the payload is not valid')
      .waitFor();
    expect(errors).toEqual([]);
  });

  it('sends several files one after the other, and a waiting one can be cancelled', async () => {
    const { page, errors } = await openWindow(browser, url);
    await page.getByText('Connected', { exact: true }).waitFor();
    await clickMeanwhile(page, '[aria-label="Cancel 2.bin"]');
    const buffer = randomBytes(2_000_000);
    const names = ['0.bin', '1.bin', '2.bin', '3.bin', '4.bin'];
    await page
      .getByLabel('Choose files')
      .setInputFiles(names.map((name) => ({ name, mimeType: 'text/plain', buffer })));
    await page
      .locator('#transfers .entry', { hasText: '4.bin' })
      .getByText(/both checksums/)
      .waitFor();
    // The newest is above. None was interrupted: they never asked the server for more than it takes at once.
    const all = '2.0 MB: both checksums are the same';
    expect(await page.locator('.state').allTextContents()).toEqual([all, all, 'cancelled', all, all]);
    expect(errors).toEqual([]);
  });

  it('shows all of a checksum on a phone, and the buttons beside each other', async () => {
    const { page, errors } = await openWindow(browser, url, { viewport: { width: 390, height: 844 } });
    await page.getByText('Connected', { exact: true }).waitFor();
    await page
      .getByLabel('Choose files')
      .setInputFiles({ name: `${'x'.repeat(80)}.txt`, mimeType: 'text/plain', buffer: Buffer.from('hello') });
    await page.getByText('5 B: both checksums are the same').waitFor();
    const sum = page.locator('#stored .sum').last();
    await sum.waitFor();
    for (const part of [sum, page.locator('.sums dd').first(), page.locator('#stored .name').last()]) {
      const [content, visible] = (await part.evaluate((element) => [
        (element as unknown as Box).scrollWidth,
        (element as unknown as Box).clientWidth,
      ])) as [number, number];
      expect(content).toBeLessThanOrEqual(Math.max(visible, 1));
    }
    const [choose, drop] = [
      await page.locator('.choose').boundingBox(),
      await page.getByRole('button', { name: 'Drop the connection' }).boundingBox(),
    ];
    expect(drop?.y).toBe(choose?.y);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(errors).toEqual([]);
  });

  it('says that it cannot make checksums where browsers do not let it', async () => {
    const { page, errors } = await openWindow(browser, url);
    await page.addInitScript('Object.defineProperty(window, "isSecureContext", { value: false })');
    await page.reload();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page
      .getByLabel('Choose files')
      .setInputFiles({ name: 'plain.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
    await page.getByText('5 B: on the server', { exact: true }).waitFor();
    await page.getByText(/^only on pages that came over https/).waitFor();
    expect(errors).toEqual([]);
  });
});

interface Box {
  readonly scrollWidth: number;
  readonly clientWidth: number;
}

/** Clicks in the page itself, as soon as some bytes are there: between two commands of a test an upload would be over. */
function clickMeanwhile(page: Page, button: string): Promise<unknown> {
  return page.evaluate(`new MutationObserver((_, observer) => {
    if (![...document.querySelectorAll('#transfers progress')].some(({ value }) => value > 0)) return;
    observer.disconnect();
    document.querySelector(${JSON.stringify(button)}).click();
  }).observe(document.getElementById('transfers'), { subtree: true, attributes: true, childList: true })`);
}
