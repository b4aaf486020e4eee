import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyFolder, unpackInto } from '../cli/project.js';
import { within } from '../support/within.js';

const run = promisify(execFile);
const LIMIT_MS = 120_000;
const STEP_MS = 30_000;
const root = path.resolve('.');
const folder = emptyFolder();
const page = readFileSync('docs/tutorials/chat.md', 'utf8');

/** What gatewire itself installs, besides what the page names. */
const OWN = ['@standard-schema', 'rate-limiter-flexible', 'jose', 'cookie', 'cookie-signature', 'esbuild'];

/** The packages that the `npm install` lines of the page name. */
function installed(): readonly string[] {
  return [...page.matchAll(/^npm install (.+)$/gm)].flatMap(([, words = '']) =>
    words.split(' ').filter((word) => !word.startsWith('-') && word !== 'gatewire'),
  );
}

/** An empty folder, the packed package, and the files of the page: nothing else. */
beforeAll(async () => {
  const modules = path.join(folder.path, 'node_modules');
  await unpackInto(path.join(modules, 'gatewire'));
  for (const name of new Set([...installed(), ...OWN])) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name), 'junction');
  }
  writeFileSync(path.join(folder.path, 'package.json'), '{ "type": "module", "private": true }');
  for (const [, file = '', code = ''] of page.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)) {
    mkdirSync(path.dirname(path.join(folder.path, file)), { recursive: true });
    writeFileSync(path.join(folder.path, file), code);
  }
}, LIMIT_MS);

afterAll(() => folder.remove());

/** Starts a file of the page, and collects what it prints. */
function start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: folder.path,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** All that a stream has printed when the words were in it. */
async function printed(stream: NodeJS.ReadableStream | null, words: RegExp): Promise<string> {
  let text = '';
  for (;;) {
    const [chunk] = (await within(
      STEP_MS,
      () => `${words} in\n${text}`,
      once(stream ?? process, 'data'),
    )) as [Buffer];
    text += String(chunk);
    if (words.test(text)) return text;
  }
}

describe('docs/tutorials/chat.md, from an empty folder', () => {
  it(
    'compiles',
    async () => {
      const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
      const { stdout } = await run(process.execPath, [tsc, '-p', '.', '--noEmit'], {
        cwd: folder.path,
      }).catch((error: { stdout: string }) => error);
      expect(stdout).toBe('');
    },
    LIMIT_MS,
  );

  it(
    'passes its test',
    async () => {
      const [, command = ''] = /^node (--import tsx --test .+)$/m.exec(page) ?? [];
      const { stdout } = await run(process.execPath, ['--test-reporter=tap', ...command.split(' ')], {
        cwd: folder.path,
      });
      expect(stdout).toContain('# pass 2');
    },
    LIMIT_MS,
  );

  it(
    'prints what it says when two talk',
    async () => {
      const [, promised = ''] = /^\$ npx tsx src\/talk\.ts bob\n([\s\S]*?)^```$/m.exec(page) ?? [];
      const server = start(['src/main.ts'], { PORT: '0' });
      const [, port = ''] = /http:\/\/\S+:(\d+)/.exec(await printed(server.stderr, /http:\S+:\d+/)) ?? [];
      const url = { URL: `http://127.0.0.1:${port}` };
      const bob = start(['src/talk.ts', 'bob'], url);
      const children = [server, bob];
      try {
        const first = await printed(bob.stdout, /here\n/);
        const ann = start(['src/talk.ts', 'ann'], url);
        children.push(ann);
        ann.stdin?.end('hello\n');
        expect(first + (await printed(bob.stdout, /hello\n/))).toBe(promised);
      } finally {
        for (const child of children) {
          const ended = once(child, 'close');
          if (child.exitCode === null && child.kill('SIGKILL')) await ended;
        }
      }
    },
    LIMIT_MS,
  );
});
