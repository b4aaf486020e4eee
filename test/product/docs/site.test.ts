import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { buildSite } from '../../support/built-site.js';

const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-docs-'));
const docs = path.join(folder, 'docs');
const out = path.join(folder, 'out');

/** A site of one page, with the configuration of the real one. */
beforeAll(() => {
  for (const name of ['api.ts', 'config.ts', 'links.ts', 'pages.ts', 'theme']) {
    cpSync(`docs/.vitepress/${name}`, path.join(docs, '.vitepress', name), { recursive: true });
  }
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'), 'junction');
  mkdirSync(path.join(docs, 'how-to'));
  writeFileSync(path.join(docs, 'README.md'), '# Index\n\n## How to\n\n| [Sing](how-to/sing.md) | aloud |\n');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('takes a page that docs/README.md lists into the sidebar, and keeps the text of links to the repository', async () => {
  writeFileSync(path.join(docs, 'how-to/sing.md'), '# Sing\n\nAs in [the choir](../../examples/choir.md).\n');
  await buildSite(docs, out);
  const html = readFileSync(path.join(out, 'how-to/sing.html'), 'utf8');
  expect(html).toMatch(/class="VPSidebar"[\s\S]*href="\/how-to\/sing\.html"/);
  expect(html).toContain('As in the choir.');
});

it('is not built when a link is dead', async () => {
  writeFileSync(path.join(docs, 'how-to/sing.md'), '# Sing\n\nNot like [this](dance.md).\n');
  await expect(buildSite(docs, out)).rejects.toMatchObject({
    stderr: expect.stringContaining('dead link'),
  });
});
