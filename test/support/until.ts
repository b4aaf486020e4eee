import { WAIT_MS } from './within.js';

/** Between two looks, in milliseconds: at first, and after a second. A look may be a question to other processes. */
const FIRST_MS = 5;
const LAST_MS = 50;

/**
 * Waits until something is so; the condition is a health or a count, for which there is no event.
 *
 * @param ms - the longest wait, in milliseconds; only tests of `test/load` have a reason to give one
 * @returns how long it took, in milliseconds
 */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  ms: number = WAIT_MS,
): Promise<number> {
  const start = performance.now();
  while (!(await isSo())) {
    const waitedMs = performance.now() - start;
    if (waitedMs > ms) throw new Error(`not within ${ms} ms: ${what}`);
    const pauseMs = Math.min(Math.max(FIRST_MS, waitedMs / 20), LAST_MS);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return performance.now() - start;
}
