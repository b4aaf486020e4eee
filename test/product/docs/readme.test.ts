import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { pageOf, rawOf } from '../../../docs/.vitepress/repository.js';
// @ts-expect-error a script without types
import { performanceFiles, ratioOf } from '../../../scripts/performance-page.js';
// @ts-expect-error a script without types
import { drawBootReport } from '../../../scripts/picture.js';
import { Compiler } from '../../support/compiler.js';
import { anchors } from '../../support/headings.js';

const compiler = new Compiler();
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
    expect(compiler.complaints(files)).toEqual([]);
  });

  it('shows what its code prints: `node scripts/picture.js` draws it again', async () => {
    const pictures = (await drawBootReport()) as Readonly<Record<string, string>>;
    for (const [file, svg] of Object.entries(pictures)) {
      expect(readFileSync(`docs/public/${file}`, 'utf8')).toBe(svg);
    }
  });
});

it('README.md, the front page and docs/explanation/why.md have the figures of bench/published.json', () => {
  const [echo, room, heap] = ['ack-echo-10', 'busy-room', 'heap-6'].map((scenario) => ratioOf(scenario));
  const front = readFileSync('docs/index.md', 'utf8');
  const why = readFileSync('docs/explanation/why.md', 'utf8');
  for (const page of [readme, front, why]) expect(page).toContain(`takes ${echo} times the CPU of`);
  for (const page of [readme, why]) {
    expect(page).toContain(`busy room of 50 ${room} times`);
    expect(page).toContain(`idle connection ${heap} times the heap`);
  }
  expect(front).toContain(`busy room ${room} times`);
  expect(readme).toContain(`plain socket.io | ${echo} | ${ratioOf('ack-echo-10', 'nest')} |`);
});

it('docs/performance.md and its charts are what `node scripts/performance-page.js` makes of bench/published.json', () => {
  const files = Object.entries(performanceFiles());
  expect(files).toHaveLength(3);
  for (const [file, text] of files) expect(readFileSync(file, 'utf8')).toBe(text);
});

it.each(docs)('%s names files of the repository that exist', (page) => {
  const named = addresses(readFileSync(page, 'utf8')).filter((address) =>
    /github\w*\.com\/gatewire\//.test(address),
  );
  expect(named.filter((address) => !exists(address))).toEqual([]);
});
