import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { connectBrowser, openWindow, type Window } from '../../support/browser.js';
import { freePort } from '../../support/free-port.js';
import { shared } from '../../support/shared.js';
import { STOPPED_CLOCK } from '../../support/stopped-clock.js';
import { PASSWORDS, SecureChatProcess } from './secure-chat-process.js';

type Name = 'Ada' | 'Grace' | 'Alan';

describe('the page of examples/secure-chat', () => {
  let browser: Browser;
  let server: SecureChatProcess;
  let port: number;

  beforeAll(async () => {
    await shared('pages');
    browser = await connectBrowser();
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    port = await freePort();
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server.kill();
  });

  async function start(
    env: Readonly<Record<string, string>> = {},
    execArgv?: readonly string[],
  ): Promise<void> {
    server = new SecureChatProcess(port, env, execArgv);
    await server.listening();
  }

  /** As somebody who has read the warning about the certificate. */
  function open(options: BrowserContextOptions = {}): Promise<Window> {
    return openWindow(browser, `https://localhost:${port}/`, { ignoreHTTPSErrors: true, ...options });
  }

  async function enter(name: Name, options?: BrowserContextOptions): Promise<Window> {
    const window = await open(options);
    await signIn(window.page, name);
    await inRoom(window.page, 'lobby');
    return window;
  }

  it('fills in who is chosen', async () => {
    await start();
    const { page, errors } = await open();
    await page.getByRole('button', { name: 'Grace', exact: true }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await inRoom(page, 'lobby');
    await person(page, 'Grace').waitFor();
    expect(errors).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'shows on a phone what happened, when that is unfolded, in %s',
    async (colorScheme) => {
      await start();
      const { page, errors } = await enter('Ada', {
        colorScheme,
        viewport: { width: 390, height: 844 },
        isMobile: true,
        hasTouch: true,
      });
      const connected = page.locator('#log li', { hasText: 'Connected.' });
      expect(await connected.isVisible()).toBe(false);
      await page.getByText('What happened').click();
      await connected.waitFor();
      for (const part of [field(page), page.getByRole('button', { name: 'Sign out' }), room(page, 'Staff')]) {
        const box = await part.boundingBox();
        expect([(box?.x ?? -1) >= 0, (box?.x ?? 0) + (box?.width ?? 0) <= 390]).toEqual([true, true]);
        expect(box?.height).toBeGreaterThanOrEqual(44); // as large as a finger
      }
      expect(await page.evaluate(HIDDEN_HEIGHT)).toBe(0);
      expect(errors).toEqual([]);
    },
  );

  it('signs in, and says in words when that is refused', async () => {
    await start();
    const { page, errors } = await open();
    await signIn(page, 'Ada', 'wrong');
    await page.getByRole('alert').getByText('the name or the password is wrong').waitFor();
    await signIn(page, 'Ada');
    await inRoom(page, 'lobby');
    await page.locator('#role', { hasText: 'moderator' }).waitFor();
    // The browser reports the refused request, and nothing else.
    expect(errors).toEqual([expect.stringContaining('401')]);
  });

  it('carries messages between two windows, and stays signed in over a reload until somebody signs out', async () => {
    await start();
    const [ada, alan] = [await enter('Ada'), await enter('Alan')];
    await person(ada.page, 'Alan').waitFor();
    await write(ada.page, 'Is <b>anybody</b> there?');
    await message(alan.page, 'Is <b>anybody</b> there?').waitFor();
    await write(alan.page, 'I am');
    await message(ada.page, 'I am').waitFor();
    expect(await alan.page.locator('.message b').count()).toBe(0);

    await alan.page.reload();
    await message(alan.page, 'I am').waitFor();
    expect(await alan.page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])')).toBe(
      '[{},{},""]',
    );
    await alan.page.getByRole('button', { name: 'Sign out' }).click();
    await alan.page.getByLabel('Password').waitFor();
    await person(ada.page, 'Alan').waitFor({ state: 'detached' });
    await alan.page.reload();
    await alan.page.getByLabel('Password').waitFor();
    expect([...ada.errors, ...alan.errors]).toEqual([]);
  });

  it('renews the token on the connection that there is', async () => {
    await start({ TOKEN_SECONDS: '6' });
    const { page, errors } = await enter('Ada');
    const asked = page.getByText('The server asked for another token. The connection stays.');
    // The third time is long after the end of the first token.
    await asked.nth(2).waitFor();
    await write(page, 'still here');
    await message(page, 'still here').waitFor();
    expect(await page.getByText('Connected.').count()).toBe(1);
    expect(errors).toEqual([]);
  });

  it('shows members no way into the room of the staff, and lets moderators talk there', async () => {
    await start();
    const [ada, alan] = [await enter('Ada'), await enter('Alan')];
    await room(ada.page, 'Staff').click();
    await inRoom(ada.page, 'staff');
    await write(ada.page, 'between us');
    await message(ada.page, 'between us').waitFor();

    await room(alan.page, 'Staff').click();
    await alan.page.getByRole('alert').getByText('(FORBIDDEN)').waitFor();
    await write(alan.page, 'in the lobby');
    await message(alan.page, 'in the lobby').waitFor();
    expect(await message(alan.page, 'between us').count()).toBe(0);
    expect(await message(ada.page, 'in the lobby').count()).toBe(0);
    expect([...ada.errors, ...alan.errors]).toEqual([]);
  });

  it('says how long to wait to who writes too fast, and keeps what was written', async () => {
    await start({}, STOPPED_CLOCK);
    const { page, errors } = await enter('Ada');
    const texts = Array.from({ length: 6 }, (_, i) => `number ${i + 1}`);
    await writeAtOnce(page, texts);
    await page.getByRole('alert').getByText('You are too fast. Wait 2 seconds').waitFor();
    for (const text of texts.slice(0, 5)) await message(page, text).waitFor();
    expect(await field(page).inputValue()).toBe('number 6');
    expect(errors).toEqual([]);
  });

  it('lets a moderator remove somebody, who cannot come back', async () => {
    await start();
    const [ada, alan] = [await enter('Ada'), await enter('Alan')];
    expect(await alan.page.getByRole('button', { name: /^Remove/ }).count()).toBe(0);
    await write(alan.page, 'for those who are here');
    await message(alan.page, 'for those who are here').waitFor();
    await ada.page.getByRole('button', { name: 'Remove Alan' }).click();
    await alan.page.getByRole('alert').getByText('access was revoked').waitFor();
    await person(ada.page, 'Alan').waitFor({ state: 'detached' });
    await ada.page.getByText('Ada removed Alan.').waitFor();

    await signIn(alan.page, 'Alan');
    await alan.page.getByRole('alert').getByText('a moderator has removed you').waitFor();
    expect(await alan.page.locator('.message').count()).toBe(0);
    await alan.page.reload();
    await alan.page.getByLabel('Password').waitFor();
    expect([...ada.errors, ...alan.errors]).toEqual([expect.stringContaining('403')]);
  });

  it('fits windows 1200, 360 and 320 pixels wide', async () => {
    await start();
    const { page, errors } = await enter('Ada');
    await write(page, 'w'.repeat(500));
    await message(page, 'www').waitFor();
    for (const width of [1_200, 360, 320]) {
      await page.setViewportSize({ width, height: 640 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      const scroller = 'document.getElementById("scroller")';
      expect(await page.evaluate(`${scroller}.scrollWidth - ${scroller}.clientWidth`)).toBe(0);
    }
    expect(errors).toEqual([]);
  });
});

/** How much of the page's own height is outside of the screen, which nobody would find. */
const HIDDEN_HEIGHT = 'document.documentElement.scrollHeight - document.documentElement.clientHeight';

async function signIn(page: Page, name: Name, password = passwordOf(name)): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

function passwordOf(name: Name): string {
  return PASSWORDS[name.toLowerCase() as keyof typeof PASSWORDS];
}

async function inRoom(page: Page, id: 'lobby' | 'staff'): Promise<void> {
  await page.locator(`#${id}[aria-current=true]`).waitFor();
}

function field(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Message' });
}

async function write(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press('Enter');
}

/** Writes faster than the bound on messages allows, however slow the machine is: all in one turn of the page. */
async function writeAtOnce(page: Page, texts: readonly string[]): Promise<void> {
  await field(page).evaluate((element, all) => {
    const area = element as unknown as { value: string; form: { requestSubmit(): void } };
    for (const text of all) {
      area.value = text;
      area.form.requestSubmit();
    }
  }, texts);
}

function message(page: Page, text: string): Locator {
  return page.locator('.message', { hasText: text });
}

function person(page: Page, name: Name): Locator {
  return page.locator('#people li', { hasText: name });
}

function room(page: Page, name: string): Locator {
  return page.getByRole('navigation', { name: 'Rooms' }).getByRole('button', { name });
}
