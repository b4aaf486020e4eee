import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { STACK, type StackPackage, stackRows } from '../../src/base/stack.js';

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
const BROWSER_SAFE = ['backoff', 'deadline', 'merge-patch', 'reserved-names', 'show', 'stack', 'suggest'].map(
  (name) => `base/${name}.ts`,
);

/** What breaks a rule below today. Nothing may be added to a list, and what no longer breaks its rule goes out of it. */
const LEFT = {
  circles: [],
  sideways: [],
  small: [],
} as const;

const root = path.resolve('src');
const MAX_LINES = 400;
/** Below this many lines a file needs two that import it, or it lives with its one. */
const MIN_LINES = 40;

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

type Graph = ReadonlyMap<string, readonly string[]>;

/** What each file imports by a statement, types included. */
const imported: Graph = new Map(
  files.map(({ name, text }) => [
    name,
    [...text.matchAll(/^(?:import|export)\b[^;]*? from '(\.[^']+)'/gm)].map(([, target = '']) =>
      resolve(name, target),
    ),
  ]),
);

/** What each file reads as soon as it is read itself. */
const read: Graph = new Map(
  files.map(({ name, text }) => [
    name,
    [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)'/gm)].map(([, target = '']) =>
      resolve(name, target),
    ),
  ]),
);

/** All files that are read when `name` is. */
function readWith(name: string, reached = new Set<string>()): ReadonlySet<string> {
  if (reached.has(name)) return reached;
  reached.add(name);
  for (const next of read.get(name) ?? []) readWith(next, reached);
  return reached;
}

/** Groups of files each of which imports all others, by way of others or not: Tarjan's algorithm. */
function circlesOf(graph: Graph): readonly (readonly string[])[] {
  const indexes = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (name: string): number => {
    const index = indexes.size;
    let low = index;
    indexes.set(name, index);
    stack.push(name);
    for (const next of graph.get(name) ?? []) {
      if (!indexes.has(next)) low = Math.min(low, visit(next));
      else if (stack.includes(next)) low = Math.min(low, indexes.get(next) as number);
    }
    if (low === index) {
      const circle = stack.splice(stack.indexOf(name));
      if (circle.length > 1 || graph.get(name)?.includes(name)) circles.push(circle);
    }
    return low;
  };
  for (const name of graph.keys()) if (!indexes.has(name)) visit(name);
  return circles;
}

/** Files that something outside of src names, and those that are read on demand, which cannot live with their importer. */
function entryPoints(): readonly string[] {
  const { exports, bin } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Readonly<Record<string, string | { readonly default: string }>>;
    bin: Readonly<Record<string, string>>;
  };
  const outputs = [
    ...Object.values(exports).map((entry) => (typeof entry === 'string' ? entry : entry.default)),
  ];
  const sources = [...outputs, ...Object.values(bin)].map((file) =>
    file.replace('./dist/', '').replace(/\.js$/, '.ts'),
  );
  const onDemand = files.flatMap(({ name, text }) =>
    [...text.matchAll(/\bimport\('(\.[^']+)'\)/g)].map(([, target = '']) => resolve(name, target)),
  );
  return [...sources, ...onDemand, 'cli/create.ts']; // the program of the package create-gatewire
}

/** Names of the members in the table. */
const TABLE: ReadonlySet<string> = new Set(
  (Object.keys(STACK) as StackPackage[]).flatMap((name) => stackRows(name).map(({ member }) => member)),
);

/** Files that reach undocumented members of the stack. */
const STACK_FILES = [
  'base/socketio-packages.ts',
  'client/internals.ts',
  'metadata/injections.ts',
  'nodes/adapter-check.ts',
  'nodes/cores/cluster-adapter.ts',
  'nodes/patch-adapter.ts',
  'nodes/redis/pub-sub.ts',
  'runtime/injection/container.ts',
  'runtime/server.ts',
  'runtime/socketio.ts',
  'transport/engineio-check.ts',
  'transport/engineio.ts',
  'transport/packet-decoder.ts',
  'transport/unmask.ts',
  'transport/websocket-engine.ts',
  'transport/websocket.ts',
];

