// Which test files run which lines of src/: seen once by V8 for each test file, and kept in a folder outside of the
// repository for as long as src/ and the test stay as they are.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runTests } from './run-tests.js';

const RECORDER = new URL('record.js', import.meta.url).href;
const CACHE = path.join(tmpdir(), 'gatewire-mutation');

/**
 * What a test file runs.
 *
 * @param {import('./tree.js').Tree} tree - the copy that is run
 * @param {string} test - the file, from the root of the tree
 * @param {{ limitMs: number, isAgain: boolean }} options - `limitMs` bounds the run: a file that takes longer is of no
 *   use here; `isAgain` records once more what has failed
 * @returns `seconds` that it took, its first `failure` or null, whether a process of it `usesDist`, and `lines` by file
 */
export async function coverageOf(tree, test, { limitMs, isAgain }) {
  const folder = path.join(
    CACHE,
    `${tree.hash('src/', 'package.json')}-${tree.hash('test/support/', 'test/fixtures/')}`,
  );
  const file = path.join(folder, `${test.replaceAll('/', '+')}-${tree.hash(test)}.json`);
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  if (known !== null && (known.failure === null || !isAgain)) return known;
  const coverage = await record(tree, test, limitMs);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(coverage));
  return { ...coverage, isNew: true };
}

async function record(tree, test, limitMs) {
  await tree.build();
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-coverage-'));
  const env = { NODE_OPTIONS: `--import=${RECORDER}`, MUTATION_TREE: tree.root, MUTATION_RECORD: folder };
  const start = performance.now();
  const failure = await runTests(tree.root, [test], { limitMs, env });
  const seconds = (performance.now() - start) / 1000;
  const seen = new Map();
  let usesDist = false;
  for (const file of readdirSync(folder)) {
    const scripts = new Map();
    for (const line of readFileSync(path.join(folder, file), 'utf8').split('\n').filter(Boolean)) {
      const { scriptId, url, text, ranges } = JSON.parse(line);
      usesDist ||= url.includes(`${tree.root}/dist/`);
      if (text !== undefined) scripts.set(scriptId, new Script(tree.root, url, text));
      scripts.get(scriptId)?.mark(ranges, seen);
    }
  }
  rmSync(folder, { recursive: true, force: true });
  const lines = Object.fromEntries([...seen].map(([file, set]) => [file, [...set].sort((a, b) => a - b)]));
  return { seconds, failure: failure?.name ?? null, usesDist, lines };
}

/** A script as Node ran it, and where its words come from. */
class Script {
  /** One for each word: its place in the script, and file and line that it was written in. */
  #words = [];

  constructor(root, url, text) {
    const [, encoded] =
      /\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([\w+/=]+)\s*$/.exec(text) ?? [];
    if (encoded === undefined) return;
    const map = new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString()));
    const base = url.startsWith('file:') ? url : pathToFileURL(url).href;
    let offset = 0;
    for (const [number, line] of text.split('\n').entries()) {
      if (line.startsWith('//# sourceMappingURL')) break;
      for (const { index } of line.matchAll(/[\w$]+/g)) {
        const { originalSource, originalLine } = map.findEntry(number, index);
        const file = originalSource && toFile(root, originalSource, base);
        if (file?.startsWith('src/'))
          this.#words.push({ offset: offset + index, file, line: originalLine + 1 });
      }
      offset += line.length + 1;
    }
  }

  /** Adds the lines that have run: the innermost range around a word says whether it has. */
  mark(ranges, seen) {
    const open = [];
    const sorted = [...ranges].sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
    let next = 0;
    for (const { offset, file, line } of this.#words) {
      for (; next < sorted.length && sorted[next].startOffset <= offset; next++) open.push(sorted[next]);
      while (open.length > 0 && open.at(-1).endOffset <= offset) open.pop();
      if (!(open.at(-1)?.count > 0)) continue;
      if (!seen.has(file)) seen.set(file, new Set());
      seen.get(file).add(line);
    }
  }
}

function toFile(root, source, base) {
  const url = path.isAbsolute(source) ? pathToFileURL(source) : new URL(source, base);
  // What a bundler adds of its own has a scheme of its own.
  if (url.protocol !== 'file:') return undefined;
  return path.relative(root, fileURLToPath(url)).replaceAll(path.sep, '/');
}
