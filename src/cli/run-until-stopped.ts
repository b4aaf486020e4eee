import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Where a process runs. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What each signal is passed on as; a terminal that is closed is one more way to say stop. */
const SIGNALS = { SIGINT: 'SIGINT', SIGTERM: 'SIGTERM', SIGHUP: 'SIGTERM' } as const;

/**
 * Runs node until a signal comes, and passes the signal on.
 *
 * @param args - arguments of node
 * @returns whether a signal ended it; false when it ended by itself
 */
export async function runUntilStopped(args: readonly string[], { cwd, env }: Surroundings): Promise<boolean> {
  const child = spawn(process.execPath, [...args], {
    cwd,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    // In a group of its own: Ctrl-C reaches every process of a terminal's group, the watcher passes it on as well,
    // and an application that gets two signals stops without answering what is running.
    detached: process.platform !== 'win32',
  });
  let isStopped = false;
  const listeners = Object.entries(SIGNALS).map(([signal, passedOn]) => {
    const stop = (): void => {
      isStopped = true;
      child.kill(passedOn);
    };
    process.on(signal, stop);
    return () => process.off(signal, stop);
  });
  try {
    await once(child, 'exit');
  } finally {
    for (const off of listeners) off();
  }
  return isStopped;
}
