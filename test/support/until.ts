/** Waits until something is so; the condition is a health or a count, for which there is no event. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  ms = 5_000,
): Promise<number> {
  const start = performance.now();
  while (!(await isSo())) {
    if (performance.now() - start > ms) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - start;
}
