import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { npm } from '../../support/npm.js';
import { addPackedGatewire } from '../../support/packed-gatewire.js';
import { within } from '../../support/within.js';

const run = promisify(execFile);
const page = readFileSync('docs/how-to/bundle.md', 'utf8');
/** Versions that this test has been run with. */
const TOOLS = [
  'esbuild@0.28.2',
  'webpack@5.113.0',
  'webpack-cli@7.2.1',
  'rollup@4.65.0',
  '@rollup/plugin-node-resolve@16.0.3',
  '@rollup/plugin-commonjs@29.0.3',
  '@rollup/plugin-json@6.1.0',
  'bun@1.4.5',
  'deno@2.9.6',
];
let project = '';

/** Files of the page: ```js webpack.config.cjs */
function blocks(): readonly (readonly [string, string])[] {
  return [...page.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, file = '', code = '']) => [
    file,
    code,
  ]);
}

/** Commands of the page, each the line that writes a file. */
function commandFor(file: string): string {
  const line = page.split('\n').find((one) => /^(npx|bun|node) /.test(one) && one.includes(file));
  if (line === undefined) throw new Error(`docs/how-to/bundle.md has no command that writes ${file}`);
  return line;
}

async function command(line: string): Promise<void> {
  const [program = '', ...args] = line
    .replace(/ #.*/, '')
    .split(' ')
    .filter((word) => word !== 'npx');
  const bin = program === 'node' ? process.execPath : path.join(project, 'node_modules/.bin', program);
  await run(bin, args, { cwd: project, maxBuffer: 10_000_000 });
}

beforeAll(async () => {
  project = mkdtempSync(path.join(tmpdir(), 'gatewire-bundle-'));
  const modules = path.join(project, 'node_modules');
  const options = ['--prefix', project, '--no-audit', '--no-fund', '--no-save'];
  writeFileSync(path.join(project, 'package.json'), '{"private":true,"type":"module"}');
  await run(process.execPath, [npm, 'install', ...options, ...TOOLS], { cwd: project });
  // Where scripts of packages do not run by themselves, bun and deno have no program yet.
  for (const [name, script] of [
    ['bun', 'install.js'],
    ['deno', 'install.cjs'],
  ] as const)
    await run(process.execPath, [script], { cwd: path.join(modules, name) });
  await addPackedGatewire(project, ['socket.io', 'inversify', 'reflect-metadata']);
  for (const [file, code] of blocks()) {
    mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    writeFileSync(path.join(project, file), code);
  }
  await command(commandFor('server.js'));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

it.each(['esbuild.mjs', 'esbuild.cjs', 'webpack.cjs', 'rollup.mjs', 'bun.mjs'])(
  '%s serves clients where nothing is installed',
  async (file) => {
    await command(commandFor(file));
    const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-bundled-'));
    cpSync(path.join(project, 'dist'), folder, { recursive: true });
    expect(readdirSync(folder)).toContain(file);
    try {
      await servesClients(process.execPath, [path.join(folder, file)], folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      rmSync(path.join(project, 'dist'), { recursive: true, force: true });
    }
  },
);

it.each([
  ['bun', ['server.js'], ['engine.plain']],
  ['deno', ['run', '--allow-all', 'server.js'], []],
])(
  '%s runs a server: messages leave together where it has the package ws',
  async (runtime, args, warnings) => {
    const warned = await servesClients(path.join(project, 'node_modules/.bin', runtime), args, project);
    expect(warned).toEqual(warnings);
  },
);

/** Has a server answer clients, and end in order; returns the events of its warnings. */
async function servesClients(program: string, args: readonly string[], cwd: string): Promise<string[]> {
  const server = spawn(program, args, {
    cwd,
    env: { ...process.env, PORT: '0', NODE_ENV: 'production', NODE_PATH: '' },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const left = once(server, 'close');
  try {
    const lines: string[] = [];
    const url = await within('the line with the URL', listening(server.stderr, lines));
    for (const transport of ['websocket', 'polling']) {
      const client = io(url, { transports: [transport], forceNew: true, reconnection: false });
      expect(await client.timeout(10_000).emitWithAck('echo', { transport })).toEqual({
        ok: true,
        data: { transport },
      });
      client.disconnect();
    }
    server.kill('SIGTERM');
    expect(await within('the end of the server', left)).toEqual([0, null]);
    return lines.flatMap((line) => /warn +(engine\S+)/.exec(line)?.[1] ?? []);
  } finally {
    server.kill('SIGKILL');
  }
}

async function listening(output: NodeJS.ReadableStream, lines: string[]): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    lines.push(line);
    const url = /app\.listening url=(\S+)/.exec(line)?.[1];
    if (url !== undefined) return url.replace('0.0.0.0', '127.0.0.1');
  }
  throw new Error('the server ended before it listened');
}
