import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const FILE = 'src/base/channels.ts';
const page = readFileSync('docs/reference/channels.md', 'utf8');
const interfaces = ts
  .createSourceFile(FILE, readFileSync(FILE, 'utf8'), ts.ScriptTarget.Latest, true)
  .statements.filter(ts.isInterfaceDeclaration);

/** Returns the members of an interface, `?` included, with their types. */
function members(declaration: ts.InterfaceDeclaration | undefined): readonly (readonly [string, string])[] {
  return [...(declaration?.members ?? [])].filter(ts.isPropertySignature).map((member) => {
    const name = (member.name as ts.Identifier | ts.StringLiteral).text;
    return [member.questionToken === undefined ? name : `${name}?`, member.type?.getText() ?? ''];
  });
}

/** Returns the rows of the first table below a heading, as their first two cells without backticks. */
function rows(heading: string): readonly (readonly [string, string])[] {
  const section = page.slice(page.indexOf(`\n${heading}\n`) + heading.length + 2).split(/\n#+ /)[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \| ([^|]+?) \|/gm)].map(([, name = '', second = '']) => [
    name,
    second.replaceAll('`', ''),
  ]);
}

const named = (name: string) => interfaces.find((declaration) => declaration.name.text === name);
const messages = interfaces
  .filter(({ heritageClauses }) => heritageClauses?.some((clause) => /\bOfApp\b/.test(clause.getText())))
  .map(({ name }) => name.text);

describe('docs/reference/channels.md', () => {
  it('has every channel with the type of its message, and no other', () => {
    const channels = members(named('ChannelMessages'));
    expect(channels.length).toBeGreaterThan(0);
    expect(rows('## Names')).toEqual(channels);
  });

  it('has a section for every type of message, and no other', () => {
    const sections = [...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(messages);
  });

  it.each(messages)('has every field of %s, and no other', (name) => {
    const fields = members(named(name)).map(([field]) => field);
    expect(fields.length).toBeGreaterThan(0);
    expect(rows(`### ${name}`).map(([field]) => field)).toEqual(fields);
  });

  it('says that every message has `app`', () => {
    expect(members(named('OfApp')).map(([field]) => field)).toEqual(['app']);
    expect(page).toContain('Each message has `app`');
  });
});
