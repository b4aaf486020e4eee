import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../support/free-port.js';
import { shared } from '../../support/shared.js';
import { ChatProcess } from './chat-process.js';

const STACK_TRACE = /^\s+at .+:\d+:\d+\)?$/m;

describe('the process of examples/chat', () => {
  const started: ChatProcess[] = [];

  beforeAll(() => shared('pages'));

  function start(port: string | number): ChatProcess {
    const chat = new ChatProcess(port);
    started.push(chat);
    return chat;
  }

  afterEach(async () => {
    await Promise.all(started.splice(0).map((chat) => chat.kill()));
  });

  it('listens on PORT, says so in one line with the URL, and serves the page', async () => {
    const port = await freePort();
    const url = await start(port).listening();
    expect(new URL(url).port).toBe(String(port));

    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';" +
        "base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
    expect(page.headers.get('x-powered-by')).toBeNull();
    expect(await page.text()).toContain('<title>Lobby');

    const client = await fetch(`${url}/socket.io/socket.io.js`);
    expect(client.status).toBe(200);
    await client.body?.cancel();
  });

  it('serves nothing but the files of the page', async () => {
    const url = await start(await freePort()).listening();
    for (const path of [
      '/main.ts',
      '/..%2fmain.ts',
      '/%2e%2e/main.ts',
      '/page/index.html',
      '/chat.ts',
      '/vite.config.js',
      '/chat.contract.ts',
      '/constructor',
    ]) {
      const answer = await fetch(url + path);
      expect([path, answer.status]).toEqual([path, 404]);
      await answer.body?.cancel();
    }
    const posted = await fetch(url, { method: 'POST' });
    expect(posted.status).toBe(404);
    await posted.body?.cancel();
  });

  it('says that the port is taken and exits with 1, without a stack trace', async () => {
    const owner = createServer().listen(0);
    await once(owner, 'listening');
    try {
      const { port } = owner.address() as { port: number };
      const { code, output } = await start(port).exited();
      expect(code).toBe(1);
      expect(output).toContain(String(port));
      expect(output).toMatch(/in use|taken/i);
      expect(output).not.toMatch(STACK_TRACE);
    } finally {
      owner.close();
      await once(owner, 'close');
    }
  });

  it.each(['three thousand', '-1', '65536', '3000.5', '0x10'])(
    'refuses PORT=%s in words and exits with 1',
    async (port) => {
      const { code, output } = await start(port).exited();
      expect(code).toBe(1);
      expect(output.trim()).toBe(`PORT must be a whole number from 0 to 65535, received "${port}"`);
    },
  );

  it.each(['SIGTERM', 'SIGINT'] as const)('exits with 0 on %s', async (signal) => {
    const chat = start(await freePort());
    await chat.listening();
    chat.child.kill(signal);
    expect(await chat.exited()).toMatchObject({ code: 0 });
  });
});
