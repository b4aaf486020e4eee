import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suggest } from '../../base/suggest.js';
import { usageError } from '../errors.js';
import { OWN_FOLDER, type OwnManifest } from '../packages.js';

/** Example of gatewire that a project can begin with. */
export interface Template {
  readonly name: string;
  /** First sentence of its README. */
  readonly summary: string;
}

/** File of a template. */
export interface TemplateFile {
  /** Path from the folder of the example, with forward slashes; files that examples share begin with `../`. */
  readonly path: string;
  readonly content: Buffer;
}

/** Folder of the examples, which are the templates; the package contains it unchanged. */
const EXAMPLES = join(OWN_FOLDER, 'examples');

/** Lists the templates: every folder of examples/ that can be started. */
export function listTemplates(): readonly Template[] {
  const names = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'main.ts')));
  return names.sort().map((name) => ({ name, summary: summaryOf(name) }));
}

/**
 * Reads the files of a template.
 *
 * @throws {CliError} GW_ERR_CLI_USAGE when there is no such template
 */
export async function readTemplate(name: string): Promise<readonly TemplateFile[]> {
  const names = listTemplates().map((template) => template.name);
  if (!names.includes(name)) {
    const reason = `there is no template \`${name}\`; there are ${names.join(', ')}`;
    throw usageError('new', reason, suggest(name, names));
  }
  const files = await readFolder(join(EXAMPLES, name), '');
  return hasPage(files) ? [...files, ...(await readFolder(join(EXAMPLES, name), '../public/'))] : files;
}

/** Tells whether a template has a page, which Vite builds. */
export function hasPage(files: readonly TemplateFile[]): boolean {
  return files.some(({ path }) => path === 'page/vite.config.js');
}

/** Folders beside an example that are installed or built. */
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage']);

async function readFolder(root: string, below: string): Promise<readonly TemplateFile[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter(({ name }) => !SKIPPED.has(name))
      .map(async (entry): Promise<readonly TemplateFile[]> => {
        const path = `${below}${entry.name}`;
        if (entry.isDirectory()) return readFolder(root, `${path}/`);
        return [{ path, content: await readFile(join(root, path)) }];
      }),
  );
  return files.flat();
}

function summaryOf(name: string): string {
  const [, paragraph = ''] = readFileSync(join(EXAMPLES, name, 'README.md'), 'utf8').split(/\n\s*\n/);
  return /^[^.:]+/.exec(paragraph.replaceAll('\n', ' '))?.[0] ?? '';
}

/** Dependencies of a project, with version ranges. */
export interface Packages {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Dependencies of every project: gatewire and its peers. */
const ALWAYS = ['gatewire', 'inversify', 'reflect-metadata', 'socket.io'];
/** Development dependencies of every project. tsx runs it until it is built. */
const TOOLS = ['@biomejs/biome', '@types/node', 'tsx', 'typescript'];

/** Packages that sources name and that only development needs: sources load them with `import()`. */
const BUILD_TOOLS = new Set(['vite']);

/** Packages whose types are in another one. */
const TYPES: Readonly<Record<string, string>> = { express: '@types/express' };

/** Packages without a range: a newer linter has newer rules, and a new project has to pass. */
const EXACT = new Set(['@biomejs/biome']);

/** Optional peers that entry points need. */
const OPTIONAL_PEERS: Readonly<Record<string, readonly string[]>> = {
  'gatewire/client': ['socket.io-client'],
  'gatewire/redis': ['redis', '@socket.io/redis-adapter'],
  'gatewire/testing': ['socket.io-client'],
};

/** Pattern of an import; it begins a line, so that texts and comments do not match. */
const IMPORT =
  /^(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
const NAME = /^(?:@[^/]+\/)?[^/]+/;

/**
 * Lists the packages that the files of a template import. The versions are those that gatewire itself is tested with,
 * so that there is no second list.
 *
 * @param own - gatewire's package.json
 */
export function packagesFor(files: readonly TemplateFile[], own: OwnManifest): Packages {
  const programs = files.filter(({ path }) => /\.[cm]?[jt]s$/.test(path));
  const imported = [...ALWAYS, ...namesIn(programs.filter(({ path }) => !isTest(path)))];
  const needed = new Set(imported.filter((name) => !BUILD_TOOLS.has(name)));
  const tools = new Set([
    ...TOOLS,
    ...imported.flatMap((name) => TYPES[name] ?? name),
    ...namesIn(programs.filter(({ path }) => isTest(path))),
  ]);
  return {
    dependencies: ranges(needed, own),
    devDependencies: ranges(new Set([...tools].filter((name) => !needed.has(name))), own),
  };
}

/** Tells by its name whether a file is a test. */
export function isTest(path: string): boolean {
  return /\.test\.[cm]?[jt]s$/.test(path);
}

function namesIn(files: readonly TemplateFile[]): readonly string[] {
  return files.flatMap(({ content }) =>
    [...content.toString().matchAll(IMPORT)]
      .map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '')
      .filter((target) => target !== '' && !/^(\.|\/|node:)/.test(target))
      .flatMap((target) => [NAME.exec(target)?.[0] ?? target, ...(OPTIONAL_PEERS[target] ?? [])]),
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

/** Makes a range of a pinned version: gatewire pins its tools, a project takes compatible versions. */
function rangeOf(version: string): string {
  return /^\d/.test(version) ? `^${version}` : version;
}
