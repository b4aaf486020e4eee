// Servers on one core, the load generator on another, so that neither takes the other's time.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

const SERVER_CORE = '0';
const LOAD_CORE = '1';

/** Whether this machine has `taskset` and both cores may be used. */
export const canPin =
  availableParallelism() >= 2 &&
  [SERVER_CORE, LOAD_CORE].every((core) => spawnSync('taskset', ['-c', core, 'true']).status === 0);

/** The command line that runs `command` on the servers' core. */
export function onServerCore(command) {
  return canPin ? ['taskset', '-c', SERVER_CORE, ...command] : command;
}

/** Moves this process, all its threads, to the load generator's core. */
export function pinLoadGenerator() {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', LOAD_CORE, String(process.pid)]);
}
