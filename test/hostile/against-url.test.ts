import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { Gateway, GatewireError, OnEvent } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';
import { freePort } from '../support/free-port.js';
import { ServerProcess } from '../support/server-process.js';
import { findOpenings } from './openings.js';

const run = promisify(execFile);
const LIMIT_MS = 120_000;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function hostile(...args: readonly string[]): Promise<Outcome> {
  try {
    return {
      code: 0,
      ...(await run(process.execPath, ['scripts/test-hostile.js', ...args], { timeout: LIMIT_MS })),
    };
  } catch (error) {
    return error as Outcome;
  }
}

@Gateway('/chat', {
  auth: ({ auth }) => {
    if (auth['token'] !== 'secret') throw new GatewireError('UNAUTHENTICATED');
    return { user: { id: 'ann' } };
  },
})
class Chat {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

it('finds that a gateway survives hostile packets', async () => {
  const test = await createTestApp(Chat);
  const { code, stdout, stderr } = await hostile(
    test.url,
    '--namespace',
    '/chat',
    '--auth',
    '{"token":"secret"}',
  );
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^\d+ hostile packets for http:\/\/127\.0\.0\.1:\d+\/chat\nsurvived; the slowest/);
  expect(code).toBe(0);
  test.takeErrors();
  await test.close();
});

it('finds that plain socket.io does not, and names the packet', async () => {
  const server = new ServerProcess('test/fixtures/hostile/plain.ts', await freePort());
  const url = await server.listening();
  const { code, stderr } = await hostile(url);
  await server.kill();
  expect(stderr).toMatch(/^failed after websocket: /);
  expect(code).toBe(1);
});

it('finds who is let in that should not be, and nobody by default', async () => {
  const closed = await createTestApp(Chat);
  expect(await findOpenings(new URL(closed.url))).toEqual([]);
  await closed.close();
  const open = await createTestApp(Chat, { origins: '*' });
  expect(await findOpenings(new URL(open.url))).toEqual([
    'polling of a page of another host',
    'websocket of a page of another host',
  ]);
  await open.close();
  const plain = new ServerProcess('test/fixtures/hostile/plain.ts', await freePort());
  const found = await findOpenings(new URL(await plain.listening()));
  await plain.kill();
  expect(found).toEqual(expect.arrayContaining([expect.stringMatching(/^JSONP/)]));
  expect(found.length).toBeGreaterThan(5);
});

it('says what it needs, and when nobody may come in', async () => {
  expect(await hostile('chat.example')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^usage: /),
  });
  expect(await hostile('http://x', '--auth', '{')).toMatchObject({ code: 2 });
  const test = await createTestApp(Chat);
  const refused = await hostile(test.url, '--namespace', '/chat');
  await test.close();
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/\/chat refused a client: .*UNAUTHENTICATED/);
});
