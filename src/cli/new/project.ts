import type { NewFile } from '../files.js';
import type { OwnManifest } from '../own-package.js';
import { isTest, packagesFor } from './dependencies.js';
import { projectReadme } from './readme.js';
import type { TemplateFile } from './template.js';

/**
 * Makes a project of a template: the files of the example below src/, and what a project needs around them.
 *
 * @param name - of the package
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
    // npm asks about every script that would run on installing. That of esbuild, which tsx brings, is not needed.
    allowScripts: { esbuild: false },
  };
}

function scriptsFor(sources: readonly TemplateFile[]): Readonly<Record<string, string>> {
  // The shell fills in the names for Node 20, whose test runner knows no patterns.
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

/** Folders that have compiler options of their own, such as what runs in the browser. */
function ownConfigs(sources: readonly TemplateFile[]): readonly string[] {
  return sources
    .filter(({ path }) => path.endsWith('/tsconfig.json'))
    .map(({ path }) => `src/${folderOf(path).slice(0, -1)}`)
    .sort();
}

/** `page/`, or nothing for a file that lies in no folder. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** The format of the examples. Decorated parameters have to be allowed, and imports of injected classes have to stay. */
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

/** As `biome check` wants it: lists of words on one line. */
function json(value: object): string {
  const text = JSON.stringify(value, null, 2);
  const dense = text.replace(SHORT_LIST, (_, words: string) => `[${words.replace(/\s+/g, ' ')}]`);
  return `${dense}\n`;
}
