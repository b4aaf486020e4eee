import { type ChildProcess, exec, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { WAIT_MS } from '../../support/within.js';
import { root } from './gatewire.js';

const runInShell = promisify(exec);

/** A folder that is there for one test. */
export function emptyFolder(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-cli-'));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/**
 * Installs what a project asks for without a network: gatewire from the unpacked package, everything else from this
 * repository, after a look whether it has the version that is asked for.
 *
 * @param gatewire - the folder of the unpacked package
 * @param compiler - what `tsc` is: TypeScript 7 takes a fifth of the time of 6
 */
export function installOffline(
  project: string,
  gatewire: string,
  compiler: 'typescript' | 'typescript7' = 'typescript7',
): void {
  const modules = path.join(project, 'node_modules');
  const { dependencies, devDependencies } = manifestOf(project);
  const own = Object.keys(manifestOf(gatewire).dependencies);
  const ranges = { ...dependencies, ...devDependencies };
  for (const [name, range] of Object.entries(ranges)) if (name !== 'gatewire') check(name, range);
  for (const name of new Set([...Object.keys(ranges), ...own])) {
    if (name === 'gatewire') continue;
    const link = path.join(modules, name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(root, 'node_modules', name), link, 'dir');
  }
  cpSync(gatewire, path.join(modules, 'gatewire'), { recursive: true });
  const bin = path.join(modules, '.bin');
  mkdirSync(bin);
  for (const name of ['biome', 'tsx', 'vite']) {
    symlinkSync(path.join(root, 'node_modules/.bin', name), path.join(bin, name));
  }
  symlinkSync(path.join(root, 'node_modules', compiler, 'bin/tsc'), path.join(bin, 'tsc'));
  symlinkSync('../gatewire/dist/cli/main.js', path.join(bin, 'gatewire'));
}

/** Starts the server of a project on a free port. */
export function startProject(
  project: string,
  args: readonly string[],
): { server: ChildProcess; ended: Promise<unknown[]> } {
  const server = spawn(process.execPath, args, {
    cwd: project,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return { server, ended: once(server, 'exit') };
}

/** The first URL that a server prints. */
export async function urlOf(server: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of server.stderr ?? []) {
    text += String(chunk);
    const [url] = /https?:\/\/\S+:\d+/.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the server ended:\n${text}`);
}

/** Runs a script of package.json as `npm run` does, and returns all that it printed. */
export async function runScript(name: string, project: string): Promise<{ text: string; failed: boolean }> {
  const { scripts } = manifestOf(project);
  const PATH = [path.join(project, 'node_modules/.bin'), process.env['PATH']].join(path.delimiter);
  const options = { cwd: project, env: { ...process.env, PATH }, timeout: WAIT_MS };
  const ended = runInShell(scripts[name] as string, options);
  const { stdout, stderr, failed } = await ended.then(
    (printed) => ({ ...printed, failed: false }),
    (error: { stdout: string; stderr: string }) => ({ ...error, failed: true }),
  );
  return { text: stdout + stderr, failed };
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** The ranges are carets of what is installed here, or exactly that; and `*` is none. */
function check(name: string, range: string): void {
  const { version } = JSON.parse(
    readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8'),
  ) as { version: string };
  const [major] = version.split('.');
  if (range !== version && !range.startsWith(`^${major}.`))
    throw new Error(`${name} ${range} is asked for, here is ${version}`);
}
