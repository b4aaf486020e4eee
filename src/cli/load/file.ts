import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { relativeTo } from '../../inspect/locate.js';
import { type CliError, cliError, usageError } from '../errors.js';
import { type Exports, importModule } from '../import.js';

/** File of the user with a scenario or a contract, imported. */
export interface LoadFile {
  /** Path relative to the working directory. */
  readonly file: string;
  /** Lists the export of a name, or all exports; those that CommonJS has inside of `default` are among them. */
  exports(name?: string): readonly unknown[];
  /** Makes the error of a file that does not export what is wanted. */
  refuse(reason: string): CliError;
}

/**
 * Imports a file that a load is made of, as an application is imported: nothing is started.
 *
 * @param wanted - what the file should export, for the help of an error
 * @throws {CliError} GW_ERR_CLI_USAGE when there is no such file, GW_ERR_CLI_BAD_LOAD_FILE when it cannot be imported
 */
export async function importLoadFile(named: string, cwd: string, wanted: string): Promise<LoadFile> {
  const path = resolve(cwd, named);
  const file = relativeTo(cwd, path);
  if (!(await stat(path).catch(() => null))?.isFile())
    throw usageError('load', `there is no file \`${named}\``);
  const refuse = (reason: string, cause?: unknown): CliError =>
    cliError(
      'GW_ERR_CLI_BAD_LOAD_FILE',
      { file, reason, wanted },
      [],
      cause === undefined ? undefined : { cause },
    );
  const exports = await importModule(path, cwd, refuse);
  const inner = (exports['default'] ?? {}) as Exports;
  return {
    file,
    exports: (name) =>
      name === undefined
        ? [...Object.values(exports), ...(typeof inner === 'object' ? Object.values(inner) : [])]
        : [inner[name], exports[name]].filter((value) => value !== undefined),
    refuse,
  };
}
