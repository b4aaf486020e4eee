import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { relativeTo } from '../../inspect/locate.js';
import type { AppPlan } from '../../plan/types.js';
import { findMain } from '../app.js';
import { isModule } from '../packages.js';
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
 * Finds classes with `@Gateway` that no application lists: neither the given plan, nor a file that calls `createApp`.
 * Files are searched as text, in the folder of the application and below; tests are passed over.
 *
 * @param app - absolute path of the application
 */
export async function checkGateways(app: string, plan: AppPlan, cwd: string): Promise<readonly Finding[]> {
  const listed = new Set(plan.namespaces.flatMap(({ gateways }) => gateways.map(({ name }) => name)));
  const sources = await readSources(dirname(app));
  const applications = sources.filter(({ path, text }) => path !== app && text.includes('createApp('));
  return sources.flatMap(({ path, text }) =>
    [...text.matchAll(GATEWAY)].flatMap(({ 1: name = '', index }) => {
      const isListed = listed.has(name) || applications.some((other) => hasWord(other.text, name));
      if (isListed) return [];
      const line = text.slice(0, index).split('\n').length;
      const fact = `${name} (${relativeTo(cwd, path)}:${line}) is in no application, so nobody can reach it`;
      return [warning('gateways', fact, `list it: createApp({ gateways: [… ${name}] })`)];
    }),
  );
}

function hasWord(text: string, word: string): boolean {
  return text.split(/[^\w$]+/).includes(word);
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
