import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usageError } from './arguments.js';
import type { OptionSpecs } from './command.js';
import { cliError } from './errors.js';
import type { Output } from './output.js';

/** Options of commands that write one text. */
export const DELIVERY = {
  out: { type: 'string', value: 'FILE', help: 'write to a file instead of standard output' },
  force: { type: 'boolean', help: 'overwrite the file' },
} as const satisfies OptionSpecs;

interface Delivery {
  readonly values: { readonly out?: string; readonly force?: boolean };
  readonly cwd: string;
  readonly output: Output;
}

/** @throws {CliError} GW_ERR_CLI_USAGE for `--force` without a file */
export function checkDelivery({ out, force }: Delivery['values'], command: string): void {
  if (force && out === undefined) throw usageError('--force needs --out', null, command);
}

/**
 * Prints a text, or writes it to the file of `--out`.
 *
 * @param text - without a line break at its end
 * @throws {CliError} GW_ERR_CLI_FILE_EXISTS without `--force`, GW_ERR_CLI_FILE_NOT_WRITTEN
 */
export async function deliver(text: string, { values, cwd, output }: Delivery): Promise<void> {
  const { out, force } = values;
  if (out === undefined) return output.print(text);
  try {
    await writeFile(resolve(cwd, out), `${text}\n`, { flag: force ? 'w' : 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw cliError('GW_ERR_CLI_FILE_EXISTS', { file: out }, [], { cause });
    const reason = REASONS[code ?? ''] ?? String(code ?? cause);
    throw cliError('GW_ERR_CLI_FILE_NOT_WRITTEN', { file: out, reason }, [], { cause });
  }
  output.print(`wrote ${out}`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a folder',
  EACCES: 'it is not allowed',
  EPERM: 'it is not allowed',
  EROFS: 'it is not allowed',
  ENOSPC: 'the disk is full',
};
