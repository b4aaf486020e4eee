import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { Compiler } from '../../support/compiler.js';

const MAX_BYTES = 5 * 1024;
const MAX_TOPIC_BYTES = 3_000;

// `cause` of an error is younger than ES2020, and ignored where it is not known.
const browser = new Compiler({ lib: ['es2020', 'es2022.error', 'dom'], types: [] });

interface Bundle {
  readonly code: string;
  readonly gzipBytes: number;
  /** Bytes of what is loaded on demand. */
  readonly laterBytes: number;
  readonly inputs: readonly string[];
}

/** What a browser gets of a module that is built for production. */
async function bundle(contents: string, target = 'es2020'): Promise<Bundle> {
  const { outputFiles = [], metafile } = await build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    outdir: 'out',
    splitting: true,
    metafile: true,
    target,
    external: ['socket.io-client'],
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  // What is loaded on demand is left out.
  const parts = new Set(['out/stdin.js']);
  for (const part of parts)
    for (const { path, kind } of metafile.outputs[part]?.imports ?? [])
      if (kind === 'import-statement' && path in metafile.outputs) parts.add(path);
  const code = [...parts].map((part) => outputFiles.find(({ path }) => path.endsWith(part))?.text).join('\n');
  const later = outputFiles.filter(({ path }) => ![...parts].some((part) => path.endsWith(part)));
  return {
    code,
    laterBytes: gzipSync(later.map(({ text }) => text).join('\n'), { level: 9 }).length,
    gzipBytes: gzipSync(code, { level: 9 }).length,
    inputs: [...parts].flatMap((part) => Object.keys(metafile.outputs[part]?.inputs ?? {})),
  };
}

/** Whether two sizes in KB are the same but for what zlib of one or the other Node makes of it. */
function near(documented: number, measured: number): boolean {
  return Math.abs(documented - measured) <= 0.1 + measured * 0.02;
}

const CONNECT = `export { connect } from './src/client/index.js';`;

const EVENTS = 'import { defineContract } from "./src/contract/index.js";';
const zodContract = (from: string) => `${from}
${EVENTS}
export const chat = defineContract('/chat', {
  clientToServer: {
    'message:send': { payload: z.object({ room: z.string(), text: z.string() }), ack: z.object({ id: z.string() }) },
  },
  serverToClient: { 'message:new': { payload: z.object({ id: z.string(), from: z.string(), text: z.string() }) } },
});`;

/** The same contract in every library, by the name that docs/reference/client.md gives it. */
const CONTRACTS: Readonly<Record<string, string>> = {
  'types alone, `connect<typeof chat>`': `import type { hall } from './test/server/client/sample-contract.js';
import { connect } from './src/client/index.js';
export const open = (url: string) => connect<typeof hall>('/hall', url);`,
  "zod, `import { z } from 'zod'`": zodContract(`import { z } from 'zod';`),
  "zod, `import * as z from 'zod'`": zodContract(`import * as z from 'zod';`),
  "zod/mini, `import * as z from 'zod/mini'`": zodContract(`import * as z from 'zod/mini';`),
  "valibot, `import * as v from 'valibot'`": zodContract(`import * as z from 'valibot';`),
  "arktype, `import { type } from 'arktype'`": `import { type } from 'arktype';
${EVENTS}
export const chat = defineContract('/chat', {
  clientToServer: { 'message:send': { payload: type({ room: 'string', text: 'string' }), ack: type({ id: 'string' }) } },
  serverToClient: { 'message:new': { payload: type({ id: 'string', from: 'string', text: 'string' }) } },
});`,
};

describe('what a browser loads', () => {
  it('is at most 5 KB of gzip beside socket.io-client, without registry and schemas', async () => {
    const { gzipBytes, laterBytes, inputs } = await bundle(CONNECT);
    expect(gzipBytes).toBeLessThanOrEqual(MAX_BYTES);
    expect(laterBytes).toBeLessThanOrEqual(MAX_TOPIC_BYTES);
    expect(inputs.filter((input) => !/^(<stdin>$|src\/client\/)/.test(input)).sort()).toEqual([
      'src/base/backoff.ts',
      'src/base/reserved-names.ts',
      'src/contract/namespace-name.ts',
      'src/contract/wire.ts',
      'src/errors/gatewire-error.ts',
    ]);
    const page = readFileSync('docs/reference/client.md', 'utf8');
    const [, documented, more] =
      /(\d+\.\d) KB of gzip to socket.io-client, and (\d+\.\d) KB more/.exec(page) ?? [];
    expect(near(Number(documented), gzipBytes / 1_000) || gzipBytes).toBe(true);
    expect(near(Number(more), laterBytes / 1_000) || laterBytes).toBe(true);
  });

  it('needs no syntax and no function that is younger than ES2020', async () => {
    const [old, young] = [await bundle(CONNECT, 'es2020'), await bundle(CONNECT, 'esnext')];
    expect(young.code === old.code || [old.code, young.code]).toBe(true);
    expect(browser.complaintsBehind('src/client/index.ts')).toEqual([]);
  });

  it('is as large as docs/reference/client.md says, for each schema library', async () => {
    const page = readFileSync('docs/reference/client.md', 'utf8');
    const untyped = `import { connect } from './src/client/index.js';
export const open = (url: string) => connect('/hall', url);`;
    const base = (await bundle(untyped)).gzipBytes;
    const documented = [...page.matchAll(/^\| (.+) \| (\d+\.\d) KB \|$/gm)];
    expect(documented.map(([, name]) => name)).toEqual(Object.keys(CONTRACTS));
    for (const [, name = '', kilobytes] of documented) {
      const { gzipBytes } = await bundle(CONTRACTS[name] ?? '');
      const measured = (name.startsWith('types') ? gzipBytes - base : gzipBytes) / 1_000;
      expect([name, near(Number(kilobytes), measured) || measured]).toEqual([name, true]);
    }
  });
});

describe('development, where a bundle runs', () => {
  it.each([
    ['localhost', true],
    ['app.localhost', true],
    ['127.0.0.1', true],
    ['[::1]', true],
    ['localhost.example.com', false],
    ['127.example.com', false],
  ])('on %s without process is %s', async (hostname, expected) => {
    const { outputFiles } = await build({
      entryPoints: ['src/client/listeners.ts'],
      bundle: true,
      format: 'iife',
      globalName: 'built',
      write: false,
      platform: 'neutral',
    });
    const code = `${outputFiles[0]?.text}; built.isDevelopment()`;
    expect(runInNewContext(code, { location: { hostname } })).toBe(expected);
    expect(runInNewContext(code, {})).toBe(false);
  });

  it('is left out of what is built for production', async () => {
    const { code } = await bundle(`export { isDevelopment } from './src/client/listeners.js';`);
    expect(code).not.toContain('process');
  });
});
