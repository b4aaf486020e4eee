import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser, openWindow, type Window } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { ChatProcess } from './chat-process.js';

const LIMIT_MS = 90_000;
/** What Chromium itself reports while nobody listens; nothing a page could avoid. */
const SERVER_AWAY = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|WebSocket connection to/;

describe('the page of examples/chat', () => {
  let browser: Browser;
  let server: ChatProcess;
  let port: number;

  beforeAll(async () => {
    browser = await launchBrowser();
  }, LIMIT_MS);

  afterAll(async () => {
    await browser.close();
  }, LIMIT_MS);

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server.kill();
  }, LIMIT_MS);

  async function startServer(): Promise<void> {
    port = await freePort();
    server = new ChatProcess(port);
    await server.listening();
  }

  async function open(options?: BrowserContextOptions): Promise<Window> {
    const window = await openWindow(browser, `http://localhost:${port}/`, options);
    await inState(window.page, 'connected');
    return window;
  }

  it(
    'carries messages both ways between two windows and shows who is there',
    async () => {
      await startServer();
      const ada = await open();
      await ada.page.getByText('Only you here').waitFor();
      const grace = await open();
      await ada.page.getByText('2 people here').waitFor();
      await grace.page.getByText('2 people here').waitFor();

      await write(ada.page, 'Ada', 'Is anybody there?');
      await own(ada.page, 'sent', 'Is anybody there?').waitFor();
      await others(grace.page, 'Is anybody there?').waitFor();
      await grace.page.locator('.author', { hasText: 'Ada' }).waitFor();

      await write(grace.page, 'Grace', 'I am, <b>really</b>');
      await own(grace.page, 'sent', 'I am, <b>really</b>').waitFor();
      await others(ada.page, 'I am, <b>really</b>').waitFor();
      expect(await ada.page.locator('.message b').count()).toBe(0);

      await grace.page.context().close();
      await ada.page.getByText('Only you here').waitFor();
      expect([...ada.errors, ...grace.errors]).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'shows the last messages to who comes later, and to who reloads which were their own',
    async () => {
      await startServer();
      const ada = await open();
      await write(ada.page, 'Ada', 'first');
      await own(ada.page, 'sent', 'first').waitFor();

      const grace = await open();
      await others(grace.page, 'first').waitFor();

      await ada.page.reload();
      await own(ada.page, 'sent', 'first').waitFor();
      expect(await ada.page.getByLabel('Your name').inputValue()).toBe('Ada');
      expect([...ada.errors, ...grace.errors]).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'shows a message as pending until the server has acknowledged it',
    async () => {
      await startServer();
      const { page, errors } = await open();
      // A stopped process keeps its connections and answers nothing.
      server.child.kill('SIGSTOP');
      await write(page, 'Ada', 'Are you slow today?');
      await own(page, 'pending', 'Are you slow today?').getByText('Sending…').waitFor();
      server.child.kill('SIGCONT');
      await own(page, 'sent', 'Are you slow today?').getByText('Sent').waitFor();
      expect(errors).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'says in words why a message was refused, and sends it again on request',
    async () => {
      await startServer();
      const { page, errors } = await open();
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByRole('alert').getByText('Write your name first.').waitFor();

      // As a page would that knows less of the rules than the server.
      await page.evaluate('document.getElementById("name").removeAttribute("maxlength")');
      await write(page, 'A'.repeat(41), 'too long a name');
      const failed = own(page, 'failed', 'too long a name');
      await failed.getByText('The server said').waitFor();
      await failed.getByRole('button', { name: 'Try again' }).click();
      await failed.getByText('The server said').waitFor();
      expect(errors).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'reconnects to a server that was killed and started again, and sends what was written meanwhile',
    async () => {
      await startServer();
      const ada = await open();
      const grace = await open();
      await write(ada.page, 'Ada', 'before');
      await others(grace.page, 'before').waitFor();

      await server.kill();
      await inState(ada.page, 'reconnecting');
      await inState(grace.page, 'reconnecting');
      await ada.page.getByRole('alert').getByText('connection was lost').waitFor();
      await write(ada.page, 'Ada', 'meanwhile');
      await own(ada.page, 'waiting', 'meanwhile').waitFor();

      server = new ChatProcess(port);
      await server.listening();
      await inState(ada.page, 'connected');
      await inState(grace.page, 'connected');
      await own(ada.page, 'sent', 'meanwhile').waitFor();
      await others(grace.page, 'meanwhile').waitFor();
      await write(grace.page, 'Grace', 'welcome back');
      await others(ada.page, 'welcome back').waitFor();

      // What was said before the restart is still on the page, and nothing is there twice.
      expect(await ada.page.locator('.text').allTextContents()).toEqual([
        'before',
        'meanwhile',
        'welcome back',
      ]);
      expect(await grace.page.locator('.text').allTextContents()).toEqual([
        'before',
        'meanwhile',
        'welcome back',
      ]);
      expect([...ada.errors, ...grace.errors].filter((error) => !SERVER_AWAY.test(error))).toEqual([]);
    },
    LIMIT_MS,
  );

  it.each([360, 320])(
    'fits a phone %i pixels wide without horizontal scrolling',
    async (width) => {
      await startServer();
      const { page, errors } = await open({
        viewport: { width, height: 640 },
        isMobile: true,
        hasTouch: true,
      });
      await write(page, 'W'.repeat(40), 'w'.repeat(500));
      await own(page, 'sent', 'wwww').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      const scroller = 'document.getElementById("scroller")';
      expect(await page.evaluate(`${scroller}.scrollWidth - ${scroller}.clientWidth`)).toBe(0);
      expect(errors).toEqual([]);
    },
    LIMIT_MS,
  );
});

async function inState(page: Page, state: string): Promise<void> {
  await page.locator(`#connection[data-state=${state}]`).waitFor();
}

async function write(page: Page, name: string, text: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('textbox', { name: 'Message' }).press('Enter');
}

function own(page: Page, state: string, text: string) {
  return page.locator(`.message.own[data-state=${state}]`, { hasText: text });
}

function others(page: Page, text: string) {
  return page.locator('.message:not(.own)', { hasText: text });
}
