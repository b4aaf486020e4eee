import { readFileSync } from 'node:fs';

/**
 * Takes a configuration out of a page of the documentation, so that what the page shows is what was tested.
 *
 * @param language - of its code block
 * @param changes - what differs in a test, such as ports and paths; each has to be found, and is replaced wherever it stands
 */
export function docsConfig(
  page: string,
  language: string,
  changes: Readonly<Record<string, string>> = {},
): string {
  const blocks = [
    ...readFileSync(page, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm')),
  ];
  if (blocks.length !== 1) throw new Error(`${page} has ${blocks.length} blocks of ${language}, and not one`);
  return Object.entries(changes).reduce((config, [from, to]) => {
    if (!config.includes(from)) throw new Error(`the ${language} block of ${page} has no ${from}`);
    return config.replaceAll(from, to);
  }, blocks[0]?.[1] ?? '');
}
