import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { transformSync } from 'esbuild';

const MODULE = transformSync(readFileSync('src/base/call-site.ts', 'utf8'), {
  loader: 'ts',
  format: 'esm',
}).code;
const SOURCE = `
import { CallSite } from './call-site.mjs';
const mark = () => new CallSite(mark);
const marks = [
  mark(),
  (function named() { return mark(); })(),
  new (class Made { mark = mark(); })().mark,
  await (async () => { await null; return mark(); })(),
];
console.log(JSON.stringify(marks.map((one) => [one.source, one.location])));
`;

describe('CallSite', () => {
  const folders: string[] = [];

  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  // The paths of a test run never look like these, so the module runs as a process of its own.
  it.each(['plain', 'with space', 'app (copy)', 'at (a) b'])(
    'names file and line in a folder called "%s", also at the top level of a module',
    async (name) => {
      const folder = await realpath(await mkdtemp(join(tmpdir(), `${name}-`)));
      folders.push(folder);
      const file = join(folder, 'marks.mjs');
      await writeFile(join(folder, 'call-site.mjs'), MODULE);
      await writeFile(file, SOURCE);
      const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
      const found = JSON.parse(stdout) as [{ file: string; line: number; column: number }, string][];
      expect(found.map(([source]) => source.file)).toEqual([file, file, file, file]);
      expect(found.map(([source]) => source.line)).toEqual([5, 6, 7, 8]);
      expect(found.map(([, location]) => location.replace(/:\d+$/, ''))).toEqual([
        'marks.mjs:5',
        'marks.mjs:6',
        'marks.mjs:7',
        'marks.mjs:8',
      ]);
    },
  );
});
