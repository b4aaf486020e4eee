import { writeSync } from 'node:fs';
import { Server } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { renderProblem } from '../errors/boot-error.js';
import { type CliError, firstLineOf, isReport } from './errors.js';
import { isTypeScript, registerTsx } from './typescript.js';

/** Exports of a module. */
export type Exports = Readonly<Record<string, unknown>>;

/**
 * Imports a file of the user, TypeScript or JavaScript. The file can open no port, and what it prints goes to standard error.
 *
 * @param path - absolute path
 * @param refuse - makes the error of a file that cannot be imported; the reason is a predicate of its name
 * @throws {CliError} of `refuse`, and GW_ERR_CLI_NO_LOADER when tsx is not installed
 * @throws {BootError} of the file, when it throws one
 */
export async function importModule(
  path: string,
  cwd: string,
  refuse: (reason: string, cause?: unknown) => CliError,
): Promise<Exports> {
  process.setSourceMapsEnabled(true); // places in compiled JavaScript become those of its source
  if (isTypeScript(path)) await registerTsx(path, cwd);
  try {
    // Written at once: nothing asynchronous leaves a process that is ending.
    return await guardedImport(path, (reason) => {
      writeSync(2, `${renderProblem(refuse(reason).problem)}\n`);
    });
  } catch (error) {
    if (isReport(error)) throw error;
    if (error instanceof ImportRefused) throw refuse(error.message, error);
    throw refuse(`throws when it is imported: ${firstLineOf(error)}`, error);
  }
}

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
