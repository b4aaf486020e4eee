import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { SOCKET_OPTIONS } from '../../../src/app/socket-options.js';

it('docs/reference/socket-options.md has every option of the table, and no other', () => {
  const page = readFileSync('docs/reference/socket-options.md', 'utf8');
  const all = Object.entries(SOCKET_OPTIONS);
  const honoured = all.flatMap(([name, option]) =>
    option.is === 'honoured'
      ? [`| \`${name}\` | ${option.rule.expected} | ${option.default} | ${option.meaning} |`]
      : [],
  );
  const refused = all.flatMap(([name, option]) =>
    option.is === 'refused' ? [`| \`${name}\` | ${option.why} | ${option.instead} |`] : [],
  );
  const sections = [
    ['## Honoured', '', '| option | value | default | meaning |', '| --- | --- | --- | --- |', ...honoured],
    ['## Refused', '', '| option | why | instead |', '| --- | --- | --- |', ...refused],
  ];
  expect(page.slice(page.indexOf('## ')).trim()).toBe(sections.map((lines) => lines.join('\n')).join('\n\n'));
});
