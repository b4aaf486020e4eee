import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
/** What zlib of one Node makes of the same text differs a little from what that of another does. */
const TOLERANCE = 0.02;

describe('the script of the page of examples/chat', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-page-'));
  let script = '';
  const sources: string[] = [];

  beforeAll(async () => {
    const vite = ['node_modules/vite/bin/vite.js', 'build', 'examples/chat/page'];
    await run(process.execPath, [...vite, '--sourcemap', 'hidden', '--outDir', folder], {
      env: { ...process.env, NODE_ENV: 'production' },
    });
    // What takes topics is loaded by pages that have some.
    const page = readFileSync(path.join(folder, 'index.html'), 'utf8');
    const files = new Set([...page.matchAll(/assets\/([\w-]+\.js)"/g)].map(([, file = '']) => file));
    expect([...files].filter((file) => file.startsWith('topics'))).toEqual([]);
    for (const file of files) {
      const asset = path.join(folder, 'assets', file);
      script += readFileSync(asset, 'utf8');
      sources.push(...(JSON.parse(readFileSync(`${asset}.map`, 'utf8')) as { sources: string[] }).sources);
    }
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('is as small as the README says', () => {
    const kilobytes = gzipSync(script, { level: 9 }).length / 1_000;
    const [, documented] =
      /is (\d+\.\d) KB of gzip/.exec(readFileSync('examples/chat/README.md', 'utf8')) ?? [];
    expect(kilobytes).toBeLessThan(25);
    const isTrue = Math.abs(Number(documented) - kilobytes) <= 0.1 + kilobytes * TOLERANCE;
    expect(isTrue || kilobytes).toBe(true);
  });

  it('is of the page, the client and socket.io-client, with no schema and no library for it', () => {
    expect(sources.some((file) => file.endsWith('examples/chat/page/chat.ts'))).toBe(true);
    expect(sources.filter((file) => /contract|zod|schema/.test(file))).toEqual([]);
    const packages = sources.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
    expect([...new Set(packages)].sort()).toEqual([
      '@socket.io/component-emitter',
      'engine.io-client',
      'engine.io-parser',
      'socket.io-client',
      'socket.io-parser',
      undefined,
    ]);
  });
});
