import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { npm } from '../../support/npm.js';
import { within } from '../../support/within.js';

const run = promisify(execFile);
const RUNNERS = ['pnpm@10', 'nodemon@3'];
const SERVER = `import { createApp, Gateway, OnEvent } from 'gatewire';
class Echo {
  async slow() {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    return 'done';
  }
}
OnEvent('slow')(Echo.prototype, 'slow', Object.getOwnPropertyDescriptor(Echo.prototype, 'slow'));
Gateway('/')(Echo);
await createApp({ gateways: [Echo] }).run(0, '127.0.0.1');
`;
let project = '';

beforeAll(async () => {
  project = mkdtempSync(path.join(tmpdir(), 'gatewire-endings-'));
  const modules = path.join(project, 'node_modules');
  writeFileSync(
    path.join(project, 'package.json'),
    JSON.stringify({
      private: true,
      type: 'module',
      scripts: { start: 'node server.js', tsx: 'tsx server.js' },
    }),
  );
  const options = ['--prefix', project, '--no-audit', '--no-fund', '--no-save'];
  await run(process.execPath, [npm, 'install', ...options, ...RUNNERS], { cwd: project });
  for (const name of ['socket.io', 'inversify', 'reflect-metadata', 'tsx']) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.resolve('node_modules', name), path.join(modules, name), 'junction');
  }
  symlinkSync(path.resolve('.'), path.join(modules, 'gatewire'), 'junction');
  writeFileSync(path.join(project, 'server.js'), SERVER);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

const bin = (name: string): string => path.resolve('node_modules/.bin', name);

it.each<readonly [string, () => readonly string[]]>([
  ['node', () => [process.execPath, 'server.js']],
  ['npm start', () => [process.execPath, npm, 'start']],
  ['pnpm start', () => [path.join(project, 'node_modules/.bin/pnpm'), 'start']],
  ['tsx', () => [bin('tsx'), 'server.js']],
  ['npm run tsx', () => [process.execPath, npm, 'run', 'tsx']],
  ['nodemon', () => [path.join(project, 'node_modules/.bin/nodemon'), '--signal', 'SIGTERM', 'server.js']],
  ['node --watch', () => [process.execPath, '--watch', 'server.js']],
])('Ctrl-C at a terminal ends a server in order under %s', async (_, command) => {
  const [program = '', ...args] = command();
  // A group of its own, as a terminal gives each command: Ctrl-C goes to all processes of the group.
  const child = spawn(program, args, {
    cwd: project,
    detached: true,
    env: { ...process.env, NODE_ENV: '', PATH: `${bin('')}${path.delimiter}${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const seen = (pattern: RegExp): Promise<RegExpExecArray> =>
    within(
      () => `${pattern} in\n${printed}`,
      new Promise((resolve) => {
        const look = (): void => {
          const found = pattern.exec(printed);
          if (found !== null) resolve(found);
        };
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (text) => {
            printed += text;
            look();
          });
        look();
      }),
    );
  try {
    const [, url = ''] = await seen(/app\.listening url=(\S+)/);
    const client = io(url, { transports: ['websocket'], forceNew: true, reconnection: false });
    await within('the connection', new Promise<void>((resolve) => client.once('connect', resolve)));
    const answer = client.timeout(30_000).emitWithAck('slow');
    await client.timeout(30_000).emitWithAck('nothing'); // both have arrived
    process.kill(-(child.pid as number), 'SIGINT');
    expect(await answer).toEqual({ ok: true, data: 'done' });
    await seen(/app\.closed ms=\d/);
    client.disconnect();
  } finally {
    try {
      process.kill(-(child.pid as number), 'SIGKILL');
    } catch {
      // all have ended
    }
  }
});
