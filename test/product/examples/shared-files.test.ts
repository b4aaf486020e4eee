import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { exampleNames } from '../../support/example-names.js';

const pages = exampleNames.filter((name) => name !== 'echo');

// Each example goes into projects as it stands, and so has a copy of its own of what it shares with other ones.
describe('what all examples with a page have', () => {
  it.each(['page/tsconfig.json', 'page/vite.config.js'])('%s is the same', (file) => {
    const copies = pages.map((name) => readFileSync(`examples/${name}/${file}`, 'utf8'));
    expect(new Set(copies).size).toBe(1);
  });

  it('a content security policy of the same directives', () => {
    const policies = pages.map(
      (name) =>
        /contentSecurityPolicy: \{[\s\S]*?\n {6}\},/.exec(
          readFileSync(`examples/${name}/page.ts`, 'utf8'),
        )?.[0],
    );
    expect(policies[0]).toContain('frameAncestors: NOTHING');
    expect(new Set(policies.map((policy) => policy?.replaceAll(/\s+/g, ' '))).size).toBe(1);
  });

  it.each(pages)('the stylesheet and the mark, once: %s', (name) => {
    const html = readFileSync(`examples/${name}/page/index.html`, 'utf8');
    expect(html).toContain('<link rel="stylesheet" href="/base.css">');
    expect(html).toContain('<link rel="icon" href="/icon.svg" type="image/svg+xml">');
    expect(html).toMatch(/<img [^>]*src="\/icon\.svg"/);
  });
});
