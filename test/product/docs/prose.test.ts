import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** Texts of a folder, by the paths of their files. */
function textsBelow(folder: string, ending: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !/(^|[\\/])(api|node_modules)[\\/]/.test(name))
    .map((name) => path.join(folder, name));
  return new Map(names.map((name) => [name, readFileSync(name, 'utf8')]));
}

const FENCE = /^```[\s\S]*?^```$/gm;
const NAME = /[A-Za-z_$][\w$]*/g;
const namesIn = (text: string): readonly string[] => text.match(NAME) ?? [];

const pages = new Map([...textsBelow('docs', '.md'), ['README.md', readFileSync('README.md', 'utf8')]]);
/** Names in our source, comments included: what applications use is all there. */
const known = new Set([...textsBelow('src', '.ts').values()].flatMap(namesIn));

/** Names of other programs and of the platform that pages speak of. */
const FOREIGN = new Set(
  `
  ChatError ChatTopics ChatMessageSend ChatMessageSendAck chatMessageSendAck toStandardJsonSchema
  EmitOnFail EmitOnSuccess HttpOnly Infinity Lax LimitNOFILE SameSite Secure Strict
  Hn changeOrigin extensionsToTreatAsEsm forwardedHeaders injectGlobals legacyDecorator monitorEventLoopDelay preClose
  transformIgnorePatterns
  `
    .trim()
    .split(/\s+/),
);

/** The names in a span that can be told from plain words: of several words, of types, of members, and of calls. */
const apisIn = (span: string): readonly string[] => [
  ...namesIn(span).filter((name) => /[a-z][A-Z]|^[A-Z][a-z]/.test(name)),
  ...[...span.matchAll(/\b(?:app|ctx|emitter|server|socket|publisher)\.([a-z]\w*)|\b([a-z]\w*)\(/g)].map(
    ([, member, call]) => member ?? call ?? '',
  ),
];

/** The spans of code in the prose of a page. Tables of other libraries have our names in all cells but the first. */
function spansOf(page: string, text: string): readonly string[] {
  const isOfOther = page.includes('coming-from');
  const prose = text.replace(FENCE, '');
  const ours = isOfOther ? prose.replace(/^\| .*? \|/gm, '').replace(/^(?!\|).*$/gm, '') : prose;
  return [...ours.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
}

describe('prose', () => {
  it('names what is in the source, or in the list of foreign names', () => {
    const unknown = [...pages].flatMap(([page, text]) => {
      const own = new Set((text.match(FENCE) ?? []).flatMap(namesIn));
      const isKnown = (name: string): boolean => known.has(name) || own.has(name) || FOREIGN.has(name);
      return (
        spansOf(page, text)
          // Headers of HTTP, and schemas of zod and valibot.
          .filter((span) => !/^[\w-]+(-[A-Z]\w+)+|^\W*[A-Z][\w-]+: |^[zv]\./.test(span))
          .filter((span) => apisIn(span).some((name) => !isKnown(name)))
          .map((span) => `${page}: ${span}`)
      );
    });
    expect(unknown).toEqual([]);
  });

  it('names commands of gatewire that exist, with options that exist', () => {
    const commands = readdirSync('src/cli/commands').map((name) => name.replace('.ts', ''));
    const source = [...textsBelow('src/cli', '.ts').values()].join('\n');
    const isWrong = (span: string): boolean => {
      const [, command = '', rest = ''] = /^(?:npx )?gatewire ([a-z]+)(.*)$/.exec(span) ?? [];
      const options = [...rest.matchAll(/--([a-z-]+)/g)].map(([, option = '']) => option);
      const isOption = (option: string): boolean => new RegExp(`['"]?\\b${option}\\b['"]?:`).test(source);
      return command !== '' && !(commands.includes(command) && options.every(isOption));
    };
    const wrong = [...pages].flatMap(([page, text]) =>
      [...text.matchAll(/`([^`\n]+)`/g)]
        .filter(([, span = '']) => isWrong(span))
        .map(([span]) => `${page}: ${span}`),
    );
    expect(wrong).toEqual([]);
  });

  it('names files of the repository that exist', () => {
    const files = [...pages].flatMap(([page, text]) =>
      [...text.replace(FENCE, '').matchAll(/`((?:test|bench|examples|scripts)\/[\w./-]+)`/g)].map(
        ([, file = '']) => ({ page, file }),
      ),
    );
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter(({ file }) => !existsSync(file) && !existsSync(`${file}.test.ts`))).toEqual([]);
  });

  it('has the titles of pages in docs/README.md', () => {
    const rows = [...(pages.get('docs/README.md') ?? '').matchAll(/^\| \[([^\]]+)\]\(([^)]+)\)/gm)];
    const different = rows.filter(([, title = '', file = '']) => {
      const [, heading] =
        /^# (?:Coming from )?(.+)$/m.exec(readFileSync(path.join('docs', file), 'utf8')) ?? [];
      return heading !== undefined && heading !== title;
    });
    expect(different.map(([, title]) => title)).toEqual([]);
  });

  it.each([
    ['a subject without a noun', /(?:^|[.:;|] )(?:- )?Who (?![^.|\n]*\?)/m],
    ['an object without a noun', /\b(?:of|to|for|by|with|from|than|away) who\b/],
    ['riddles', /\bwhoever\b|\bfor ever\b|\ball the same\b|\bof before\b|\bhears? (?:nothing )?of it\b/i],
    ['a server that speaks', /\b(?:is|are) told\b|\bsays so\b|\bhas (?:a|no) say\b/],
    ['conclusions that are left to the reader', /\bis up to (?!\d)/],
    ['a test as the subject', /\bA test has\b/],
    // The time limit of a client's call is `timeout(ms).call(…)`; only calls of the server take it as an argument.
    ['a time limit among the arguments of a client', /`(?:\w+\.)?call\([^)`]*timeoutMs/],
    ['a page that goes on', /\bYou go on\b|\bwhere nothing else is said\b/],
  ])('is without %s', (_, habit) => {
    const found = [...pages].flatMap(([page, text]) =>
      text
        .replace(FENCE, (block) => block.replace(/[^\n]/g, ''))
        .split('\n')
        .flatMap((line, index) => (habit.test(line) ? [`${page}:${index + 1}: ${line}`] : [])),
    );
    expect(found).toEqual([]);
  });
});
