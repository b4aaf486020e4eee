import { writeSync } from 'node:fs';
import { renderProblem } from '../errors/boot-error.js';
import { relativeTo } from '../inspect/locate.js';
import type { AppPlan } from '../plan/types.js';
import { badApp, firstLineOf } from './bad-app.js';
import { findApp } from './find-app.js';
import { isReport } from './report.js';
import { readTypeScript } from './typescript.js';
import { type Exports, ImportRefused, watchedImport } from './watched-import.js';

/** An application that was imported and compiled, and not started. */
export interface LoadedApp {
  /** Its file, relative to the working directory. */
  readonly file: string;
  readonly plan: AppPlan;
  /** Socket.IO's server. */
  readonly io: unknown;
}

/**
 * Imports the application and compiles it. Nothing is started, and no port is opened.
 *
 * @param named - the value of `--app`
 * @throws {CliError} when there is none, or it cannot be imported
 * @throws {BootError} of the application, when it has problems
 */
export async function loadApp(cwd: string, named: string | undefined): Promise<LoadedApp> {
  const path = await findApp(cwd, named);
  const file = relativeTo(cwd, path);
  process.setSourceMapsEnabled(true); // so that compiled JavaScript is shown by the lines of its source
  await readTypeScript(path, file, cwd);
  const app = appOf(await importApp(path, file), file);
  try {
    return { file, plan: app.plan(), io: app.io };
  } catch (error) {
    throw isReport(error) ? error : badApp(file, `throws in plan(): ${firstLineOf(error)}`, error);
  }
}

async function importApp(path: string, file: string): Promise<Exports> {
  const sayAtOnce = (reason: string): void => {
    // Nothing asynchronous gets out of a process that is ending.
    writeSync(2, `${renderProblem(badApp(file, reason).problem)}\n`);
  };
  try {
    return await watchedImport(path, sayAtOnce);
  } catch (error) {
    if (isReport(error)) throw error;
    if (error instanceof ImportRefused) throw badApp(file, error.message, error);
    throw badApp(file, `throws when it is imported: ${firstLineOf(error)}`, error);
  }
}

interface PlannedApp {
  readonly io: unknown;
  plan(): AppPlan;
}

/** `export const app`, or a default export; CommonJS has both inside of `default`. */
function appOf(exports: Exports, file: string): PlannedApp {
  const inner = exports['default'] as Exports | undefined;
  const candidates = [exports['app'], inner?.['app'], inner, inner?.['default']];
  const app = candidates.find((one) => typeof (one as PlannedApp | undefined)?.plan === 'function');
  if (app !== undefined) return app as PlannedApp;
  const names = Object.keys(exports).filter((name) => name !== 'module.exports');
  const found = names.length === 0 ? 'nothing' : names.map((name) => `\`${name}\``).join(', ');
  throw badApp(file, `exports no application: it exports ${found}`);
}
