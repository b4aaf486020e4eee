import type { OwnManifest } from '../own-package.js';
import type { TemplateFile } from './template.js';

/** Packages with the ranges of versions that a project asks for. */
export interface Packages {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** gatewire, its peers, and tsx, which starts the project. */
const ALWAYS = ['gatewire', 'inversify', 'reflect-metadata', 'socket.io', 'tsx'];
const TOOLS = ['@biomejs/biome', '@types/node', 'typescript'];

/** A newer linter has newer opinions, and a project has to pass as it stands. */
const EXACT = new Set(['@biomejs/biome']);

/** Entry points that need optional peers. */
const BROUGHT_ALONG: Readonly<Record<string, readonly string[]>> = {
  'gatewire/client': ['socket.io-client'],
  'gatewire/redis': ['redis', '@socket.io/redis-adapter'],
  'gatewire/testing': ['socket.io-client'],
};

/** What a program imports; matched at the beginning of a line, so that texts and comments are left out. */
const IMPORT =
  /^(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
const NAME = /^(?:@[^/]+\/)?[^/]+/;

/**
 * Works out what a template needs: what its files import. The versions are those that gatewire itself is tested
 * with, so that nobody maintains a second list.
 *
 * @param own - gatewire's package.json
 */
export function packagesFor(files: readonly TemplateFile[], own: OwnManifest): Packages {
  const programs = files.filter(({ path }) => /\.[cm]?[jt]s$/.test(path));
  const needed = new Set([...ALWAYS, ...namesIn(programs.filter(({ path }) => !isTest(path)))]);
  const tools = new Set([...TOOLS, ...namesIn(programs.filter(({ path }) => isTest(path)))]);
  return {
    dependencies: ranges(needed, own),
    devDependencies: ranges(new Set([...tools].filter((name) => !needed.has(name))), own),
  };
}

/** Whether a file is a test. */
export function isTest(path: string): boolean {
  return /\.test\.[cm]?[jt]s$/.test(path);
}

function namesIn(files: readonly TemplateFile[]): readonly string[] {
  return files.flatMap(({ content }) =>
    [...content.toString().matchAll(IMPORT)]
      .map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '')
      .filter((target) => target !== '' && !/^(\.|\/|node:)/.test(target))
      .flatMap((target) => [NAME.exec(target)?.[0] ?? target, ...(BROUGHT_ALONG[target] ?? [])]),
  );
}

function ranges(names: ReadonlySet<string>, own: OwnManifest): Readonly<Record<string, string>> {
  const known: Readonly<Record<string, string>> = {
    ...own.devDependencies,
    ...own.peerDependencies,
    ...own.dependencies,
    gatewire: own.version,
  };
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const version = known[name] ?? '*';
      return [name, EXACT.has(name) ? version : rangeOf(version)];
    }),
  );
}

/** gatewire pins what it is developed with; a project takes what is compatible with it. */
function rangeOf(version: string): string {
  return /^\d/.test(version) ? `^${version}` : version;
}
