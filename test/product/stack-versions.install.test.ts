import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { npm } from '../support/npm.js';
import { shared } from '../support/shared.js';

// The lowest and the newest versions of what the stack consists of, by the ranges of package.json.

const run = promisify(execFile);
const { dependencies, peerDependencies: peers } = JSON.parse(
  readFileSync('package.json', 'utf8'),
) as Readonly<Record<'dependencies' | 'peerDependencies', Readonly<Record<string, string>>>>;

const STACK = [
  'socket.io',
  'socket.io-client',
  '@socket.io/redis-adapter',
  '@socket.io/redis-streams-adapter',
  '@socket.io/cluster-adapter',
  '@socket.io/sticky',
  'inversify',
  'reflect-metadata',
  'redis',
];
/** What the lowest socket.io came with. Adapters for several nodes ask for newer ones. */
const FIRST_DEPENDENCIES = {
  'engine.io': '6.6.0',
  'socket.io-parser': '4.2.4',
  'socket.io-adapter': '2.5.2',
};

/** First version of a range such as `^4.8.0`. */
const lowest = (range = ''): string => range.replace(/^[\^~]/, '');

describe.each([
  { versions: 'the lowest versions', versionOf: lowest, overrides: {}, hasAdapters: true },
  {
    versions: 'the lowest versions with their first dependencies',
    versionOf: lowest,
    overrides: FIRST_DEPENDENCIES,
    hasAdapters: false,
  },
  { versions: 'the newest versions', versionOf: (range = '') => range, overrides: {}, hasAdapters: true },
])('$versions that the peer dependencies allow', ({ versionOf, overrides, hasAdapters }) => {
  let folder = '';
  const node = async (file: string, ...args: string[]): Promise<string> => {
    const { stdout } = await run(process.execPath, [file, ...args], { cwd: folder, timeout: 240_000 });
    return stdout;
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'gatewire-versions-'));
    const needed = STACK.filter((name) => hasAdapters || !/adapter|sticky|redis/.test(name));
    const own = Object.fromEntries(needed.map((name) => [name, versionOf(peers[name])]));
    const manifest = { private: true, type: 'module', dependencies: { ...dependencies, ...own }, overrides };
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
    await run(process.execPath, [npm, 'install', '--no-audit', '--no-fund'], { cwd: folder });
    cpSync(await shared('package'), path.join(folder, 'node_modules/gatewire'), { recursive: true });
    for (const file of ['core.mjs', 'idle.mjs', 'start.mjs', 'starts.mjs'])
      cpSync(path.join('test/fixtures/stack', file), path.join(folder, file));
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('serve clients as the version does that the whole suite runs with', async () => {
    const passed = (await node('core.mjs')).trim().split('\n');
    expect(passed).toHaveLength(16);
  });

  it.each([
    'alone',
    'inject',
    'client',
    ...(hasAdapters ? ['classic', 'sharded', 'streams', 'primary'] : []),
  ])('pass the check of the stack: %s', async (mode) => {
    expect(JSON.parse(await node('start.mjs', mode))).toEqual([]);
  });
});
