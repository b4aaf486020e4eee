import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { STACK, type StackPackage, stackRows } from '../../../src/base/stack.js';

it('docs/explanation/stack.md has every member of the table, and no other', () => {
  const page = readFileSync('docs/explanation/stack.md', 'utf8');
  const sections = (Object.keys(STACK) as StackPackage[]).map((name) =>
    [
      `### ${name}`,
      '',
      '| member | kind | needed to |',
      '| --- | --- | --- |',
      ...stackRows(name).map(({ owner, member, is }) => {
        const value = 'value' in is ? ` \`${is.value}\`` : '';
        return `| \`${owner}.${member}\` | ${is.kind}${value} | ${is.use} |`;
      }),
    ].join('\n'),
  );
  expect(page.slice(page.indexOf('### ')).trim()).toBe(sections.join('\n\n'));
});
