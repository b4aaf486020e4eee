import path from 'node:path';
import type { MarkdownRenderer } from 'vitepress';

/**
 * Makes text of links to files outside of docs/, such as the README of an example: a reader of the repository follows
 * them, the site does not have them.
 */
export function unlinkOutside(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('unlink-outside', ({ tokens, env }) => {
    const folder = path.posix.dirname((env as { relativePath: string }).relativePath);
    for (const { children } of tokens) {
      if (children === null) continue;
      let isOutside = false;
      const kept = children.filter((token) => {
        if (token.type === 'link_open') isOutside = leaves(folder, token.attrGet('href') ?? '');
        return !(isOutside && (token.type === 'link_open' || token.type === 'link_close'));
      });
      children.splice(0, children.length, ...kept);
    }
  });
}

function leaves(folder: string, href: string): boolean {
  return !/^([a-z]+:|[/#])/.test(href) && path.posix.join(folder, href).startsWith('../');
}
