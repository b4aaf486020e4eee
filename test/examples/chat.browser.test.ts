import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser, openWindow, type Window } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { ChatProcess } from './chat-process.js';

const LIMIT_MS = 90_000;
/**
 * What Chromium itself reports while nobody listens, and when the new server answers 400 to a poll of a session that
 * only the old one knew; nothing a page could avoid.
 */
const SERVER_AWAY =
  /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|WebSocket connection to|status of 400 \(Bad Request\)/;

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

  /** Opens the page in a window of its own and signs in. */
  async function open(name: string, options?: BrowserContextOptions): Promise<Window> {
    const window = await openWindow(browser, `http://localhost:${port}/`, options);
    await signIn(window.page, name);
    await inState(window.page, 'connected');
    return window;
  }

  it(
    'carries messages both ways between two windows, shows who is there and who is typing',
    async () => {
      await startServer();
      const ada = await open('Ada');
      await ada.page.getByText('Only you here').waitFor();
      const grace = await open('Grace');
      await ada.page.getByText('2 people here').waitFor();
      await grace.page.locator('#people').getByText('Ada').waitFor();

      await textOf(grace.page).pressSequentially('I am');
      await ada.page.getByText('Grace is typing…').waitFor();
      await ada.page.getByText('Grace is typing…').waitFor({ state: 'hidden' });

      await write(ada.page, 'Is anybody there?');
      await own(ada.page, 'sent', 'Is anybody there?').waitFor();
      await others(grace.page, 'Is anybody there?').waitFor();
      await write(grace.page, 'I am, <b>really</b>');
      await others(ada.page, 'I am, <b>really</b>').waitFor();
      expect(await ada.page.locator('.message b').count()).toBe(0);

      await grace.page.context().close();
      await ada.page.getByText('Only you here').waitFor();
      expect([...ada.errors, ...grace.errors]).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'says a private message to all devices of a person and to nobody else',
    async () => {
      await startServer();
      const ada = await open('Ada');
      const grace = await open('Grace');
      const eve = await open('Eve');
      const opening = grace.page.context().waitForEvent('page');
      await grace.page.getByRole('link', { name: 'Second tab as you' }).click();
      const second = await opening;
      await inState(second, 'connected');
      await ada.page.getByText('3 people here').waitFor();

      await ada.page.getByTitle('Write to Grace privately').click();
      await write(ada.page, 'just for you');
      await own(ada.page, 'sent', 'just for you').waitFor();
      for (const page of [grace.page, second]) {
        await page.locator('#private').getByText('Ada').click();
        await others(page, 'just for you').waitFor();
      }
      await write(eve.page, 'am I alone?');
      await own(eve.page, 'sent', 'am I alone?').waitFor();
      expect(await eve.page.getByText('just for you').count()).toBe(0);
      expect(await eve.page.locator('#private li').count()).toBe(0);
      expect([...ada.errors, ...grace.errors, ...eve.errors]).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'has rooms that people make, with the last messages for who comes later',
    async () => {
      await startServer();
      const ada = await open('Ada');
      await ada.page.getByLabel('Name of a new room').fill('Engines');
      await ada.page.getByRole('button', { name: 'Create' }).click();
      await ada.page.getByRole('heading', { name: '#engines' }).waitFor();
      await write(ada.page, 'first');
      await own(ada.page, 'sent', 'first').waitFor();

      const grace = await open('Grace');
      await grace.page.locator('#rooms').getByText('engines').click();
      await others(grace.page, 'first').waitFor();
      await ada.page.reload();
      await own(ada.page, 'sent', 'first').waitFor();
      expect([...ada.errors, ...grace.errors]).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'shows a message as pending until the server has acknowledged it',
    async () => {
      await startServer();
      const { page, errors } = await open('Ada');
      await page.getByText('Only you here').waitFor();
      // A stopped process keeps its connections and answers nothing.
      server.child.kill('SIGSTOP');
      await write(page, 'Are you slow today?');
      await own(page, 'pending', 'Are you slow today?').getByText('Sending…').waitFor();
      server.child.kill('SIGCONT');
      await own(page, 'sent', 'Are you slow today?').getByText('Sent').waitFor();
      expect(errors).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'says in words why a name or a room was refused',
    async () => {
      await startServer();
      const { page } = await openWindow(browser, `http://localhost:${port}/`);
      await page.getByRole('button', { name: 'Come in' }).click();
      await page.getByRole('alert').getByText('Write your name first.').waitFor();
      // As a page would that knows less of the rules than the server.
      await page.evaluate('document.getElementById("name").removeAttribute("maxlength")');
      await signIn(page, 'A'.repeat(41));
      await page.getByText('a name has 40 characters at most').waitFor();
      await signIn(page, 'Ada');
      await inState(page, 'connected');
      await page.getByLabel('Name of a new room').fill('***');
      await page.getByRole('button', { name: 'Create' }).click();
      await page.getByText('a room name has up to 30 letters').waitFor();
    },
    LIMIT_MS,
  );

  it(
    'leads back to the sign-in after the server was killed and started again, and sends what was written meanwhile',
    async () => {
      await startServer();
      const ada = await open('Ada');
      const grace = await open('Grace');
      await write(ada.page, 'before');
      await others(grace.page, 'before').waitFor();

      await server.kill();
      await inState(ada.page, 'reconnecting');
      await inState(grace.page, 'reconnecting');
      await write(ada.page, 'meanwhile');
      await own(ada.page, 'waiting', 'meanwhile').waitFor();

      server = new ChatProcess(port);
      await server.listening();
      for (const [page, name] of [
        [ada.page, 'Ada'],
        [grace.page, 'Grace'],
      ] as const) {
        await page.getByText('You have to sign in again').waitFor();
        await signIn(page, name);
        await inState(page, 'connected');
      }
      await own(ada.page, 'sent', 'meanwhile').waitFor();
      await others(grace.page, 'meanwhile').waitFor();
      await write(grace.page, 'welcome back');
      await others(ada.page, 'welcome back').waitFor();
      // What was said before the restart is still on the page, and nothing is there twice.
      for (const { page } of [ada, grace]) {
        const texts = ['before', 'meanwhile', 'welcome back'];
        expect(await page.locator('.message .text').allTextContents()).toEqual(texts);
      }
      expect([...ada.errors, ...grace.errors].filter((error) => !SERVER_AWAY.test(error))).toEqual([]);
    },
    LIMIT_MS,
  );

  it.each([360, 320])(
    'fits a phone %i pixels wide without horizontal scrolling, its lists in a drawer',
    async (width) => {
      await startServer();
      const { page, errors } = await open('W'.repeat(40), {
        viewport: { width, height: 640 },
        isMobile: true,
        hasTouch: true,
      });
      await write(page, 'w'.repeat(500));
      await own(page, 'sent', 'wwww').waitFor();
      const overflow = 'document.documentElement.scrollWidth';
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(width);
      const scroller = 'document.getElementById("scroller")';
      expect(await page.evaluate(`${scroller}.scrollWidth - ${scroller}.clientWidth`)).toBe(0);
      await page.getByRole('button', { name: 'Rooms and people', exact: true }).click();
      await page.locator('#rooms').getByText('help').click();
      await page.getByRole('heading', { name: '#help' }).waitFor();
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(width);
      expect(errors).toEqual([]);
    },
    LIMIT_MS,
  );
});

async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Come in' }).click();
}

async function inState(page: Page, state: string): Promise<void> {
  await page.locator(`#connection[data-state=${state}]`).waitFor();
}

function textOf(page: Page) {
  return page.getByRole('textbox', { name: 'Message', exact: true });
}

async function write(page: Page, text: string): Promise<void> {
  await textOf(page).fill(text);
  await textOf(page).press('Enter');
}

function own(page: Page, state: string, text: string) {
  return page.locator(`.message.own[data-state=${state}]`, { hasText: text });
}

function others(page: Page, text: string) {
  return page.locator('.message:not(.own)', { hasText: text });
}
