import type { ServerProcess } from './server-process.js';

const SIGNAL = 'SIGUSR2';
const MODULE = `
const time = performance.now();
performance.now = () => time;
process.once('${SIGNAL}', () => delete performance.now);`;

/**
 * Options of node for a server whose `performance.now()` stands still: no token flows into its rates, so that the limit
 * lets exactly as many through as it says, however slow the machine is.
 */
export const STOPPED_CLOCK = ['--import', `data:text/javascript,${encodeURIComponent(MODULE)}`];

/** Lets the clock of a server go on. */
export function startClock({ child }: ServerProcess): void {
  child.kill(SIGNAL);
}
