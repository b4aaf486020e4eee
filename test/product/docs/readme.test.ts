import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { pageOf, rawOf } from '../../../docs/.vitepress/repository.js';
// @ts-expect-error a script without types
import { drawBootReport } from '../../../scripts/picture.js';
import { Compiler, optionsOf } from '../../support/compiler.js';
import { anchors } from '../../support/headings.js';

const readme = readFileSync('README.md', 'utf8');
const docs = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && !name.startsWith(path.join('api', '')))
  .map((name) => path.join('docs', name));

/** The addresses that a page names, in Markdown and in HTML. */
const addresses = (page: string): readonly string[] =>
  [...page.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(
    ([, link, source]) => link ?? source ?? '',
  );

/** Whether an address is that of a file in the repository, and of a heading of it where it names one. */
function exists(address: string): boolean {
  const base = [pageOf(''), rawOf('')].find((start) => address.startsWith(start));
  const [file = '', anchor] = address.slice(base?.length).split('#');
  if (base === undefined || !existsSync(file)) return false;
  return anchor === undefined || anchors(readFileSync(file, 'utf8')).includes(anchor);
}

describe('README.md', () => {
  it('has links that work outside of the repository, and lead to files of it', () => {
    const all = addresses(readme);
    expect(all.length).toBeGreaterThan(10);
    expect(all.filter((address) => !exists(address))).toEqual([]);
  });

  it('has code that compiles', () => {
    const blocks = [...readme.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)];
    const files = new Map(blocks.map(([, file = '', code = '']) => [path.resolve(file), code]));
    expect(files.size).toBe(4);
    expect(new Compiler(optionsOf('tsconfig.json')).complaints(files)).toEqual([]);
  });

  it('shows what its code prints: `node scripts/picture.js` draws it again', async () => {
    const pictures = (await drawBootReport()) as Readonly<Record<string, string>>;
    for (const [file, svg] of Object.entries(pictures)) {
      expect(readFileSync(`docs/public/${file}`, 'utf8')).toBe(svg);
    }
  });
});

it('README.md and the front page have the figures of docs/explanation/why.md', () => {
  const why = readFileSync('docs/explanation/why.md', 'utf8');
  const ratio = (row: string, column: number): string =>
    new RegExp(`^\\| ${row} (.*)$`, 'm').exec(why)?.[1]?.split('|')[column]?.trim() ?? 'missing';
  const [ours, nest] = [ratio('ack echo, 10 in flight', 3), ratio('ack echo, 10 in flight', 2)];
  const heap = ratio('heap per idle connection, 6 handlers', 3);
  expect(readme).toContain(`takes ${ours} times the CPU of socket.io`);
  expect(readme).toContain(
    `schema ${ratio('guard and zod validation', 3)} times, an idle connection ${heap} times`,
  );
  expect(readme).toContain(`plain socket.io | ${ours} | ${nest} |`);
  const front = readFileSync('docs/index.md', 'utf8');
  expect(front).toContain(`takes ${ours} times the CPU`);
  expect(front).toContain(`connection ${heap} times the heap`);
});

it.each(docs)('%s names files of the repository that exist', (page) => {
  const named = addresses(readFileSync(page, 'utf8')).filter((address) =>
    /github\w*\.com\/gatewire\//.test(address),
  );
  expect(named.filter((address) => !exists(address))).toEqual([]);
});
