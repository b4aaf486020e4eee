import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { pageGroups } from '../../../docs/.vitepress/pages.js';
import { seriousFindings } from '../../support/axe.js';
import { connectBrowser, openWindow } from '../../support/browser.js';
import { buildDocs, serveFolder } from '../../support/built-site.js';

const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-site-'));
const PHONE = { viewport: { width: 390, height: 844 } };
const DARK = { colorScheme: 'dark' as const };
/** Parts of every page, which other tests look at. */
const SAME_EVERYWHERE = ['.VPNav', '.VPSidebar'];
/** For some hundreds of pages, on a machine with other work. */
const ALL_PAGES_MS = 20 * 60_000;
let browser: Browser;
let server: Server;
let url = '';

beforeAll(async () => {
  await buildDocs(folder);
  ({ server, url } = await serveFolder(folder));
  browser = await connectBrowser();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Links of the built pages that lead to no file, or to no heading of it. */
function brokenLinks(): readonly string[] {
  const names = builtPages().filter((name) => name !== '/404.html');
  const pages = new Map(names.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
  return [...pages].flatMap(([from, html]) =>
    [...html.matchAll(/<a [^>]*href="([^"]+)"/g)]
      .map(([, href = '']) => new URL(href, `http://site${from}`))
      .filter(({ host, pathname, hash }) => {
        if (host !== 'site') return false;
        const target = pages.get(pathname.endsWith('/') ? `${pathname}index.html` : pathname);
        const id = decodeURIComponent(hash.slice(1));
        return target === undefined || (id !== '' && !target.includes(`id="${id}"`));
      })
      .map(({ pathname, hash }) => `${from} -> ${pathname}${hash}`),
  );
}

/** The built pages, by their paths. */
function builtPages(): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.html')).map((name) => `/${name.replaceAll('\\', '/')}`);
}

/** What package.json lets applications import. */
function entryPoints(): readonly string[] {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const modules = Object.entries(exports).filter(([, target]) => typeof target === 'object');
  return modules.map(([name]) => path.posix.join('gatewire', name)).sort();
}

describe('the documentation site', () => {
  it('has no link that leads nowhere, and loads nothing from elsewhere', async () => {
    expect(brokenLinks()).toEqual([]);
    const { page, errors } = await openWindow(browser, `${url}/`);
    const foreign: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) foreign.push(request.url());
    });
    await page.reload({ waitUntil: 'networkidle' });
    expect([foreign, errors]).toEqual([[], []]);
    await page.context().close();
  });

  it('has every page of docs/README.md and every entry point in its sidebar, and goes there', async () => {
    const { page } = await openWindow(browser, `${url}/pages.html`);
    const pages = pageGroups('docs/README.md').flatMap(({ items }) => items.map(({ text }) => text));
    expect(await page.locator('.VPSidebar .level-1 a').allTextContents()).toEqual([
      ...pages,
      ...entryPoints(),
    ]);
    await page.locator('.VPSidebar').getByRole('link', { name: 'Explanation', exact: true }).click();
    await page.locator('.VPSidebar').getByRole('link', { name: 'Scaling' }).click();
    await page.waitForURL('**/explanation/scaling.html');
    await page.getByRole('heading', { level: 1, name: 'Scaling' }).waitFor();
    await page.context().close();
  });

  it('has a page for what an entry point exports, out of its doc comment', async () => {
    const { page } = await openWindow(browser, `${url}/pages.html`);
    await page.locator('.VPSidebar').getByRole('link', { name: 'API', exact: true }).click();
    await page.locator('.VPSidebar').getByRole('link', { name: 'gatewire', exact: true }).click();
    await page.locator('main').getByRole('link', { name: 'RateLimit', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'RateLimit()' }).waitFor();
    expect(await page.locator('main').innerText()).toContain('Limits how often an event may come');
    await page.context().close();
  });

  it('finds an error code', async () => {
    const { page } = await openWindow(browser, `${url}/`);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('.VPLocalSearchBox input').fill('RATE_LIMITED');
    const found = page.locator('.VPLocalSearchBox .result').filter({ hasText: 'Codes on the wire' });
    await found.click();
    await page.waitForURL('**/reference/errors.html#codes-on-the-wire');
    await page.context().close();
  });

  it('finds guides ahead of the pages of doc comments', async () => {
    const { page } = await openWindow(browser, `${url}/pages.html`);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('.VPLocalSearchBox input').fill('rate limit');
    const first = page.locator('.VPLocalSearchBox .result').first();
    await first.waitFor();
    expect(await first.getAttribute('href')).not.toContain('/api/');
    await page.context().close();
  });

  it('is dark where the system is, or the reader wants it, and stays so', async () => {
    const { page } = await openWindow(browser, `${url}/`, { colorScheme: 'dark' });
    const isDark = (): Promise<boolean> =>
      page.locator('html').evaluate(({ classList }) => classList.contains('dark'));
    expect(await isDark()).toBe(true);
    await page.locator('.VPNavBarAppearance .VPSwitchAppearance').click();
    expect(await isDark()).toBe(false);
    await page.reload();
    expect(await isDark()).toBe(false);
    await page.context().close();
  });

  it('fits a phone: no sideways scrolling, and a menu that opens', async () => {
    const { page } = await openWindow(browser, `${url}/reference/options.html`, PHONE);
    const width = await page.locator('html').evaluate(({ scrollWidth }) => scrollWidth);
    expect(width).toBeLessThanOrEqual(PHONE.viewport.width);
    await page.locator('.VPLocalNav .menu').click();
    await page.locator('.VPSidebar.open').getByRole('link', { name: 'Contracts', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Contracts' }).waitFor();
    await page.context().close();
  });

  it.each([
    ['/index.html', PHONE],
    ['/index.html', DARK],
    ['/reference/options.html', PHONE],
    ['/reference/auth.html', DARK],
    ['/how-to/proxies.html', DARK],
    ['/api/gatewire/interfaces/AppOptions.html', PHONE],
    ['/api/gatewire/interfaces/AppOptions.html', DARK],
  ])('has no serious finding of axe-core on %s %j', async (file, options) => {
    const { page } = await openWindow(browser, `${url}${file}`, options);
    expect(await seriousFindings(page)).toEqual([]);
    await page.context().close();
  });

  it(
    'has none on any page',
    async () => {
      const { page } = await openWindow(browser, `${url}/`);
      await page.route('**/*.js', (route) => route.abort()); // what is written into the files is the content
      const found: unknown[] = [];
      for (const name of builtPages()) {
        await page.goto(`${url}${name}`, { waitUntil: 'load' });
        for (const finding of await seriousFindings(page, SAME_EVERYWHERE)) found.push([name, ...finding]);
      }
      await page.context().close();
      expect(found).toEqual([]);
    },
    ALL_PAGES_MS,
  );
});
