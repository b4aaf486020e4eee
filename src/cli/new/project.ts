import type { NewFile } from '../files.js';
import type { OwnManifest } from '../packages.js';
import { isTest, packagesFor, type TemplateFile } from './template.js';

/**
 * Makes the files of a project: those of the example below src/, and those that a project needs around them.
 *
 * @param name - name of the package
 * @param own - gatewire's package.json, for the versions
 */
export function projectFiles(
  name: string,
  template: readonly TemplateFile[],
  own: OwnManifest,
): readonly NewFile[] {
  const isReadme = ({ path }: TemplateFile): boolean => path === 'README.md';
  const sources = template.filter((file) => !isReadme(file));
  const readme = template.find(isReadme)?.content.toString() ?? '';
  const scripts = scriptsFor(sources);
  return [
    { path: 'package.json', content: json(packageJson(name, scripts, sources, own)) },
    { path: 'tsconfig.json', content: json(tsconfig(sources)) },
    { path: 'biome.json', content: json(BIOME) },
    { path: '.gitignore', content: 'node_modules/\ndist/\ncoverage/\n.env\n*.log\n' },
    { path: 'README.md', content: projectReadme(readme, name, scripts) },
    ...sources.map(({ path, content }) => ({ path: `src/${path}`, content })),
  ];
}

function packageJson(
  name: string,
  scripts: Readonly<Record<string, string>>,
  sources: readonly TemplateFile[],
  own: OwnManifest,
): object {
  return {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: own.engines,
    scripts,
    ...packagesFor(sources, own),
    // npm asks about every install script. That of esbuild, which tsx brings, is not needed.
    allowScripts: { esbuild: false },
  };
}

function scriptsFor(sources: readonly TemplateFile[]): Readonly<Record<string, string>> {
  // Patterns for the shell: the test runner of Node 20 has none of its own.
  const tests = new Set(sources.filter(({ path }) => isTest(path)).map(({ path }) => folderOf(path)));
  const patterns = [...tests].sort().map((folder) => `src/${folder}*.test.ts`);
  return {
    start: 'node --import tsx src/main.ts',
    dev: 'gatewire dev',
    test: `node --import tsx --test ${patterns.join(' ') || 'src/*.test.ts'}`,
    typecheck: ['tsc', ...ownConfigs(sources).map((folder) => `tsc -p ${folder}`)].join(' && '),
    lint: 'biome check',
  };
}

function tsconfig(sources: readonly TemplateFile[]): object {
  const elsewhere = ownConfigs(sources);
  return {
    compilerOptions: {
      target: 'es2022',
      module: 'nodenext',
      types: ['node'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      experimentalDecorators: true,
    },
    include: ['src'],
    ...(elsewhere.length === 0 ? {} : { exclude: elsewhere }),
  };
}

/** Lists the folders with a tsconfig.json of their own, such as those with code for browsers. */
function ownConfigs(sources: readonly TemplateFile[]): readonly string[] {
  return sources
    .filter(({ path }) => path.endsWith('/tsconfig.json'))
    .map(({ path }) => `src/${folderOf(path).slice(0, -1)}`)
    .sort();
}

/** Returns the folder of a path with its slash, `page/`; an empty text for a file at the top. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** Settings of the linter for the examples: decorated parameters are valid, and injected classes are imported as values. */
const BIOME = {
  files: { includes: ['**', '!**/*.md'] },
  formatter: { indentStyle: 'space', lineWidth: 110 },
  javascript: {
    formatter: { quoteStyle: 'single' },
    parser: { unsafeParameterDecoratorsEnabled: true },
  },
  linter: {
    rules: {
      style: { useImportType: 'off' },
      complexity: { useLiteralKeys: 'off' },
      correctness: { noVoidTypeReturn: 'off' },
    },
  },
};

const SHORT_LIST = /\[\s+("[^"\]]*"(?:,\s+"[^"\]]*")*)\s+\]/g;

/** Writes JSON as `biome check` expects it: short lists on one line. */
function json(value: object): string {
  const text = JSON.stringify(value, null, 2);
  const dense = text.replace(SHORT_LIST, (_, words: string) => `[${words.replace(/\s+/g, ' ')}]`);
  return `${dense}\n`;
}

/** Marks around the parts of an example's README that are about this repository only. */
const REPOSITORY = /<!-- repository -->\n[\s\S]*?<!-- \/repository -->\n*/;
const ALL_REPOSITORY = new RegExp(REPOSITORY, 'g');
const LINK_OUT = /\[([^\]]+)\]\((?:\.\.\/)[^)]*\)/g;

/**
 * Turns the README of an example into that of a project: it is started in another way, and links to files outside of
 * the example's folder are removed.
 *
 * @param text - README.md of the example
 * @param scripts - `scripts` of package.json
 */
function projectReadme(text: string, name: string, scripts: Readonly<Record<string, string>>): string {
  const [, ...rest] = text.split('\n');
  const start = startOf(scripts);
  const body = rest.join('\n').trim();
  const withStart = REPOSITORY.test(body) ? body.replace(REPOSITORY, () => start) : `${start}${body}`;
  return `# ${name}\n\n${withStart.replace(ALL_REPOSITORY, '').replace(LINK_OUT, '$1').trim()}\n`;
}

const MEANINGS: Readonly<Record<string, string>> = {
  start: 'starts the server and prints its URL; `PORT` chooses another port',
  dev: 'the same, and again whenever a file changes',
  test: 'runs the tests, with the real server and real clients',
  typecheck: 'checks the types',
  lint: 'checks the code; `npm run lint -- --write` fixes what it can',
};

function startOf(scripts: Readonly<Record<string, string>>): string {
  const rows = Object.keys(scripts).map((script) => {
    const command = script === 'start' || script === 'test' ? `npm ${script}` : `npm run ${script}`;
    return `| \`${command}\` | ${MEANINGS[script] ?? ''} |`;
  });
  return [
    '```sh',
    'npm install',
    'npm run dev',
    '```',
    '',
    '| command | what it does |',
    '| --- | --- |',
    ...rows,
    '| `npx gatewire events` | lists what the server listens to |',
    '| `npx gatewire add gateway NAME` | writes a gateway and its test |',
    '| `npx gatewire doctor` | looks for what goes wrong most often |',
    '',
    '',
  ].join('\n');
}
