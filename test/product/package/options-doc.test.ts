import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { BootError, createApp, Gateway, type Limits } from '../../../src/index.js';
import { DEFAULT_LIMITS } from '../../../src/runtime/limits.js';

/** The cells of the table below a heading of a page, without its head. */
function table(page: string, head: string): readonly (readonly string[])[] {
  const lines = readFileSync(page, 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith(head));
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end).map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
}

/** The first column of a table, as the name of what is in the backticks. */
function names(page: string, head: string): readonly string[] {
  return table(page, head).map(([cell = '']) => /^`(\w+)/.exec(cell)?.[1] ?? cell);
}

/** The members of an interface, as its source has them. */
function members(file: string, name: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  return (found?.members ?? []).map((member) => (member.name as ts.Identifier).text);
}

/** The members of a class that applications may use. */
function publicMembers(file: string, name: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = source.statements.find(
    (statement): statement is ts.ClassDeclaration =>
      ts.isClassDeclaration(statement) && statement.name?.text === name,
  );
  return (found?.members ?? [])
    .filter((member) => !/@internal/.test(member.getFullText()))
    .flatMap(({ name: member }) => (member !== undefined && ts.isIdentifier(member) ? [member.text] : []));
}

@Gateway('/')
class Nothing {}

const accepts = (limit: string, value: number): boolean => {
  try {
    createApp({ gateways: [Nothing], limits: { [limit]: value }, logger: false }).plan();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(BootError);
    return false;
  }
};

const OPTIONS = 'docs/reference/options.md';
const DECORATORS = 'docs/reference/decorators.md';

describe('docs/reference/options.md', () => {
  it('has every option of createApp, and no other', () => {
    expect(names(OPTIONS, '| option |')).toEqual(members('src/app/options.ts', 'AppOptions'));
  });

  it('has every member of App, and no other', () => {
    expect([...names(OPTIONS, '| member |')].sort()).toEqual(publicMembers('src/app/app.ts', 'App').sort());
  });

  it('has every limit with its default, and no other', () => {
    const documented = table(OPTIONS, '| limit |').map(([name = '', value = '']) => [
      name.slice(1, -1),
      Number.parseInt(value, 10),
    ]);
    expect(Object.fromEntries(documented)).toEqual(DEFAULT_LIMITS);
    expect(documented).toHaveLength(Object.keys(DEFAULT_LIMITS satisfies Limits).length);
  });

  it('has the range that each limit accepts', () => {
    for (const [cell = '', , range = ''] of table(OPTIONS, '| limit |')) {
      const limit = cell.slice(1, -1);
      const [from = Number.NaN, to = Number.NaN] = range.split(' to ').map(Number);
      const values = [from - 1, from, from + 0.5, to, to + 1];
      expect([limit, ...values.map((value) => accepts(limit, value))]).toEqual([
        limit,
        false,
        true,
        false,
        true,
        false,
      ]);
    }
  });
});

describe('docs/reference/decorators.md', () => {
  it('has every option of @RateLimit and @Concurrency, and no other', () => {
    expect(names(DECORATORS, '| option of `@RateLimit` |')).toEqual(
      members('src/middleware/rate-limit/rate-limit.ts', 'RateLimitOptions'),
    );
    expect(names(DECORATORS, '| option of `@Concurrency` |')).toEqual(
      members('src/middleware/concurrency/concurrency.ts', 'ConcurrencyOptions'),
    );
  });

  it('has every option of @Gateway and @OnEvent, and no other', () => {
    expect(names(DECORATORS, '| option of `@Gateway` |')).toEqual(
      members('src/decorators/gateway.ts', 'GatewayOptions'),
    );
    expect(names(DECORATORS, '| option of `@OnEvent` |')).toEqual(
      members('src/decorators/handlers.ts', 'OnEventOptions'),
    );
  });
});
