import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { MarkdownRenderer } from 'vitepress';

/**
 * Lists the entry points whose exports have pages below docs/api, for the sidebar. Their own pages list what they export;
 * 200 names more in the sidebar of 200 pages would be most of the site.
 *
 * @param folder - docs/api; a site without it has no such pages
 */
export function entryPoints(folder: string): { text: string; link: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'index.md' && file !== 'index.md')
    .map((file) => path.dirname(file).replaceAll('\\', '/'))
    .sort()
    .map((entry) => ({ text: entry, link: `/api/${entry}/` }));
}

/** Takes the bar away that TypeDoc writes ahead of the first type of a long union in a table. */
export function unionTypes(markdown: MarkdownRenderer): void {
  markdown.core.ruler.before('normalize', 'union-types', (state) => {
    const { relativePath = '' } = state.env as { relativePath?: string };
    if (relativePath.startsWith('api/')) state.src = state.src.replace(/(?<!\\)\| \\\| /g, '| ');
  });
}
