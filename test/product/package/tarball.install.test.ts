import { execFile, spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { npm } from '../../support/npm.js';
import { addPackedGatewire } from '../../support/packed-gatewire.js';
import { WAIT_MS } from '../../support/within.js';

const run = promisify(execFile);
const root = path.resolve('.');
let folder = '';

const page = readFileSync('docs/tutorials/quick-start.md', 'utf8');

/** The code blocks of the page that name a file: ```ts src/chat.gateway.ts */
function snippets(): ReadonlyMap<string, string> {
  const blocks = [...page.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)];
  return new Map(blocks.map(([, file = '', code = '']) => [file, code]));
}

/** What the page says that the client prints. */
function promisedOutput(): string | undefined {
  return /^```text\n\$ npx tsx src\/client\.ts\n([\s\S]*?)^```$/m.exec(page)?.[1];
}

/** The address in the line that the server logs when it listens. */
async function listeningUrl(log: Readable): Promise<string> {
  for await (const line of createInterface({ input: log })) {
    const url = /app\.listening url=(\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('the server ended before it listened');
}

/** A fresh project with the packed package in it, and its peers linked from here so that no network is needed. */
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'gatewire-project-'));
  const peers = ['socket.io', 'socket.io-client', 'inversify', 'reflect-metadata'];
  await addPackedGatewire(folder, [
    ...peers,
    'zod',
    'typescript',
    'tsx',
    'vite',
    'express',
    'helmet',
    '@types',
  ]);
  writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ name: 'fresh', type: 'module', private: true }),
  );
  for (const [file, code] of snippets()) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), code);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed package, with the snippets of the quick start in a fresh project', () => {
  it('compiles', async () => {
    expect([...snippets().keys()]).toEqual(
      expect.arrayContaining([
        'tsconfig.json',
        'src/chat.contract.ts',
        'src/chat.gateway.ts',
        'src/app.ts',
        'src/main.ts',
        'src/client.ts',
        'src/chat.test.ts',
      ]),
    );
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', '.', '--noEmit'], { cwd: folder }).catch(
      (error) => error,
    );
    expect(stdout).toBe('');
  });

  it('runs: a server, a client that talks to it, and the test', async () => {
    const server = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
      cwd: folder,
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise((resolve) => server.once('exit', resolve));
    try {
      const url = await listeningUrl(server.stderr);
      const { stdout } = await run(process.execPath, ['--import', 'tsx', 'src/client.ts'], {
        cwd: folder,
        env: { ...process.env, URL: url },
        timeout: WAIT_MS,
      });
      expect(stdout).toBe(promisedOutput());
    } finally {
      server.kill('SIGTERM');
    }
    expect(await ended).toBe(0);
    const tested = await run(process.execPath, ['--import', 'tsx', '--test', 'src/chat.test.ts'], {
      cwd: folder,
      timeout: WAIT_MS,
    });
    expect(tested.stdout).toMatch(/pass 1\b/);
  });

  it('runs the chat of examples/chat, copied out, and compiles its page', async () => {
    const copy = path.join(folder, 'src/example');
    cpSync(path.join(root, 'examples/chat'), copy, { recursive: true });
    cpSync(path.join(root, 'examples/public'), path.join(folder, 'src/public'), { recursive: true });
    try {
      const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
      for (const config of ['.', 'src/example/page']) {
        const compiled = run(process.execPath, [tsc, '-p', config, '--noEmit'], { cwd: folder });
        expect((await compiled.catch((error) => error)).stdout).toBe('');
      }
      const server = spawn(process.execPath, ['--import', 'tsx', 'src/example/main.ts'], {
        cwd: folder,
        env: { ...process.env, PORT: '0' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const ended = new Promise((resolve) => server.once('exit', resolve));
      try {
        const script = await fetch(`${await listeningUrl(server.stderr)}/chat.ts`);
        expect([script.status, await script.text()]).toEqual([200, expect.stringContaining('conversations')]);
      } finally {
        server.kill('SIGTERM');
      }
      expect(await ended).toBe(0);

      appendFileSync(path.join(copy, 'page/view.ts'), 'const broken = ;\n');
      const vite = path.join(root, 'node_modules/vite/bin/vite.js');
      const broken = run(process.execPath, [vite, 'build', 'src/example/page'], { cwd: folder });
      const { code, stderr } = await broken.catch((error) => error);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/view\.ts:\d+/)]);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('is small, and carries no source maps or tests', async () => {
    const { stdout } = await run(process.execPath, [npm, 'pack', '--json', '--dry-run'], { cwd: root });
    const [{ size, files }] = JSON.parse(stdout) as [{ size: number; files: { path: string }[] }];
    expect(size).toBeLessThan(1_000_000);
    expect(files.filter(({ path: name }) => /\.map$|^(test|src|bench)\//.test(name))).toEqual([]);
    expect(existsSync(path.join(folder, 'node_modules/gatewire/dist/index.js'))).toBe(true);
  });
});
