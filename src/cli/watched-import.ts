import { Server } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/** What a module exports. */
export type Exports = Readonly<Record<string, unknown>>;

/** Says what a module did that it must not do while it is read. */
export class ImportRefused extends Error {}

const LIMIT_MS = 30_000;
const OPENS_A_PORT = 'opens a port when it is imported';

/**
 * Imports a module that may be anything, and holds it to what the command line promises: no port is opened,
 * standard output stays the command's own, and it comes to an end.
 *
 * @param onExit - told what the module did when it ends the process; has to write at once
 * @throws {ImportRefused} when the module opens a port or does not come to an end
 * @throws whatever the module throws
 */
export async function watchedImport(file: string, onExit: (reason: string) => void): Promise<Exports> {
  const ports = refusePorts();
  const interruption = watch(onExit);
  // What the application prints would end up between the lines of the table, or in the JSON.
  process.stdout.write = process.stderr.write.bind(process.stderr);
  try {
    const module = import(pathToFileURL(file).href) as Promise<Exports>;
    const exports = await Promise.race([module, interruption.promise]);
    // Whoever opens a port without waiting for it gets as far as that in one more turn.
    await setImmediate();
    if (ports.isAsked) throw new ImportRefused(OPENS_A_PORT);
    return exports;
  } catch (error) {
    throw ports.isAsked ? new ImportRefused(OPENS_A_PORT, { cause: error }) : error;
  } finally {
    interruption.end();
  }
}

/** For the rest of this process nothing listens: a command that only looks must not take traffic. */
function refusePorts(): { readonly isAsked: boolean } {
  const ports = { isAsked: false };
  Server.prototype.listen = () => {
    ports.isAsked = true;
    throw new ImportRefused(OPENS_A_PORT);
  };
  return ports;
}

/** Rejects when the module fails outside of its own import, and when it will never be done. */
function watch(onExit: (reason: string) => void): { promise: Promise<never>; end: () => void } {
  let end = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    const refuse = (reason: string) => () => reject(new ImportRefused(reason));
    const seconds = LIMIT_MS / 1_000;
    const timer = setTimeout(refuse(`is still being imported after ${seconds} s`), LIMIT_MS).unref();
    const onIdle = refuse('waits at the top level for something that never comes');
    const onProcessExit = (): void => {
      process.exitCode = 1;
      onExit('ends the process when it is imported');
    };
    // This one stays: once the exports are there, what fails in the background is no matter of the command.
    process.on('uncaughtException', reject);
    process.on('beforeExit', onIdle).on('exit', onProcessExit);
    end = () => {
      clearTimeout(timer);
      process.off('beforeExit', onIdle).off('exit', onProcessExit);
    };
  });
  return { promise, end };
}
