/** How long tests wait for something that comes: longer than a busy machine takes, so that no test measures it. */
export const WAIT_MS = 120_000;

/**
 * Bounds a wait, so that a test that waits in vain says for what.
 *
 * @param what - what is awaited, for the message; a function is asked when the time is over
 * @param ms - the longest wait, in milliseconds; only tests of `test/load` have a reason to give one
 */
export async function within<T>(
  what: string | (() => string),
  promise: Promise<T>,
  ms: number = WAIT_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not within ${ms} ms: ${typeof what === 'string' ? what : what()}`));
    }, ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
