import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { relativeTo } from '../../inspect/locate.js';
import { findMain } from '../app.js';
import { type Command, defineCommand, refuseExtraWords } from '../command.js';
import { EXIT } from '../errors.js';
import { isTypeScript, tsxProgram, useNearestTsconfig } from '../typescript.js';

/** `gatewire dev`: runs an application, and again whenever one of its files changes. */
export const dev: Command = defineCommand({
  usage: ['dev [FILE]'],
  options: {},
  notes: [
    'FILE is what starts the application; without it the first of src/main.ts, main.ts, src/main.js, main.js.',
    'It is run by tsx, which watches every file that is imported; JavaScript is run by node --watch. At a change the',
    'application gets SIGTERM, answers what is running, and starts again. Clients reconnect by themselves.',
    'Ctrl-C ends both.',
    '',
    'exit codes: 0 ended by a signal, 1 it could not be watched any longer, 2 wrong usage, or no file to run',
  ],
  async run({ words, cwd, output }) {
    refuseExtraWords('dev', words, 1);
    const file = await findMain(cwd, words[0]);
    const args = watcherArguments(file, cwd);
    output.print(`running ${relativeTo(cwd, file)}, and again whenever a file changes; Ctrl-C ends it`);
    await output.flush();
    useNearestTsconfig(file);
    return (await runUntilSignal(args, cwd)) ? EXIT.ok : EXIT.problems;
  },
});

/** Returns the arguments of node. Neither watcher clears the screen: that would hide the error of the last run. */
function watcherArguments(file: string, cwd: string): readonly string[] {
  if (!isTypeScript(file)) return ['--watch', '--watch-preserve-output', file];
  return [tsxProgram(file, cwd), 'watch', '--clear-screen=false', file];
}

/** Signals that end the command, each with the one that the child gets; a closed terminal is a stop like others. */
const SIGNALS = { SIGINT: 'SIGINT', SIGTERM: 'SIGTERM', SIGHUP: 'SIGTERM' } as const;

/**
 * Runs node until a signal comes, and passes the signal on.
 *
 * @param args - arguments of node
 * @returns true when a signal ended it, false when it ended by itself
 */
async function runUntilSignal(args: readonly string[], cwd: string): Promise<boolean> {
  const child = spawn(process.execPath, [...args], {
    cwd,
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
