import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { shared } from './shared.js';
import { WAIT_MS } from './within.js';

/** Connects to the Chromium that all test files share; the contexts of one file are unknown to the others. */
export async function connectBrowser(): Promise<Browser> {
  return chromium.connect(await shared('chromium'));
}

/** A page, and all that went wrong in it: console errors and warnings, exceptions, refused by its policy. */
export interface Window {
  readonly page: Page;
  readonly errors: readonly string[];
}

/** Opens `url` as another person would: with cookies and storage of its own. */
export async function openWindow(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Window> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url);
  return { page, errors };
}
