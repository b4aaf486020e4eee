import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Compiler } from '../../support/compiler.js';
import { anchors } from '../../support/headings.js';

const pages = filesBelow('docs', '.md');

function filesBelow(folder: string, ending: string): readonly string[] {
  return (
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(ending) && !name.split(path.sep).includes('node_modules'))
      .map((name) => path.join(folder, name))
      // What `npm run docs` writes; the built site is looked at in test/product/docs.
      .filter((name) => !name.startsWith(path.join('docs', 'api', '')))
      .sort()
  );
}

/**
 * The ts blocks of the pages under the names of files beside them, so that imports and places make sense. Blocks that
 * name a file belong to a project, which test/product/docs/tutorials.install.test.ts puts together.
 */
function blocks(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const page of pages) {
    const markdown = readFileSync(page, 'utf8');
    for (const match of markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
      const line = markdown.slice(0, match.index).split('\n').length;
      found.set(path.resolve(`${page}.${line}.ts`), match[1] ?? '');
    }
  }
  return found;
}

/** The types of what package.json exports, as src/ has them. */
function exportsOfSource(): Readonly<Record<string, readonly string[]>> {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  const modules = Object.entries(exports).flatMap(([name, entry]) =>
    typeof entry === 'string' ? [] : [[`gatewire${name.slice(1)}`, entry.default] as const],
  );
  return Object.fromEntries(
    modules.map(([name, file]) => [
      name,
      [path.resolve(file.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))],
    ]),
  );
}

const compiler = new Compiler({
  noUnusedLocals: false,
  noUnusedParameters: false,
  paths: exportsOfSource(),
});

/** Compiles files that exist in memory only, with the options of the repository. */
function diagnose(files: ReadonlyMap<string, string>): readonly string[] {
  return compiler
    .complaints(files)
    .map(({ file, line, message }) => `${path.relative('.', file)}, line ${line} of the block: ${message}`);
}

/** Blocks whose file name stands in the fence only, where GitHub and npm show nothing of it. */
function nameless(page: string): readonly string[] {
  const lines = readFileSync(page, 'utf8').split('\n');
  return lines.filter((line, i) => {
    const [, file] = /^```\w+ (\S+)$/.exec(line) ?? [];
    return file !== undefined && !lines[i - 2]?.startsWith(`\`${file}\`:`);
  });
}

/** Links of a page that lead nowhere. */
function broken(page: string): readonly string[] {
  const withoutCode = readFileSync(page, 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  const links = [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.join(path.dirname(page), file);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchors(readFileSync(target, 'utf8')).includes(anchor);
  });
}

describe('the documentation', () => {
  it('has code that compiles', () => {
    const files = blocks();
    expect(files.size).toBeGreaterThan(0);
    expect(diagnose(files)).toEqual([]);
  });

  it('is listed in docs/README.md, every page of it', () => {
    const index = readFileSync('docs/README.md', 'utf8');
    const listed = [...index.matchAll(/\]\(([^)\s]+\.md)\)/g)].map(([, link = '']) =>
      path.join('docs', link),
    );
    const below = listed.filter((page) => page.startsWith(path.join('docs', '')));
    // The index itself, and the front page of the site.
    const unlisted = ['README.md', 'index.md'].map((name) => path.join('docs', name));
    expect(below.sort()).toEqual(pages.filter((page) => !unlisted.includes(page)));
  });

  it('names tests in docs/explanation/guarantees.md that exist, and a section for each promise', () => {
    const page = readFileSync('docs/explanation/guarantees.md', 'utf8');
    const rows = [...page.matchAll(/^\| \[(\d+)\]\(#.*\) \| .* \| (.*) \|$/gm)];
    const sections = [...page.matchAll(/^## (\d+)\. /gm)].map(([, number]) => number);
    expect(rows.map(([, number]) => number)).toEqual(sections);
    const files = rows.flatMap(([, , tests = '']) =>
      [...tests.matchAll(/`(test\/[^`]+)`/g)].map(([, file = '']) => file),
    );
    expect(files.length).toBeGreaterThan(sections.length);
    const found = (file: string): boolean => {
      const pattern = new RegExp(`^${path.basename(file).replaceAll('.', '\\.').replace('*', '.*')}$`);
      return readdirSync(path.dirname(file)).some((name) => pattern.test(name));
    };
    expect(files.filter((file) => !found(file))).toEqual([]);
  });

  it.each(['README.md', ...pages])('shows the names of the files in %s', (page) => {
    expect(nameless(page)).toEqual([]);
  });

  it.each(['README.md', 'CHANGELOG.md', 'bench/README.md', ...filesBelow('examples', 'README.md'), ...pages])(
    'has links in %s that lead somewhere',
    (page) => {
      expect(broken(page)).toEqual([]);
    },
  );
});