/** Rows whose names other things have, too, or documented members. */
const HOMONYMS = [
  'addAll',
  'clientsCount',
  'disconnectSockets',
  'fetchSockets',
  'onClose',
  'remoteAddress',
  'serverCount',
  'serverSideEmit',
];
/** Members of other things that are called as undocumented ones of the stack, or begin as these do. */
const FOREIGN = ['_placeholder', '_zod', 'connectTimeout', 'handleRequest', 'handleUpgrade', 'onError'];

/** Names in the declarations of the packages that these declare as private, protected or internal. */
function undocumentedNames(): readonly string[] {
  const packages = ['socket.io', 'engine.io', 'socket.io-parser', 'socket.io-adapter', 'socket.io-client'];
  packages.push(...['redis', 'redis-streams', 'cluster'].map((kind) => `@socket.io/${kind}-adapter`));
  return packages.flatMap((name) => {
    const folder = `node_modules/${name}`;
    const declarations = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.d.ts') && !file.includes('node_modules'))
      .map((file) => readFileSync(path.join(folder, file), 'utf8'));
    const hidden = /\b(?:private|protected) (?:(?:static|abstract|readonly|get|set) )*(\w+)/g;
    const tagged = /@(?:private|protected|internal)\b[^/]*\*\/\s*(?:(?:readonly|get|set|abstract) )*(\w+)/g;
    return declarations.flatMap((text) =>
      [hidden, tagged].flatMap((pattern) => [...text.matchAll(pattern)].map(([, member = '']) => member)),
    );
  });
}

/** Tells whether a name is long enough that other things are called otherwise. */
function isTelling(member: string): boolean {
  return /[a-z][A-Z]|^_[a-z]/.test(member);
}

