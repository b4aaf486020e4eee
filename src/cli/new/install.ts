import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cliError } from '../errors.js';

/**
 * Installs the packages of a project, with the package manager that runs this command.
 *
 * @throws {CliError} GW_ERR_CLI_INSTALL_FAILED when it ends with an error
 */
export async function install(folder: string): Promise<void> {
  // npm, pnpm and yarn name their own program; without one there is npm on the path.
  const program = process.env['npm_execpath'];
  const isScript = program !== undefined && /\.[cm]?js$/.test(program);
  const child = spawn(
    isScript ? process.execPath : 'npm',
    isScript ? [program, 'install'] : ['install'],
    // Standard output stays the command's own. On Windows npm is a script of the shell.
    { cwd: folder, stdio: ['ignore', 2, 2], shell: !isScript && process.platform === 'win32' },
  );
  const reason = await once(child, 'exit').then(
    ([code]) => (code === 0 ? null : `it ended with ${code}`),
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  if (reason !== null) throw cliError('GW_ERR_CLI_INSTALL_FAILED', { reason });
}
