import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cliError } from '../errors.js';

/** Package manager of a project, and how its commands are written. */
export interface PackageManager {
  readonly name: keyof typeof MANAGERS;
  /** Writes the command that runs a script of package.json. */
  readonly run: (script: string) => string;
  /** Beginning of a command that runs a program of an installed package. */
  readonly exec: string;
  /** Files that the commands of `clean` read, as a Dockerfile copies them. */
  readonly files: string;
  /** Command that installs exactly what the lock file says, and its option that leaves development dependencies out. */
  readonly clean: { readonly command: string; readonly production: string };
}

const MANAGERS = {
  npm: {
    run: (script) => (script === 'start' || script === 'test' ? `npm ${script}` : `npm run ${script}`),
    exec: 'npx',
    files: 'package*.json',
    clean: { command: 'npm ci', production: '--omit=dev' },
  },
  pnpm: {
    run: (script) => `pnpm ${script}`,
    exec: 'pnpm exec',
    files: 'package.json pnpm-*.yaml',
    clean: { command: 'pnpm install --frozen-lockfile', production: '--prod' },
  },
  yarn: {
    run: (script) => `yarn ${script}`,
    exec: 'yarn',
    files: 'package.json yarn.lock',
    clean: { command: 'yarn install --frozen-lockfile', production: '--production' },
  },
  bun: {
    run: (script) => `bun run ${script}`,
    exec: 'bunx',
    files: 'package.json bun.lock*',
    clean: { command: 'bun install --frozen-lockfile', production: '--production' },
  },
} as const satisfies Readonly<Record<string, Omit<PackageManager, 'name'>>>;

/** Returns the package manager that runs this command, by the text that each of them sets; npm without one. */
export function packageManagerOf({ npm_config_user_agent: agent = '' }: NodeJS.ProcessEnv): PackageManager {
  const [name = ''] = agent.split('/');
  const known = isKnown(name) ? name : 'npm';
  return { name: known, ...MANAGERS[known] };
}

function isKnown(name: string): name is PackageManager['name'] {
  return Object.hasOwn(MANAGERS, name);
}

/**
 * Installs the packages of a project.
 *
 * @throws {CliError} GW_ERR_CLI_INSTALL_FAILED when the package manager ends with an error
 */
export async function install(folder: string, { name }: PackageManager): Promise<void> {
  // npm, pnpm and yarn set it to their own program; without it, the program is taken from the path.
  const program = process.env['npm_execpath'];
  const isScript = program !== undefined && /\.[cm]?js$/.test(program);
  const child = spawn(
    isScript ? process.execPath : name,
    isScript ? [program, 'install'] : ['install'],
    // Standard output belongs to the command. On Windows npm is a script of the shell.
    { cwd: folder, stdio: ['ignore', 2, 2], shell: !isScript && process.platform === 'win32' },
  );
  const reason = await once(child, 'exit').then(
    ([code]) => (code === 0 ? null : `it ended with ${code}`),
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  if (reason !== null) throw cliError('GW_ERR_CLI_INSTALL_FAILED', { reason, command: `${name} install` });
}
