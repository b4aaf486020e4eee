import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { containerFiles } from '../../../src/cli/new/container.js';
import { packageManagerOf } from '../../../src/cli/new/package-manager.js';
import { within } from '../../support/within.js';
import { prepare, removeAll, Tutorial } from './tutorial.js';

const run = promisify(execFile);
const tsc = path.resolve('node_modules/typescript7/bin/tsc');

beforeAll(prepare);
afterAll(removeAll);

it('docs/how-to/production.md builds the project of the quick start, which then runs without a loader', async () => {
  const { folder, page } = new Tutorial('quick-start', '../how-to/production');
  const [, options = ''] = /^npx tsc (-p tsconfig\.build\.json)$/m.exec(page) ?? [];
  const [, args = ''] = /^NODE_ENV=production node (.*)$/m.exec(page) ?? [];
  await run(process.execPath, [tsc, ...options.split(' ')], { cwd: folder });
  const env = { ...process.env, NODE_ENV: 'production', PORT: '0' };
  const server = execFile(process.execPath, args.split(' '), { cwd: folder, env });
  const ended = once(server, 'exit');
  try {
    const log = createInterface(server.stderr as NodeJS.ReadableStream)[Symbol.asyncIterator]();
    const listening = async (): Promise<void> => {
      for (let line = ''; !line.includes('app.listening'); ) line = String((await log.next()).value);
    };
    await within('it listens', listening());
  } finally {
    server.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
});

it('docs/how-to/production.md shows the containers that `gatewire new` writes', () => {
  const page = readFileSync('docs/how-to/production.md', 'utf8');
  const files = containerFiles(packageManagerOf({}));
  for (const name of ['Dockerfile', '.dockerignore']) {
    const { content = '' } = files.find((file) => file.path === name) ?? {};
    const shown = String(content).replace('npm run build', 'npx tsc -p tsconfig.build.json');
    expect(page).toContain(` ${name}\n${shown}\`\`\`\n`);
  }
});
