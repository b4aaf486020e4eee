import { posix } from 'node:path';
import type { NewFile } from '../files.js';
import type { OwnManifest } from '../packages.js';
import { containerFiles } from './container.js';
import type { PackageManager } from './package-manager.js';
import { projectReadme } from './readme.js';
import { hasPage, isTest, packagesFor, type TemplateFile } from './template.js';

/** Parts that a project is made of. */
export interface ProjectParts {
  /** Name of the package. */
  readonly name: string;
  /** Name of the example. */
  readonly template: string;
  /** Files of the example. */
  readonly files: readonly TemplateFile[];
  readonly manager: PackageManager;
  /** gatewire's package.json, for the versions. */
  readonly own: OwnManifest;
}

/** Files of an example that belong beside package.json and not below src/. */
const OUTSIDE = new Set(['compose.yaml', 'nginx.conf']);

/**
 * Makes the files of a project: those of the example below src/, those that examples share beside it, and those that a
 * project needs around them.
 */
export function projectFiles({ name, template, files, manager, own }: ProjectParts): readonly NewFile[] {
  const [readme] = files.filter(({ path }) => path === 'README.md');
  const outside = files.filter(({ path }) => OUTSIDE.has(path));
  const sources = files.filter(({ path }) => path !== 'README.md' && !OUTSIDE.has(path));
  const scripts = scriptsFor(sources);
  const text = readme?.content.toString() ?? '';
  const repository = own.repository.url.replace(/^git\+|\.git$/g, '');
  const around: readonly NewFile[] = [
    { path: 'package.json', content: json(packageJson(name, scripts, sources, own)) },
    { path: 'tsconfig.json', content: json(tsconfig(sources)) },
    { path: 'tsconfig.build.json', content: json(buildConfig(sources)) },
    { path: 'biome.json', content: json(BIOME) },
    { path: '.gitignore', content: 'node_modules/\ndist/\ncoverage/\n.env\n*.log\n' },
    ...containerFiles(manager),
    { path: 'README.md', content: projectReadme({ name, template, text, scripts, manager, repository }) },
  ];
  return [
    ...around.filter(({ path }) => !outside.some((file) => file.path === path)),
    ...outside,
    ...sources.map(({ path, content }) => ({ path: posix.join('src', path), content })),
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
    build: `tsc -p tsconfig.build.json${hasPage(sources) ? ' && vite build src/page' : ''}`,
    'start:prod': 'node --enable-source-maps dist/main.js',
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

/** Returns the settings of `build`: tests and code for browsers stay out of dist/. */
function buildConfig(sources: readonly TemplateFile[]): object {
  return {
    extends: './tsconfig.json',
    compilerOptions: { noEmit: false, rootDir: 'src', outDir: 'dist', sourceMap: true },
    exclude: ['src/**/*.test.ts', ...ownConfigs(sources)],
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
  files: { includes: ['**', '!**/*.md', '!dist'] },
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