/** Members that a file reads or calls, by a dot, in brackets or by destructuring. */
function membersIn(text: string): readonly string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/ .*$/gm, '');
  const dotted = [...code.matchAll(/\.(\w+)\b|\['(\w+)'\]/g)].map(([, a, b]) => a ?? b ?? '');
  const destructured = [...code.matchAll(/(?:const|let) \{([^}=]*)\} =/g)].flatMap(([, list = '']) =>
    list.split(',').map((item) => item.replace(/:.*/s, '').trim()),
  );
  return [...new Set([...dotted, ...destructured])];
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

  it('has no circles of imports, also not of types', () => {
    const inCircles = circlesOf(imported).flat().sort();
    expect(inCircles.filter((name) => !(LEFT.circles as readonly string[]).includes(name))).toEqual([]);
  });

  it.each(['runtime', 'transport', 'nodes'])('has folders in %s that do not know each other', (area) => {
    const folderOf = (name: string): string | null => {
      const [first, folder, ...rest] = name.split('/');
      return first === area && rest.length > 0 ? (folder as string) : null;
    };
    const wrong = [...imported].flatMap(([name, targets]) =>
      targets
        .filter((target) => folderOf(target) !== null && folderOf(name) !== null)
        .filter((target) => folderOf(target) !== folderOf(name))
        .map((target) => `${name} imports ${target}`),
    );
    expect(wrong.filter((row) => !(LEFT.sideways as readonly string[]).includes(row))).toEqual([]);
  });

  it(`has files of fewer than ${MIN_LINES} lines only where two others import them`, () => {
    const entries = entryPoints();
    const importers = (name: string): number =>
      files.filter((file) => file.imports.some((target) => resolve(file.name, target) === name)).length;
    const small = files
      .filter(
        ({ name, text }) =>
          path.posix.basename(name) !== 'index.ts' &&
          !entries.includes(name) &&
          text.split('\n').length <= MIN_LINES,
      )
      .filter(({ name }) => importers(name) < 2)
      .map(({ name }) => name);
    expect(small.filter((name) => !(LEFT.small as readonly string[]).includes(name))).toEqual([]);
  });

  it('reads nothing at the start of a server that only describes it', () => {
    const reached = readWith('index.ts');
    expect(reached.size).toBeGreaterThan(50);
    expect([...reached].filter((name) => ['inspect', 'testing', 'cli'].includes(areaOf(name)))).toEqual([]);
  });

  it('reads no library of tokens or cookies before somebody imports what needs it', () => {
    const heavy = /from '(jose|cookie|cookie-signature)'/;
    const users = files.filter(({ text }) => heavy.test(text)).map(({ name }) => name);
    expect(users.map((name) => name.split('/').slice(0, 2).join('/'))).toEqual(
      users.map((name) => (name.includes('/jwt/') ? 'middleware/jwt' : 'middleware/session')),
    );
    const reached = readWith('index.ts');
    expect(users.length).toBeGreaterThan(1);
    expect(users.filter((name) => reached.has(name))).toEqual([]);
  });

  it('emits to clients from one file', () => {
    const comments = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
    // Events of Node's own emitters have fixed names: servers and sockets that are handed on, or taken apart at boot.
    const emits =
      /\.(emit\((?!'(connection|data|listening|close|error)')|emitWithAck\(|broadcast\(|broadcastWithAck\(|packet\(|to\([^)]*\)\.emit)/;
    const above = files.filter(
      ({ name }) => !['cli', 'client', 'testing', 'contract'].includes(areaOf(name)),
    );
    const users = above.filter(({ text }) => emits.test(text.replace(comments, '')));
    // engineio.ts repeats an event of a transport; socketio.ts repeats packets to a client that recovers.
    expect(users.map(({ name }) => name).sort()).toEqual([
      'runtime/send.ts',
      'runtime/socketio.ts',
      'transport/engineio.ts',
    ]);
  });

  it('sends acknowledgements from one file', () => {
    const senders = files.filter(({ text }) => /\bsend\(\.\.\./.test(text));
    expect(senders.map(({ name }) => name)).toEqual(['runtime/reply.ts']);
  });

  it('reaches undocumented members of the stack from few files, and none without a row in the table', () => {
    const hidden = new Set([...undocumentedNames(), ...TABLE].filter(isTelling));
    expect(hidden.size).toBeGreaterThan(100);
    const found = files.flatMap(({ name, text }) =>
      membersIn(text)
        .filter((member) => hidden.has(member) || /^_[a-z]/.test(member))
        .map((member) => ({ name, member })),
    );
    const rowless = found.filter(({ member }) => !TABLE.has(member) && !FOREIGN.includes(member));
    expect(rowless.filter(({ name }) => name !== 'transport/engineio-check.ts')).toEqual([]);
    const users = found.filter(({ member }) => TABLE.has(member) && !HOMONYMS.includes(member));
    expect(users.filter(({ name }) => !STACK_FILES.includes(name))).toEqual([]);
    expect(STACK_FILES.filter((file) => !users.some(({ name }) => name === file))).toEqual([]);
  });

  it('casts nothing to a type without a name, which would reach what has no row', () => {
    const users = files.filter(({ text }) => /\bas unknown as \{|\bas (unknown as )?any\b/.test(text));
    expect(users.map(({ name }) => name)).toEqual([]);
  });

  it('names private members of socket.io-client in one file', () => {
    const members = /\b(_readyState|_autoConnect|nsps|sendBuffer|acks|ids)\b/;
    const users = files.filter(({ name, text }) => areaOf(name) === 'client' && members.test(text));
    expect(users.map(({ name }) => name)).toEqual(['client/internals.ts']);
  });

  it('has no file that nobody can read in one sitting', () => {
    const long = files.filter(({ text }) => text.split('\n').length > MAX_LINES);
    expect(long.map(({ name }) => name)).toEqual([]);
  });
});
