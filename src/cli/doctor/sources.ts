import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { relativeTo } from '../../inspect/locate.js';
import type { AppPlan } from '../../plan/types.js';
import { findMain } from '../app.js';
import { findInstalled, isModule } from '../packages.js';
import { isTypeScript } from '../typescript.js';
import { type Finding, failure, warning } from './finding.js';

/** `await` at the beginning of a line, or as the value of a declaration there. */
const TOP_LEVEL_AWAIT = /^(?:(?:export\s+)?(?:const|let|var)\s[^=\n]*=\s*)?await\b/m;

/** Checks that the file that starts the application may await at its top level; no finding without such a file. */
export async function checkMain(cwd: string): Promise<readonly Finding[]> {
  const main = await findMain(cwd, undefined).catch(() => null);
  if (main === null || !isTypeScript(main) || isModule(main)) return [];
  if (!TOP_LEVEL_AWAIT.test(await readFile(main, 'utf8'))) return [];
  const fact = `${relativeTo(cwd, main)} awaits at its top level, which only ES modules can`;
  return [failure('module', fact, 'npm pkg set type=module')];
}

const GATEWAY = /^@(?:[\w$]+\.)?Gateway\s*\([\s\S]*?\bclass\s+([\w$]+)/gm;

/**
 * Finds classes with `@Gateway` that no application lists: the given plan does not have them, no list names them, and no
 * file that another call of `createApp` may take them from imports theirs. Files are searched as text, in the folder of the application and
 * below; tests are passed over.
 *
 * @param app - absolute path of the application
 * @returns nothing where another application has imports that cannot be followed
 */
export async function checkGateways(app: string, plan: AppPlan, cwd: string): Promise<readonly Finding[]> {
  const listed = new Set(plan.namespaces.flatMap(({ gateways }) => gateways.map(({ name }) => name)));
  const sources = await readSources(dirname(app));
  const reached = reachedFrom(
    sources.filter(({ path, text }) => path !== app && text.includes('createApp(')),
    sources,
  );
  if (reached === null) return [];
  // Some list a gateway under a condition, such as a variable of the environment.
  const named = new Set(sources.flatMap(({ text }) => namesIn(text)));
  return sources.flatMap((source) =>
    [...source.text.matchAll(GATEWAY)].flatMap(({ 1: name = '', index }) => {
      if (listed.has(name) || named.has(name) || reached.has(source)) return [];
      const line = source.text.slice(0, index).split('\n').length;
      const fact = `${name} (${relativeTo(cwd, source.path)}:${line}) is in no application, so nobody can reach it`;
      return [warning('gateways', fact, `list it: createApp({ gateways: [… ${name}] })`)];
    }),
  );
}

const LIST = /\[([^[\]]*)\]/g;

/** Finds the words between brackets, as in a list of gateways. */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(LIST)].flatMap(({ 1: list = '' }) => list.match(/[\w$]+/g) ?? []);
}

/**
 * Follows imports from files, and from those that import them: an application may be made by a function that is given
 * its gateways.
 *
 * @returns null when one of them has imports that cannot be followed
 */
function reachedFrom(starts: readonly Source[], sources: readonly Source[]): ReadonlySet<Source> | null {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const imports = new Map(sources.map((source) => [source, importsOf(source, byPath)]));
  const importers = (of: Source) => sources.filter((source) => imports.get(source)?.includes(of));
  const reached = closure(closure(starts, importers), (of) =>
    (imports.get(of) ?? []).filter((found) => found !== UNKNOWN),
  );
  return [...reached].some((source) => imports.get(source)?.includes(UNKNOWN)) ? null : reached;
}

function closure(starts: Iterable<Source>, next: (source: Source) => Iterable<Source>): Set<Source> {
  const found = new Set(starts);
  for (const source of found) for (const other of next(source)) found.add(other);
  return found;
}

/** Stands for an import that may lead to any file. */
const UNKNOWN: Source = { path: '', text: '' };
const IMPORT = /\b(?:from|import|require)\s*\(?\s*(['"`])([^'"`\n]+)\1/g;
const COMPUTED_IMPORT = /\b(?:import|require)\s*\(\s*(?!['"])/;

/** Finds the files that a file imports. Imports of packages lead to none of them. */
function importsOf({ path, text }: Source, byPath: ReadonlyMap<string, Source>): readonly Source[] {
  const found = [...text.matchAll(IMPORT)].flatMap(({ 2: name = '' }) => {
    if (!name.startsWith('.')) return isPackage(name, path) ? [] : [UNKNOWN];
    const target = join(dirname(path), name);
    const known = candidates(target).flatMap((one) => byPath.get(one) ?? [])[0];
    return known ?? (/\.(?:json|css|sql|html)$/.test(name) ? [] : [UNKNOWN]);
  });
  return COMPUTED_IMPORT.test(text) ? [...found, UNKNOWN] : found;
}

/** Tells a package, or a module of Node, from a path that tsconfig.json or package.json gives a name. */
function isPackage(name: string, from: string): boolean {
  const [scope = '', rest = ''] = name.split('/');
  return (
    isBuiltin(name) ||
    findInstalled(scope.startsWith('@') ? `${scope}/${rest}` : scope, dirname(from)) !== null
  );
}

/** Lists the files that an import may mean: TypeScript takes `.js` for `.ts`. */
function candidates(target: string): readonly string[] {
  const bare = target.replace(/\.([cm]?)[jt]sx?$/, '');
  return ['.ts', '.tsx', '.mts', '.cts', '/index.ts', '/index.mts', '/index.cts'].map((end) =>
    join(`${bare}${end}`),
  );
}

interface Source {
  readonly path: string;
  readonly text: string;
}

const SOURCE = /(?<!\.d|\.test|\.spec)\.[cm]?tsx?$/;
const FOREIGN = /[\\/](?:node_modules|dist|build|\.[^\\/]*)(?:[\\/]|$)/;
const MAX_FILES = 5_000;

/** Reads the TypeScript files of a folder and below, at most 5000. */
async function readSources(folder: string): Promise<readonly Source[]> {
  const names = await readdir(folder, { recursive: true });
  const paths = names.filter((name) => SOURCE.test(name) && !FOREIGN.test(`/${name}`)).slice(0, MAX_FILES);
  const sources: Source[] = [];
  for (const path of paths.sort().map((name) => join(folder, name))) {
    sources.push({ path, text: await readFile(path, 'utf8') });
  }
  return sources;
}
