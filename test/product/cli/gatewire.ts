import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { within } from '../../support/within.js';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

const program = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** The folder of a fixture application. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/cli/${name}/`, import.meta.url));
}

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Surroundings {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Another copy of the program. */
  readonly main?: string;
}

/** Runs the command line program as it is published, to its end. */
export async function gatewire(
  args: readonly string[],
  { cwd = root, env = {}, main = program }: Surroundings = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  try {
    await within(() => `the end of gatewire ${args.join(' ')}, which wrote\n${stderr}`, once(child, 'close'));
  } finally {
    child.kill('SIGKILL');
  }
  return { code: child.exitCode, stdout, stderr };
}

/** What a command prints when all is well: these lines on standard output, and nothing else. */
export function printed(...lines: readonly string[]): Ended {
  return { code: 0, stdout: lines.map((line) => `${line}\n`).join(''), stderr: '' };
}
