import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { connectBrowser, openWindow, type Window } from '../../support/browser.js';
import { freePort } from '../../support/free-port.js';
import { ServerProcess } from '../../support/server-process.js';
import { shared } from '../../support/shared.js';
import { STOPPED_CLOCK, startClock } from '../../support/stopped-clock.js';
import { ChatProcess } from './chat-process.js';

/**
 * What Chromium itself reports while nobody listens, and when the new server answers 400 to a poll of a session that
 * only the old one knew; nothing a page could avoid.
 */
const SERVER_AWAY =
  /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection to|status of 400 \(Bad Request\)/;
const SECRET = { CHAT_SECRET: 'known to both starts' };

describe('the page of examples/chat', () => {
  let browser: Browser;
  let server: ChatProcess;
  let port: number;

  beforeAll(async () => {
    await shared('pages');
    browser = await connectBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  beforeEach(async () => {
    port = await freePort();
    server = new ChatProcess(port, SECRET);
    await server.listening();
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server.kill();
  });

  async function restart(env: Readonly<Record<string, string>>, execArgv?: readonly string[]): Promise<void> {
    server = new ChatProcess(port, env, execArgv);
    await server.listening();
  }

  async function enter(name: string, options?: BrowserContextOptions): Promise<Window> {
    const window = await openWindow(browser, `http://localhost:${port}/`, options);
    await signIn(window.page, name);
    return window;
  }

  it('carries messages both ways between two windows and shows who is there', async () => {
    const ada = await enter('Ada');
    await ada.page.getByText('Only you here').waitFor();
    const grace = await enter('Grace');
    await ada.page.getByText('2 people here').waitFor();
    await grace.page.getByText('2 people here').waitFor();
    await people(ada.page, 'Grace').waitFor();

    await write(ada.page, 'Is anybody there?');
    await own(ada.page, 'sent', 'Is anybody there?').waitFor();
    await others(grace.page, 'Is anybody there?').waitFor();
    await grace.page.locator('.author', { hasText: 'Ada' }).waitFor();

    await write(grace.page, 'I am, <b>really</b>');
    await own(grace.page, 'sent', 'I am, <b>really</b>').waitFor();
    await others(ada.page, 'I am, <b>really</b>').waitFor();
    expect(await ada.page.locator('.message b').count()).toBe(0);

    await grace.page.context().close();
    await ada.page.getByText('Only you here').waitFor();
    expect([...ada.errors, ...grace.errors]).toEqual([]);
  });

  it('asks for a name, and says in words what is wrong with it', async () => {
    const { page, errors } = await openWindow(browser, `http://localhost:${port}/`);
    await page.getByRole('button', { name: 'Come in' }).click();
    await page.getByRole('alert').getByText('Write your name first.').waitFor();
    // As a page would that knows less of the rules than the server.
    await page.evaluate('document.getElementById("name").removeAttribute("maxlength")');
    await page.getByLabel('Your name').fill('A'.repeat(41));
    await page.getByRole('button', { name: 'Come in' }).click();
    await page.getByRole('alert').getByText('a name has 40 characters at most').waitFor();
    await signIn(page, 'A'.repeat(40));
    // The browser reports the refused request, and nothing else.
    expect(errors).toEqual([expect.stringContaining('400')]);
  });

  it('shows the last messages to who comes later, and stays signed in over a reload', async () => {
    const ada = await enter('Ada');
    await write(ada.page, 'first');
    await own(ada.page, 'sent', 'first').waitFor();
    const grace = await enter('Grace');
    await others(grace.page, 'first').waitFor();

    await ada.page.reload();
    await own(ada.page, 'sent', 'first').waitFor();
    await ada.page.getByText('2 people here').waitFor();
    await ada.page.getByRole('button', { name: 'Sign out' }).click();
    await ada.page.getByLabel('Your name').waitFor();
    await grace.page.getByText('Only you here').waitFor();
    expect([...ada.errors, ...grace.errors]).toEqual([]);
  });

  it('makes, joins and leaves rooms, and counts what is unread in them', async () => {
    const [ada, grace] = [await enter('Ada'), await enter('Grace')];
    await ada.page.getByLabel('Name of a new room').fill('Tea Time');
    await ada.page.getByRole('button', { name: 'Create' }).click();
    await ada.page.getByRole('heading', { name: '#tea time' }).waitFor();
    await write(ada.page, 'the kettle is on');

    await entry(grace.page, 'tea time').click();
    await others(grace.page, 'the kettle is on').waitFor();
    await entry(grace.page, 'lobby').click();
    expect(await grace.page.getByText('the kettle is on').count()).toBe(0);
    await write(ada.page, 'and it boils');
    await entry(grace.page, 'tea time').locator('.unread', { hasText: '1' }).waitFor();
    await entry(grace.page, 'tea time').click();
    await others(grace.page, 'and it boils').waitFor();
    expect(await entry(grace.page, 'tea time').locator('.unread').count()).toBe(0);

    await grace.page.getByRole('button', { name: 'Leave tea time' }).click();
    await grace.page.getByRole('heading', { name: '#lobby' }).waitFor();
    await ada.page.getByText('Only you here').waitFor();

    await ada.page.getByLabel('Name of a new room').fill('<tea>');
    await ada.page.getByRole('button', { name: 'Create' }).click();
    await ada.page.getByRole('alert').getByText('a room name has').waitFor();
    expect([...ada.errors, ...grace.errors]).toEqual([]);
  });

  it('shows that somebody is typing, until the message comes or some seconds have passed', async () => {
    const [ada, grace] = [await enter('Ada'), await enter('Grace')];
    await messageField(ada.page).pressSequentially('Hm');
    await grace.page.getByText('Ada is typing…').waitFor();
    await messageField(ada.page).press('Enter');
    await others(grace.page, 'Hm').waitFor();
    expect(await grace.page.getByText('Ada is typing…').count()).toBe(0);

    await messageField(ada.page).pressSequentially('Or not');
    await grace.page.getByText('Ada is typing…').waitFor();
    await grace.page.getByText('Ada is typing…').waitFor({ state: 'detached' });
    expect([...ada.errors, ...grace.errors]).toEqual([]);
  });

  it('carries private messages to all devices of both people and to nobody else', async () => {
    const [ada, grace, eve] = [await enter('Ada'), await enter('Grace'), await enter('Eve')];
    const second = ada.page.waitForEvent('popup');
    await ada.page.getByRole('link', { name: 'Second tab as you' }).click();
    const adaAgain = await second;
    await inState(adaAgain, 'connected');
    await people(adaAgain, 'Ada (you)').waitFor();
    await adaAgain.getByText('3 people here').waitFor();

    await people(grace.page, 'Ada').click();
    await grace.page.getByRole('heading', { name: 'Ada' }).waitFor();
    await write(grace.page, 'only for you');
    await own(grace.page, 'sent', 'only for you').waitFor();
    for (const page of [ada.page, adaAgain]) {
      await entry(page, 'Grace').locator('.unread').waitFor();
      await entry(page, 'Grace').click();
      await others(page, 'only for you').waitFor();
    }
    await write(adaAgain, 'thank you');
    await others(grace.page, 'thank you').waitFor();
    await own(ada.page, 'sent', 'thank you').waitFor();

    // What Eve hears comes after it, in order, and finds nothing before it.
    await entry(grace.page, 'lobby').click();
    await write(grace.page, 'for everybody');
    await others(eve.page, 'for everybody').waitFor();
    expect(await eve.page.locator('.text').allTextContents()).toEqual(['for everybody']);
    expect(await eve.page.getByRole('heading', { name: 'Private' }).count()).toBe(0);

    await adaAgain.close();
    await ada.page.context().close();
    await entry(grace.page, 'Ada').click();
    await write(grace.page, 'still there?');
    await own(grace.page, 'failed', 'still there?').getByText('this person is not here now').waitFor();
    await own(grace.page, 'failed', 'still there?').getByRole('button', { name: 'Try again' }).waitFor();
    expect([...ada.errors, ...grace.errors, ...eve.errors]).toEqual([]);
  });

  it('shows a message as pending until the server has acknowledged it', async () => {
    const { page, errors } = await enter('Ada');
    // A stopped process keeps its connections and answers nothing.
    server.child.kill('SIGSTOP');
    await write(page, 'Are you slow today?');
    await own(page, 'pending', 'Are you slow today?').getByText('Sending…').waitFor();
    server.child.kill('SIGCONT');
    await own(page, 'sent', 'Are you slow today?').getByText('Sent').waitFor();
    expect(errors).toEqual([]);
  });

  it('reconnects to a server that was killed and started again, and sends what was written meanwhile', async () => {
    const [ada, grace] = [await enter('Ada'), await enter('Grace')];
    await ada.page.getByLabel('Name of a new room').fill('tea');
    await ada.page.getByRole('button', { name: 'Create' }).click();
    await entry(grace.page, 'tea').click();
    await write(ada.page, 'before');
    await others(grace.page, 'before').waitFor();

    await server.kill();
    await inState(ada.page, 'reconnecting');
    await inState(grace.page, 'reconnecting');
    await ada.page.getByRole('alert').getByText('connection was lost').waitFor();
    await write(ada.page, 'meanwhile');
    await own(ada.page, 'waiting', 'meanwhile').waitFor();

    await restart(SECRET); // which knows nothing of the room
    await inState(ada.page, 'connected');
    await inState(grace.page, 'connected');
    await own(ada.page, 'sent', 'meanwhile').waitFor();
    await others(grace.page, 'meanwhile').waitFor();
    await write(grace.page, 'welcome back');
    await others(ada.page, 'welcome back').waitFor();

    // What was said before the restart is still on the page, and nothing is there twice.
    for (const { page } of [ada, grace]) {
      expect(await page.locator('.text').allTextContents()).toEqual(['before', 'meanwhile', 'welcome back']);
      await page.getByText('2 people here').waitFor();
    }
    expect([...ada.errors, ...grace.errors].filter((error) => !SERVER_AWAY.test(error))).toEqual([]);
  });

  it('leads back to the sign-in when a restarted server does not know the token, and then goes on', async () => {
    const { page, errors } = await enter('Ada');
    await server.kill();
    await inState(page, 'reconnecting');
    await write(page, 'meanwhile');
    await restart({ CHAT_SECRET: '' });
    await page.getByRole('alert').getByText('You have to sign in again').waitFor();
    expect(await page.getByLabel('Your name').inputValue()).toBe('Ada');
    await page.getByRole('button', { name: 'Come in' }).click();
    await own(page, 'sent', 'meanwhile').waitFor();
    expect(errors.filter((error) => !SERVER_AWAY.test(error))).toEqual([]);
  });

  it('leads to the sign-in when a token is refused, and in with a new one', async () => {
    const { page, errors } = await openWindow(browser, `http://localhost:${port}/`);
    await page.evaluate('sessionStorage.setItem("gatewire-chat:token", "forged")');
    await page.reload();
    await page.getByRole('alert').getByText('You have to sign in again').waitFor();
    await signIn(page, 'Ada');
    await write(page, 'here I am');
    await own(page, 'sent', 'here I am').waitFor();
    expect(errors.filter((error) => !SERVER_AWAY.test(error))).toEqual([]);
  });

  it('says beside a message that it came too fast, and sends it when it may', async () => {
    await server.kill();
    await restart(SECRET, STOPPED_CLOCK);
    const { page, errors } = await enter('Ada');
    const texts = Array.from({ length: 21 }, (_, i) => `number ${i + 1} of 21`);
    await writeAtOnce(page, texts);
    const late = own(page, 'failed', 'number 21 of 21');
    await late.getByText('You are writing too fast. Wait a second.').waitFor();
    await own(page, 'sent', 'number 20 of 21').waitFor();
    expect(await page.locator('.message[data-state=failed]').count()).toBe(1);
    await late.getByRole('button', { name: 'Try again' }).click();
    await late.getByText('You are writing too fast. Wait a second.').waitFor();
    startClock(server);
    // As somebody would who does not want to wait.
    do {
      await page.waitForTimeout(500);
      await late.getByRole('button', { name: 'Try again' }).click();
      await page.locator('.message[data-state=pending]').waitFor({ state: 'detached' });
    } while ((await late.count()) > 0);
    await own(page, 'sent', 'number 21 of 21').waitFor();
    expect(errors).toEqual([]);
  });

  it('says that the device is offline, and reconnects by itself when it is back', async () => {
    const { page, errors } = await openWindow(browser, `http://127.0.0.1:${port}/`);
    await signIn(page, 'Ada');
    const grace = await enter('Grace');
    await page.context().setOffline(true);
    await inState(page, 'reconnecting');
    await page.getByRole('alert').getByText('This device is offline').waitFor();
    await grace.page.getByText('Only you here').waitFor();
    await write(page, 'from a tunnel');
    await own(page, 'waiting', 'from a tunnel').waitFor();

    await page.context().setOffline(false);
    await inState(page, 'connected');
    await own(page, 'sent', 'from a tunnel').waitFor();
    await others(grace.page, 'from a tunnel').waitFor();
    expect(await page.getByText('This device is offline').count()).toBe(0);
    expect(grace.errors).toEqual([]);
    expect(errors.filter((error) => !/ERR_INTERNET_DISCONNECTED/.test(error))).toEqual([]);
  });

  it('serves the page from its sources by Vite, as `npm start` does, and ends with it open', async () => {
    const fromSources = new ServerProcess('examples/chat/main.ts', await freePort(), { isSource: true });
    const before = filesOfExample();
    try {
      const { page, errors } = await openWindow(browser, await fromSources.listening());
      const isWatching = page.waitForEvent('console', (line) => line.text() === '[vite] connected.');
      await page.reload();
      await isWatching;
      await signIn(page, 'Ada');
      await write(page, 'from the sources');
      await own(page, 'sent', 'from the sources').waitFor();
      expect(errors).toEqual([]);
      fromSources.child.kill('SIGTERM');
      expect(await fromSources.exited()).toMatchObject({ code: 0 });
      expect(filesOfExample()).toEqual(before);
    } finally {
      await fromSources.kill();
    }
  });

  it('believes the browser on localhost, too, which socket.io-client takes for there without a network', async () => {
    const { page, errors } = await enter('Ada');
    // Cut off in truth, the connection would end by itself, after most of a minute.
    await page.evaluate('dispatchEvent(new Event("offline"))');
    await inState(page, 'reconnecting');
    await inState(page, 'connected');
    expect(errors).toEqual([]);
  });

  it('makes links of addresses, and of nothing else', async () => {
    const { page, errors } = await enter('Ada');
    await write(page, 'see https://example.com/a?b=1#c, (http://[x) or javascript:alert(1) <a href="//x">');
    const message = own(page, 'sent', 'see https');
    await message.waitFor();
    expect(await message.locator('.text').textContent()).toBe(
      'see https://example.com/a?b=1#c, (http://[x) or javascript:alert(1) <a href="//x">',
    );
    const links = message.locator('a');
    expect(await links.allTextContents()).toEqual(['https://example.com/a?b=1#c']);
    for (const [name, value] of [
      ['href', 'https://example.com/a?b=1#c'],
      ['target', '_blank'],
      ['rel', 'noopener noreferrer'],
    ] as const) {
      expect(await links.first().getAttribute(name)).toBe(value);
    }
    expect(errors).toEqual([]);
  });

  it('says of which day messages are', async () => {
    const ada = await enter('Ada');
    await write(ada.page, 'first');
    await own(ada.page, 'sent', 'first').waitFor();
    expect(await ada.page.locator('.day').allTextContents()).toEqual(['Today']);

    const { page } = await openWindow(browser, `http://localhost:${port}/`);
    await page.clock.setFixedTime(Date.now() + 24 * 60 * 60 * 1_000);
    await signIn(page, 'Grace');
    await others(page, 'first').waitFor();
    await server.kill();
    await inState(page, 'reconnecting');
    await write(page, 'second');
    await own(page, 'waiting', 'second').waitFor();
    const shown = await page.locator('.day, .text').allTextContents();
    expect(shown).toEqual(['Yesterday', 'first', 'Today', 'second']);
  });

  it('names rooms and people by their names, and keeps a name of any script beside its sign', async () => {
    const [ada, name] = [await enter('Ada'), 'עדה'];
    const grace = await enter(name);
    await ada.page.getByRole('button', { name: 'lobby 2 here', exact: true }).waitFor();
    await ada.page.getByRole('button', { name, exact: true }).click();
    await write(ada.page, 'hello');
    await grace.page.getByRole('button', { name: 'Ada 1 new', exact: true }).waitFor();
    await ada.page.getByRole('button', { name: 'help', exact: true }).waitFor();

    for (const list of ['#people', '#private']) {
      const item = ada.page.locator(`${list} .entry`, { hasText: name });
      const sign = await item.locator('.sign').boundingBox();
      const start = await item.locator('.entry-name').evaluate(leftOfText);
      expect(start - ((sign?.x ?? 0) + (sign?.width ?? 0))).toBeLessThan(16);
    }
    expect([...ada.errors, ...grace.errors]).toEqual([]);
  });

  it.each([360, 320])(
    'fits a phone %i pixels wide without horizontal scrolling, with rooms and people in a drawer',
    async (width) => {
      const { page, errors } = await enter('W'.repeat(40), {
        viewport: { width, height: 640 },
        isMobile: true,
        hasTouch: true,
      });
      await write(page, 'w'.repeat(500));
      await own(page, 'sent', 'wwww').waitFor();
      await expectToFit(page, width);

      const drawer = page.getByRole('complementary', { name: 'Rooms and people' });
      expect(await drawer.isVisible()).toBe(false);
      await page.getByRole('button', { name: 'Rooms and people', exact: true }).click();
      await drawer.waitFor();
      await page.getByLabel('Name of a new room').fill('w'.repeat(30));
      await page.getByRole('button', { name: 'Create' }).click();
      await drawer.waitFor({ state: 'hidden' });
      await page.getByRole('heading', { name: 'wwww' }).waitFor();
      await expectToFit(page, width);

      await page.getByRole('button', { name: 'Rooms and people', exact: true }).click();
      await drawer.waitFor();
      await page.keyboard.press('Escape');
      await drawer.waitFor({ state: 'hidden' });
      expect(await page.evaluate('document.activeElement.id')).toBe('open-side');
      expect(errors).toEqual([]);
    },
  );
});

function filesOfExample(): readonly string[] {
  return readdirSync('examples/chat', { recursive: true, encoding: 'utf8' }).sort();
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Come in' }).click();
  await inState(page, 'connected');
  await page.getByText(/Only you here|people here/).waitFor();
}

async function inState(page: Page, state: string): Promise<void> {
  await page.locator(`#connection[data-state=${state}]`).waitFor();
}

function messageField(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Message', exact: true });
}

async function write(page: Page, text: string): Promise<void> {
  await messageField(page).fill(text);
  await messageField(page).press('Enter');
}

/** Writes faster than the bound on messages allows, however slow the machine is: all in one turn of the page. */
async function writeAtOnce(page: Page, texts: readonly string[]): Promise<void> {
  await messageField(page).evaluate((element, all) => {
    const area = element as unknown as { value: string; form: { requestSubmit(): void } };
    for (const text of all) {
      area.value = text;
      area.form.requestSubmit();
    }
  }, texts);
}

function own(page: Page, state: string, text: string): Locator {
  return page.locator(`.message.own[data-state=${state}]`, { hasText: text });
}

function others(page: Page, text: string): Locator {
  return page.locator('.message:not(.own)', { hasText: text });
}

/** A room or a private conversation in the list. */
function entry(page: Page, name: string): Locator {
  return page.locator('#rooms .entry, #private .entry', { hasText: name });
}

function people(page: Page, name: string): Locator {
  return page.locator('#people .entry', { hasText: name });
}

/** Runs in the page: where the text of an element begins, which is not where the element does. */
function leftOfText(element: unknown): number {
  const { document } = globalThis as unknown as { document: { createRange(): Text } };
  interface Text {
    selectNodeContents(node: unknown): void;
    getBoundingClientRect(): { readonly left: number };
  }
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getBoundingClientRect().left;
}

async function expectToFit(page: Page, width: number): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  const scroller = 'document.getElementById("scroller")';
  expect(await page.evaluate(`${scroller}.scrollWidth - ${scroller}.clientWidth`)).toBe(0);
}
