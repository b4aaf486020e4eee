import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { findApp } from '../find-app.js';

/** What `add` has to know about the project that it writes into. */
export interface Project {
  /** Absolute folder of the new files. */
  readonly folder: string;
  /** The file of the application, or null when there is none yet. */
  readonly app: string | null;
  /** The module that tests take `test` from. */
  readonly testImport: 'node:test' | 'vitest' | '@jest/globals';
  /** Packages that the new files import and that are not installed. */
  readonly missing: readonly string[];
}

/**
 * Looks at a project. New files go beside the application, where others already are.
 *
 * @param named - the value of `--folder`
 */
export async function readProject(cwd: string, named: string | undefined): Promise<Project> {
  const app = await findApp(cwd, undefined).catch(() => null);
  const folder = named === undefined ? await usualFolder(cwd, app) : resolve(cwd, named);
  return {
    folder,
    app: app !== null && /\.[cm]?ts$/.test(app) ? app : null,
    testImport: await runnerOf(cwd),
    missing: ['gatewire', 'socket.io-client', 'zod'].filter((name) => !isInstalled(name, cwd)),
  };
}

async function usualFolder(cwd: string, app: string | null): Promise<string> {
  // What is compiled lies in a folder that the next build empties.
  if (app !== null && /\.[cm]?ts$/.test(app)) return dirname(app);
  const src = join(cwd, 'src');
  const hasSrc = await stat(src).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return hasSrc ? src : cwd;
}

/** The test runner that the project has; Node's own, which needs nothing, when it has none. */
async function runnerOf(cwd: string): Promise<Project['testImport']> {
  const text = await readFile(join(cwd, 'package.json'), 'utf8').catch(() => '{}');
  const installed = /"(vitest|jest|@jest\/globals)"\s*:/.exec(text)?.[1];
  if (installed === undefined) return 'node:test';
  return installed === 'vitest' ? 'vitest' : '@jest/globals';
}

function isInstalled(name: string, cwd: string): boolean {
  const { resolve: find } = createRequire(join(cwd, 'package.json'));
  try {
    find(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}
