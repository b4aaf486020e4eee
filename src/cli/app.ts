import { writeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Server } from 'node:net';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { renderProblem } from '../errors/boot-error.js';
import { relativeTo } from '../inspect/locate.js';
import type { AppPlan } from '../plan/types.js';
import type { OptionSpecs } from './command.js';
import { badApp, cliError, firstLineOf, isReport } from './errors.js';
import { readManifest, UNREADABLE } from './packages.js';
import { isTypeScript, registerTsx } from './typescript.js';

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
  process.setSourceMapsEnabled(true); // places in compiled JavaScript become those of its source
  if (isTypeScript(path)) await registerTsx(path, cwd);
  const app = appOf(await importApp(path, file), file);
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

async function importApp(path: string, file: string): Promise<Exports> {
  try {
    // Written at once: nothing asynchronous leaves a process that is ending.
    return await guardedImport(path, (reason) => {
      writeSync(2, `${renderProblem(badApp(file, reason).problem)}\n`);
    });
  } catch (error) {
    if (isReport(error)) throw error;
    if (error instanceof ImportRefused) throw badApp(file, error.message, error);
    throw badApp(file, `throws when it is imported: ${firstLineOf(error)}`, error);
  }
}

/** Exports of a module. */
type Exports = Readonly<Record<string, unknown>>;

/** Error for something that a module must not do while it is imported. */
class ImportRefused extends Error {}

const IMPORT_LIMIT_MS = 30_000;
const OPENS_A_PORT = 'opens a port when it is imported';

/**
 * Imports a module that may contain anything, and keeps the promises of the command line: no port is opened, standard
 * output belongs to the command, and the import ends.
 *
 * @param onExit - called when the module ends the process; has to write synchronously
 * @throws {ImportRefused} when the module opens a port, or its import does not end
 * @throws the error that the module throws
 */
async function guardedImport(path: string, onExit: (reason: string) => void): Promise<Exports> {
  const ports = refusePorts();
  const interruption = watchImport(onExit);
  // Otherwise the output of the application would stand between the lines of the table, or in the JSON.
  process.stdout.write = process.stderr.write.bind(process.stderr);
  try {
    const module = import(pathToFileURL(path).href) as Promise<Exports>;
    const exports = await Promise.race([module, interruption.promise]);
    // A module that does not await its listen() calls it within one more turn.
    await setImmediate();
    if (ports.isAsked) throw new ImportRefused(OPENS_A_PORT);
    return exports;
  } catch (error) {
    throw ports.isAsked ? new ImportRefused(OPENS_A_PORT, { cause: error }) : error;
  } finally {
    interruption.end();
  }
}

/** Disables listen() for the rest of this process: a command that only reads an application must not take traffic. */
function refusePorts(): { readonly isAsked: boolean } {
  const ports = { isAsked: false };
  Server.prototype.listen = () => {
    ports.isAsked = true;
    throw new ImportRefused(OPENS_A_PORT);
  };
  return ports;
}

/** Makes a promise that rejects when the module fails outside of its own import, or its import cannot end. */
function watchImport(onExit: (reason: string) => void): { promise: Promise<never>; end: () => void } {
  let end = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    const refuse = (reason: string) => () => reject(new ImportRefused(reason));
    const seconds = IMPORT_LIMIT_MS / 1_000;
    const timer = setTimeout(refuse(`is still being imported after ${seconds} s`), IMPORT_LIMIT_MS).unref();
    const onIdle = refuse('waits at the top level for something that never comes');
    const onProcessExit = (): void => {
      process.exitCode = 1;
      onExit('ends the process when it is imported');
    };
    // This listener stays: what fails in the background after the import does not matter to the command.
    process.on('uncaughtException', reject);
    process.on('beforeExit', onIdle).on('exit', onProcessExit);
    end = () => {
      clearTimeout(timer);
      process.off('beforeExit', onIdle).off('exit', onProcessExit);
    };
  });
  return { promise, end };
}
