import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import ts from 'typescript';
import { STACK } from '../../../src/base/stack.js';

const page = readFileSync('docs/how-to/logging.md', 'utf8');

/** Names of the same form that are no events of the log: packages, files, and names in messages. */
const OTHERS = new Set([...Object.keys(STACK), 'socket.adapter', 'handshake.auth', 'connect.sid']);
const isEvent = (text: string): boolean => !OTHERS.has(text) && !/^gatewire\.|\.(?:js|json|ts)$/.test(text);

/** The texts of the form `noun.verb` in the code of what runs in a server, without comments. */
function eventsOf(folder: string): readonly string[] {
  const found = new Set<string>();
  const look = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteral(node) && /^[a-z]+\.[a-z]+(?:-[a-z]+)*$/.test(node.text)) found.add(node.text);
    ts.forEachChild(node, look);
  };
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.startsWith(`cli${path.sep}`)) continue;
    const file = path.join(folder, name);
    look(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
  }
  return [...found].filter(isEvent).sort();
}

it('docs/how-to/logging.md has every event of the log, and no other', () => {
  const [, table = ''] = page.split('## Events of the log');
  const rows = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, event]) => event);
  expect(rows).toEqual(eventsOf('src'));
});
