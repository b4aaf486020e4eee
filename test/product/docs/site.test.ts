import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pageOf, REPOSITORY } from '../../../docs/.vitepress/repository.js';
import { buildSite } from '../../support/built-site.js';

const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-docs-'));
const docs = path.join(folder, 'docs');
const out = path.join(folder, 'out');

/** A site of one page, with the configuration of the real one. */
beforeAll(() => {
  for (const name of [
    'api.ts',
    'code-blocks.ts',
    'config.ts',
    'links.ts',
    'pages.ts',
    'repository.ts',
    'theme',
  ]) {
    cpSync(`docs/.vitepress/${name}`, path.join(docs, '.vitepress', name), { recursive: true });
  }
  const { version, repository } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type: 'module', version, repository }));
  symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'), 'junction');
  mkdirSync(path.join(docs, 'how-to'));
  writeFileSync(path.join(docs, 'README.md'), '# Index\n\n## How to\n\n| [Sing](how-to/sing.md) | aloud |\n');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SING = `# Sing

As in [the choir](../../examples/choir.md), or [aloud](${pageOf('docs/README.md#how-to')}).

\`src/song.ts\`:

\`\`\`ts src/song.ts
export const song = 'la';
\`\`\`

\`\`\`sh
npm install --save-dev choir
npx choir
\`\`\`
`;

it('takes a page that docs/README.md lists into the sidebar, with links that hold in the repository and here', async () => {
  writeFileSync(path.join(docs, 'how-to/sing.md'), SING);
  await buildSite(docs, out);
  const html = readFileSync(path.join(out, 'how-to/sing.html'), 'utf8');
  expect(html).toMatch(/class="VPSidebar"[\s\S]*href="\/how-to\/sing\.html"/);
  expect(html).toContain(`href="${pageOf('examples/choir.md')}"`);
  expect(html).toContain('href="/pages.html#how-to"');
  expect(html).toContain(`href="${REPOSITORY}/edit/main/docs/how-to/sing.md"`);

  // The name of a file stands above its code, once.
  expect(html.match(/src\/song\.ts/g)).toEqual(['src/song.ts']);
  expect(html).toContain('<div class="file-name">src/song.ts</div>');

  const commands = [...html.matchAll(/<code>([\s\S]*?)<\/code>/g)].map(([, code = '']) =>
    code.replace(/<[^>]+>/g, ''),
  );
  expect(commands.slice(1)).toEqual([
    'npm install --save-dev choir\nnpx choir',
    'pnpm add -D choir\npnpm exec choir',
    'yarn add -D choir\nyarn choir',
    'bun add -d choir\nbunx choir',
  ]);
});

it('is not built when a link is dead', async () => {
  writeFileSync(path.join(docs, 'how-to/sing.md'), '# Sing\n\nNot like [this](dance.md).\n');
  await expect(buildSite(docs, out)).rejects.toMatchObject({
    stderr: expect.stringContaining('dead link'),
  });
});
