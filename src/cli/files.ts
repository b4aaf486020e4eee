import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cliError } from './errors.js';

/** A file that a command wants to write. */
export interface NewFile {
  /** From the folder that it is written to, with forward slashes. */
  readonly path: string;
  readonly content: string | Buffer;
}

/** What became of a file, or would become of it. */
export interface WrittenFile {
  readonly path: string;
  readonly action: 'create' | 'overwrite';
}

/** How files are written. */
export interface WriteOptions {
  readonly force: boolean;
  readonly dryRun: boolean;
}

/**
 * Writes files, all of them or none: what is in the way is found before the first one is written.
 *
 * @param folder - absolute; made where it is missing
 * @param shown - how the folder is called in messages; '' when it is the working directory
 * @throws {CliError} GW_ERR_CLI_EXISTS when files are there and `force` is not set
 * @throws {CliError} GW_ERR_CLI_CANNOT_WRITE when the system refuses
 */
export async function writeFiles(
  folder: string,
  shown: string,
  files: readonly NewFile[],
  { force, dryRun }: WriteOptions,
): Promise<readonly WrittenFile[]> {
  const display = (path: string): string => (shown === '' ? path : `${shown}/${path}`);
  const written = await Promise.all(
    files.map(async ({ path }): Promise<WrittenFile> => {
      const isThere = await exists(join(folder, path));
      return { path: display(path), action: isThere ? 'overwrite' : 'create' };
    }),
  );
  const inTheWay = written.filter(({ action }) => action === 'overwrite').map(({ path }) => path);
  if (inTheWay.length > 0 && !force) {
    throw cliError('GW_ERR_CLI_EXISTS', { files: shorten(inTheWay), count: inTheWay.length });
  }
  if (dryRun) return written;
  for (const { path, content } of files) await write(join(folder, path), display(path), content, force);
  return written;
}

async function write(file: string, shown: string, content: string | Buffer, force: boolean): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    // Without `force` never over a file, not even over one that somebody else has just made.
    await writeFile(file, content, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw cliError('GW_ERR_CLI_CANNOT_WRITE', { file: shown, reason: code || message }, [], { cause: error });
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

const SHOWN = 5;

function shorten(paths: readonly string[]): string {
  const more = paths.length - SHOWN;
  const names = paths.slice(0, SHOWN).map((path) => `\`${path}\``);
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
