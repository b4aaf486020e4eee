import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** Folders and files of src, lowest first; those of one row do not know each other. */
const LEVELS: readonly (readonly string[])[] = [
  ['contract', 'errors'],
  ['base'], // what every layer may use and nobody owns
  ['client', 'stores'],
  ['metadata'],
  ['decorators', 'plan', 'transport'],
  ['runtime'],
  ['topics'],
  ['nodes', 'middleware', 'inspect'], // inspect reads plans only
  ['kit.ts'],
  ['app', 'app.ts'], // the root: the only place that knows everything
  ['testing'],
  ['cli'],
];

/** Files of base/ that the client may use. */
const BROWSER_SAFE = ['backoff', 'deadline', 'redact', 'reserved-names', 'suggest', 'thenable'].map(
  (name) => `base/${name}.ts`,
);

const root = path.resolve('src');
const MAX_LINES = 400;

interface SourceFile {
  readonly name: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const files: readonly SourceFile[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const text = readFileSync(path.join(root, name), 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target = '']) => target);
    return { name: name.replaceAll('\\', '/'), text, imports };
  });

const areaOf = (name: string): string => name.split('/')[0] as string;
const levelOf = (name: string): number => LEVELS.findIndex((level) => level.includes(areaOf(name)));
const resolve = (from: string, target: string): string =>
  path.posix.join(path.posix.dirname(from), target).replace(/\.js$/, '.ts');

/** What each file reads as soon as it is read itself. */
function staticImports(): ReadonlyMap<string, readonly string[]> {
  return new Map(
    files.map(({ name, text }) => [
      name,
      [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)'/gm)].map(([, target = '']) =>
        resolve(name, target),
      ),
    ]),
  );
}

describe('the architecture', () => {
  it('knows every folder', () => {
    const unknown = files.filter(({ name }) => name !== 'index.ts' && levelOf(name) === -1);
    expect(unknown.map(({ name }) => name)).toEqual([]);
  });

  it('has dependencies that point down only', () => {
    const wrong = files
      .filter(({ name }) => name !== 'index.ts')
      .flatMap(({ name, imports }) =>
        imports
          .filter((target) => target.startsWith('.'))
          .map((target) => resolve(name, target))
          .filter((target) => areaOf(target) !== areaOf(name) && levelOf(target) >= levelOf(name))
          .map((target) => `${name} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it('keeps what runs in browsers free of servers', () => {
    const packages: Readonly<Record<string, readonly string[]>> = {
      contract: ['@standard-schema/spec'],
      client: ['socket.io-client'],
    };
    const runsInBrowsers = (name: string): boolean =>
      ['contract', 'errors', 'client'].includes(areaOf(name)) || BROWSER_SAFE.includes(name);
    const isAllowed = (name: string, target: string): boolean =>
      target.startsWith('.')
        ? runsInBrowsers(resolve(name, target))
        : (packages[areaOf(name)] ?? []).includes(target);
    const wrong = files
      .filter(({ name }) => runsInBrowsers(name))
      .flatMap(({ name, imports }) =>
        imports.filter((target) => !isAllowed(name, target)).map((target) => `${name}: ${target}`),
      );
    expect(wrong).toEqual([]);
    expect(BROWSER_SAFE.filter((name) => !files.some((file) => file.name === name))).toEqual([]);
  });

  it('compiles plans without socket.io or inversify', () => {
    const wrong = files.filter(
      ({ name, imports }) =>
        areaOf(name) === 'plan' && imports.some((target) => /^(socket\.io|inversify)/.test(target)),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('has no circles of imports', () => {
    const graph = staticImports();
    const circles: string[] = [];
    const visit = (name: string, trail: readonly string[]): void => {
      if (trail.includes(name)) circles.push([...trail.slice(trail.indexOf(name)), name].join(' -> '));
      else if (trail.length < 30) for (const next of graph.get(name) ?? []) visit(next, [...trail, name]);
    };
    for (const name of ['index.ts', 'client/index.ts', 'testing/index.ts']) visit(name, []);
    expect([...new Set(circles)]).toEqual([]);
  });

  it('reads nothing at the start of a server that only describes it', () => {
    const graph = staticImports();
    const reached = new Set<string>();
    const visit = (name: string): void => {
      if (reached.has(name)) return;
      reached.add(name);
      for (const next of graph.get(name) ?? []) visit(next);
    };
    visit('index.ts');
    expect(reached.size).toBeGreaterThan(50);
    expect([...reached].filter((name) => ['inspect', 'testing', 'cli'].includes(areaOf(name)))).toEqual([]);
  });

  it('reads no library of tokens or cookies before somebody imports what needs it', () => {
    const heavy = /from '(jose|cookie|cookie-signature)'/;
    const users = files.filter(({ text }) => heavy.test(text)).map(({ name }) => name);
    expect(users.map((name) => name.split('/').slice(0, 2).join('/'))).toEqual(
      users.map((name) => (name.includes('/jwt/') ? 'middleware/jwt' : 'middleware/session')),
    );
    const graph = staticImports();
    const reached = new Set<string>();
    const visit = (name: string): void => {
      if (reached.has(name)) return;
      reached.add(name);
      for (const next of graph.get(name) ?? []) visit(next);
    };
    visit('index.ts');
    expect(users.length).toBeGreaterThan(1);
    expect(users.filter((name) => reached.has(name))).toEqual([]);
  });

  it('sends acknowledgements from one file', () => {
    const senders = files.filter(({ text }) => /\bsend\(\.\.\./.test(text));
    expect(senders.map(({ name }) => name)).toEqual(['runtime/reply.ts']);
  });

  it('names private members of socket.io in one file', () => {
    const members = /\.(onevent|_anyListeners|_preConnectSockets|_nsps|emitUntyped)\b/;
    const users = files.filter(({ text }) => members.test(text));
    expect(
      users
        .map(({ name }) => name)
        .filter((name) => !/^runtime\/(socketio|internals(-\w+)?)\.ts$/.test(name)),
    ).toEqual([]);
  });

  it('has no file that nobody can read in one sitting', () => {
    const long = files.filter(({ text }) => text.split('\n').length > MAX_LINES);
    expect(long.map(({ name }) => name)).toEqual([]);
  });
});
