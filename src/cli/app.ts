import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { relativeTo } from '../inspect/locate.js';
import type { AppPlan } from '../plan/types.js';
import type { OptionSpecs } from './command.js';
import { badApp, cliError, firstLineOf, isReport } from './errors.js';
import { type Exports, importModule } from './import.js';
import { readManifest, UNREADABLE } from './packages.js';

/** Option of the commands that read an application. */
export const APP_OPTION = {
  app: { type: 'string', value: 'FILE', help: 'the file that exports `app`' },
} as const satisfies OptionSpecs;

/** Application that was imported and compiled, and not started. */
export interface LoadedApp {
  /** File of the application, relative to the working directory. */
  readonly file: string;
  readonly plan: AppPlan;
  /** Server of Socket.IO. */
  readonly io: unknown;
}

/**
 * Imports the application and compiles it. Nothing is started, and no port is opened.
 *
 * @param named - value of `--app`
 * @throws {CliError} when there is no application, or it cannot be imported
 * @throws {BootError} of the application, when it has problems
 */
export async function loadApp(cwd: string, named: string | undefined): Promise<LoadedApp> {
  const path = await findApp(cwd, named);
  const file = relativeTo(cwd, path);
  const app = appOf(await importModule(path, cwd, (reason, cause) => badApp(file, reason, cause)), file);
  try {
    return { file, plan: app.plan(), io: app.io };
  } catch (error) {
    throw isReport(error) ? error : badApp(file, `throws in plan(): ${firstLineOf(error)}`, error);
  }
}

const USUAL_APPS = ['src/app.ts', 'app.ts', 'dist/app.js', 'app.js'];

/**
 * Finds the file of the application: the named one, else `gatewire.app` of package.json, else a usual place.
 *
 * @param named - value of `--app`
 * @returns an absolute path
 * @throws {CliError} GW_ERR_CLI_NO_APP with everything that was tried
 */
export async function findApp(cwd: string, named: string | undefined): Promise<string> {
  const configured = named ?? configuredApp(cwd);
  const tried = configured === undefined ? USUAL_APPS : [configured];
  const file = await firstFile(cwd, tried);
  if (file === null) throw cliError('GW_ERR_CLI_NO_APP', { tried: tried.join(', ') });
  return file;
}

const USUAL_MAINS = ['src/main.ts', 'main.ts', 'src/main.js', 'main.js'];

/**
 * Finds the file that starts the application: the named one, else a usual place.
 *
 * @param named - argument of the command
 * @returns an absolute path
 * @throws {CliError} GW_ERR_CLI_NO_MAIN with everything that was tried
 */
export async function findMain(cwd: string, named: string | undefined): Promise<string> {
  const tried = named === undefined ? USUAL_MAINS : [named];
  const file = await firstFile(cwd, tried);
  if (file === null) throw cliError('GW_ERR_CLI_NO_MAIN', { tried: tried.join(', ') });
  return file;
}

async function firstFile(cwd: string, candidates: readonly string[]): Promise<string | null> {
  for (const candidate of candidates) {
    const file = resolve(cwd, candidate);
    if ((await stat(file).catch(() => null))?.isFile()) return file;
  }
  return null;
}

/** Reads `gatewire.app` of package.json. A wrong value is an error: the usual places must not hide it. */
function configuredApp(cwd: string): string | undefined {
  const manifest = readManifest(cwd);
  if (manifest === UNREADABLE) {
    throw cliError('GW_ERR_CLI_NO_APP', { tried: 'package.json, which is not JSON' });
  }
  const { app } = (manifest?.['gatewire'] ?? {}) as { readonly app?: unknown };
  if (app === undefined || (typeof app === 'string' && app !== '')) return app;
  throw cliError('GW_ERR_CLI_NO_APP', { tried: `\`gatewire.app\` of package.json, which is ${typeof app}` });
}

interface PlannedApp {
  readonly io: unknown;
  plan(): AppPlan;
}

/** Finds the application in `export const app` or a default export; CommonJS has both inside of `default`. */
function appOf(exports: Exports, file: string): PlannedApp {
  const inner = exports['default'] as Exports | undefined;
  const candidates = [exports['app'], inner?.['app'], inner, inner?.['default']];
  const app = candidates.find((one) => typeof (one as PlannedApp | undefined)?.plan === 'function');
  if (app !== undefined) return app as PlannedApp;
  const names = Object.keys(exports).filter((name) => name !== 'module.exports');
  const found = names.length === 0 ? 'nothing' : names.map((name) => `\`${name}\``).join(', ');
  throw badApp(file, `exports no application: it exports ${found}`);
}
