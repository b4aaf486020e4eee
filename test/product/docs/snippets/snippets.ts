import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { createTestApp, type TestApp, type TestAppOptions } from '../../../../src/testing/index.js';

const run = promisify(execFile);

/** Undoes what running the snippets of a test did. */
const leftovers: (() => Promise<void>)[] = [];

/** What a snippet exports. */
// biome-ignore lint/suspicious/noExplicitAny: the compiler has seen the snippet, but knows nothing of this import.
type Exports = Record<string, any>;

/** What a snippet leaves to its reader, and what of it stands for something else. */
export interface Surroundings {
  /** Values of what it declares only. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** Text of the page, and what takes its place, such as the address of a server. */
  readonly instead?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A snippet that was imported, until the end of the test. */
export interface Ran {
  /** Its classes and constants, exported or not. */
  readonly exports: Exports;
  /** The lines that it has printed so far. */
  readonly printed: readonly string[];
}

/** A block of TypeScript or JavaScript in a page that a test runs. */
export class Snippet {
  /**
   * @param file - where to write it, without an ending
   * @param others - all blocks of its page
   */
  constructor(
    readonly code: string,
    private readonly file: string,
    readonly others: readonly Snippet[],
  ) {}

  /** The part of it ahead of some words, as a snippet of its own. */
  before(words: string): Snippet {
    const at = this.code.indexOf(words);
    expect(at).toBeGreaterThan(0);
    return new Snippet(this.code.slice(0, at), `${this.file}-before`, this.others);
  }

  /** Imports it, as an application would. What is around it stays until the end of the test. */
  async run({ given = {}, instead = {}, env = {} }: Surroundings = {}): Promise<Ran> {
    Object.assign(globalThis, given);
    Object.assign(process.env, env);
    const printed: string[] = [];
    const log = jest
      .spyOn(console, 'log')
      .mockImplementation((...words) => void printed.push(words.join(' ')));
    let exports: Exports = {};
    leftovers.push(async () => {
      log.mockRestore();
      for (const name of Object.keys(given)) Reflect.deleteProperty(globalThis, name);
      for (const name of Object.keys(env)) delete process.env[name];
      for (const value of Object.values(exports)) await (value?.close ?? value?.disconnect)?.call(value);
    });
    exports = (await import(this.write(instead))) as Exports;
    return { exports, printed };
  }

  /** Runs it with a test runner, in a process of its own, and returns all that it printed. */
  async test(...runner: readonly string[]): Promise<string> {
    const args = [...runner, this.write({}, '.spec.ts')];
    // A runner inside of a runner would report to the outer one.
    const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env;
    const { stdout, stderr } = await run(process.execPath, args, { env });
    return stdout + stderr;
  }

  /** Writes it into a file, and returns its path. */
  write(instead: Readonly<Record<string, string>>, ending = '.ts'): string {
    let code = this.code
      // The ports of a page may be taken.
      .replace(/\.(run|listen)\(3_?000\)/, '.$1(0)')
      .replace(/^(?=(?:class|const) \w)/gm, 'export ');
    for (const [text, other] of Object.entries(instead)) {
      expect(code).toContain(text);
      code = code.replaceAll(text, other);
    }
    writeFileSync(`${this.file}${ending}`, code);
    return `${this.file}${ending}`;
  }
}

/** Runs a snippet and starts the application, or the gateways, that it is about, with clients. */
export async function started(
  snippet: Snippet,
  surroundings?: Surroundings,
  options?: TestAppOptions,
): Promise<TestApp> {
  const { exports } = await snippet.run(surroundings);
  const gateways = Object.entries(exports).filter(([name]) => name.endsWith('Gateway'));
  return createTestApp(exports['app'] ?? gateways.map(([, gateway]) => gateway), options);
}

/** Runs a snippet and looks at what it does. */
export type Look = (snippet: Snippet) => Promise<unknown>;

/**
 * Describes the pages of a folder of docs/: each block of code that does something, in the order of the page, with
 * what a reader should see of it. A page or a block without a description fails.
 */
export function describePages(folder: string, looks: Readonly<Record<string, readonly Look[]>>): void {
  // Below the repository, so that imports find its packages.
  const written = mkdtempSync(path.resolve('test/product/docs/snippets/written-'));
  afterEach(async () => {
    for (const undo of leftovers.splice(0)) await undo();
  });
  afterAll(() => rmSync(written, { recursive: true }));
  const pages = readdirSync(path.join('docs', folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => ({
      page: file.replace('.md', ''),
      snippets: snippetsOf(path.join('docs', folder, file), written),
    }))
    .filter(({ snippets }) => snippets.length > 0);

  describe.each(pages)(`docs/${folder}/$page.md`, ({ page, snippets }) => {
    it.each(snippets.map((snippet, index) => ({ block: index + 1, snippet, look: looks[page]?.[index] })))(
      'does what it says in block $block',
      async ({ snippet, look }) => {
        if (look === undefined) throw new Error(`nobody says what this does:\n${snippet.code}`);
        await look(snippet);
      },
    );
  });

  it(`docs/${folder} has the pages and blocks that are described here`, () => {
    const described = Object.entries(looks).map(([page, { length }]) => [page, length]);
    expect(Object.fromEntries(described)).toEqual(
      Object.fromEntries(pages.map(({ page, snippets }) => [page, snippets.length])),
    );
  });
}

/** The blocks of a page but for those that only have types, and so do nothing. */
function snippetsOf(file: string, folder: string): readonly Snippet[] {
  const blocks = [...readFileSync(file, 'utf8').matchAll(/^```(?:ts|js)\n([\s\S]*?)^```$/gm)].map(
    ([, code = '']) => code,
  );
  const page = path.join(folder, path.basename(file, '.md'));
  const snippets: Snippet[] = [];
  for (const code of blocks.filter((code) => /^(?!interface |type |import type | |\}|$)/m.test(code)))
    snippets.push(new Snippet(code, `${page}-${snippets.length + 1}`, snippets));
  return snippets;
}
