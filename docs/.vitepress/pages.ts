import { readFileSync } from 'node:fs';

/** Pages that stand together, with links as VitePress takes them. */
export interface PageGroup {
  readonly text: string;
  readonly items: { text: string; link: string }[];
}

/**
 * Reads the groups of pages out of docs/README.md: a heading makes a group, a link at the start of a row of a table
 * makes a page. The sidebar comes from there, so that a page is listed in one place.
 */
export function pageGroups(index: string): readonly PageGroup[] {
  const groups: PageGroup[] = [];
  for (const line of readFileSync(index, 'utf8').split('\n')) {
    const [, heading] = /^## (.+)$/.exec(line) ?? [];
    if (heading !== undefined) groups.push({ text: heading, items: [] });
    const [, text, link] = /^\| \[([^\]]+)\]\(([^)]+)\.md\)/.exec(line) ?? [];
    if (text !== undefined && link !== undefined) groups.at(-1)?.items.push({ text, link: `/${link}` });
  }
  return groups.filter(({ items }) => items.length > 0);
}
