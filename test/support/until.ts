import { WAIT_MS } from './within.js';

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
    if (performance.now() - start > ms) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - start;
}
