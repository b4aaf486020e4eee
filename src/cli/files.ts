import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { OptionSpecs } from './command.js';
import { type CliError, cliError, usageError } from './errors.js';
import { alignRows, type Output, type Paint, type Row } from './output.js';

/** Options of the commands that write source files. */
export const WRITE_OPTIONS = {
  'dry-run': { type: 'boolean', help: 'show what would be written, and write nothing' },
  force: { type: 'boolean', help: 'overwrite files that are there' },
  json: { type: 'boolean', help: 'print one JSON document' },
} as const satisfies OptionSpecs;

/** Options of the commands that print one document. */
export const OUT_OPTIONS = {
  out: { type: 'string', value: 'FILE', help: 'write to a file instead of standard output' },
  force: { type: 'boolean', help: 'overwrite the file' },
} as const satisfies OptionSpecs;

/** File that a command wants to write. */
export interface NewFile {
  /** Path from the folder that the files are written to, with forward slashes. */
  readonly path: string;
  readonly content: string | Buffer;
}

/** File that was written, or would be. */
export interface WrittenFile {
  readonly path: string;
  readonly action: 'create' | 'overwrite' | 'edit';
}

/** Way to write files. */
export interface WriteMode {
  readonly force: boolean;
  readonly dryRun: boolean;
}

/**
 * Writes files, all or none: files that exist are found before the first one is written.
 *
 * @param folder - absolute path; made if it is missing
 * @param shown - name of the folder in messages; '' for the working directory
 * @throws {CliError} GW_ERR_CLI_FILE_EXISTS when files exist and `force` is not set
 * @throws {CliError} GW_ERR_CLI_FILE_NOT_WRITTEN when the system refuses
 */
export async function writeFiles(
  folder: string,
  shown: string,
  files: readonly NewFile[],
  { force, dryRun }: WriteMode,
): Promise<readonly WrittenFile[]> {
  const display = (path: string): string => (shown === '' ? path : `${shown}/${path}`);
  const written = await Promise.all(
    files.map(async ({ path }): Promise<WrittenFile> => {
      const isThere = await exists(join(folder, path));
      return { path: display(path), action: isThere ? 'overwrite' : 'create' };
    }),
  );
  const existing = written.filter(({ action }) => action === 'overwrite').map(({ path }) => path);
  if (existing.length > 0 && !force) throw fileExists(existing);
  if (dryRun) return written;
  for (const { path, content } of files) {
    const file = join(folder, path);
    await attempt(display(path), async () => {
      await mkdir(dirname(file), { recursive: true });
      await write(file, content, force);
    });
  }
  return written;
}

/**
 * Replaces the content of a file that exists.
 *
 * @param shown - name of the file in messages
 * @throws {CliError} GW_ERR_CLI_FILE_NOT_WRITTEN when the system refuses
 */
export async function editFile(
  file: string,
  shown: string,
  content: string,
  { dryRun }: WriteMode,
): Promise<WrittenFile> {
  if (!dryRun) await attempt(shown, () => write(file, content, true));
  return { path: shown, action: 'edit' };
}

/** Result of a command that writes source files. */
export interface FilesResult {
  readonly dryRun: boolean;
  readonly files: readonly WrittenFile[];
  /** Commands and lines of code that are left to the user. */
  readonly next: readonly string[];
}

/**
 * Writes the result of a command: one line for each file, and below them what is left to do.
 *
 * @param nextTitle - title of what is left to do
 */
export function renderFiles({ dryRun, files, next }: FilesResult, nextTitle: string, paint: Paint): string {
  const rows = files.map(
    ({ path, action }): Row => [
      { text: dryRun ? `would ${action}` : DONE[action], style: action === 'create' ? 'good' : 'warning' },
      { text: path },
    ],
  );
  return [
    ...alignRows(rows, 2, paint),
    ...(next.length === 0 ? [] : ['', `  ${nextTitle}`]),
    ...next.map((line) => `    ${paint('title', line)}`),
  ].join('\n');
}

const DONE: Readonly<Record<WrittenFile['action'], string>> = {
  create: 'created',
  overwrite: 'overwritten',
  edit: 'edited',
};

interface Delivery {
  readonly values: { readonly out?: string; readonly force?: boolean };
  readonly cwd: string;
  readonly output: Output;
}

/** Refuses `--force` without a file. @throws {CliError} GW_ERR_CLI_USAGE */
export function checkOutOptions(command: string, { out, force }: Delivery['values']): void {
  if (force && out === undefined) throw usageError(command, '--force needs --out');
}

/**
 * Prints a document, or writes it to the file of `--out`.
 *
 * @param text - document without a line break at its end
 * @throws {CliError} GW_ERR_CLI_FILE_EXISTS without `--force`, GW_ERR_CLI_FILE_NOT_WRITTEN
 */
export async function deliver(text: string, { values, cwd, output }: Delivery): Promise<void> {
  const { out, force = false } = values;
  if (out === undefined) return output.print(text);
  const file = resolve(cwd, out);
  if (!force && (await exists(file))) throw fileExists([out]);
  await attempt(out, () => write(file, `${text}\n`, force));
  output.print(`wrote ${out}`);
}

/** Without `force` it overwrites nothing, not even a file that was made a moment ago. */
async function write(file: string, content: string | Buffer, force: boolean): Promise<void> {
  await writeFile(file, content, { flag: force ? 'w' : 'wx' });
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function attempt(shown: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? (code || message);
    throw cliError('GW_ERR_CLI_FILE_NOT_WRITTEN', { file: shown, reason }, [], { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a file stands in its way',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

const SHOWN = 5;

function fileExists(paths: readonly string[]): CliError {
  const names = paths.slice(0, SHOWN).map((path) => `\`${path}\``);
  const more = paths.length - SHOWN;
  const files = names.join(', ') + (more > 0 ? ` and ${more} more` : '');
  return cliError('GW_ERR_CLI_FILE_EXISTS', { files, count: paths.length });
}
