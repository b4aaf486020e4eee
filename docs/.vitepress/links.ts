import path from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { pageOf } from './repository.js';

/** Pages that the site has under another name: README.md is what a reader of the repository looks for. */
export const RENAMED: Readonly<Record<string, string>> = { 'README.md': 'pages.md' };

/**
 * Leads links that leave docs/, such as to the README of an example, to the repository; and links to pages in the
 * repository, such as those of README.md, to the pages here.
 */
export function repositoryLinks(markdown: MarkdownRenderer): void {
  // Ahead of VitePress, which makes .html of the .md of links as it draws them.
  markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
    // VitePress renders titles by themselves, too, and then says nothing of their page.
    const folder = path.posix.dirname((env as { relativePath?: string }).relativePath ?? '');
    for (const { children } of tokens) {
      for (const token of children ?? []) {
        if (token.type === 'link_open') token.attrSet('href', targetOf(token.attrGet('href') ?? '', folder));
      }
    }
  });
}

function targetOf(href: string, folder: string): string {
  const isPage = href.startsWith(pageOf('docs/'));
  if (!isPage && /^([a-z]+:|[/#])/.test(href)) return href;
  const [file = '', anchor] = (
    isPage ? href.slice(pageOf('docs/').length) : path.posix.join(folder, href)
  ).split('#');
  const hash = anchor === undefined ? '' : `#${anchor}`;
  return file.startsWith('../') ? pageOf(file.slice(3) + hash) : `/${RENAMED[file] ?? file}${hash}`;
}
