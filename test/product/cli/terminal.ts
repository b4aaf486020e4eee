import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { requireProgram } from '../../../scripts/programs.js';
import { WAIT_MS } from '../../support/within.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('terminal.py', import.meta.url));
const program = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** A text to wait for, and the keys to press then. */
export type Step = readonly [text: string, keys: string];

/** Keys as a terminal sends them. */
export const KEYS = { enter: '\r', down: '\u001b[B', interrupt: '\u0003' } as const;

/** Runs the command line program in a pseudo-terminal, and talks to it. */
export async function inTerminal(
  args: readonly string[],
  steps: readonly Step[],
  { cwd, env = {} }: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<{ shown: string; code: number; unanswered: readonly Step[] }> {
  const { CI: _, ...rest } = process.env;
  const { stdout } = await run(
    requireProgram('python'),
    [script, JSON.stringify(steps), process.execPath, program, ...args],
    {
      cwd,
      env: { ...rest, TERM: 'xterm-256color', ...env },
      timeout: WAIT_MS,
    },
  );
  return JSON.parse(stdout) as { shown: string; code: number; unanswered: readonly Step[] };
}
