/** Longest time of a timer in milliseconds: Node and browsers fire a longer one at once. */
export const MAX_TIMER_MS = 2_147_483_647;

/** Checks a time limit that an application gives to a call. @throws {RangeError} when it is no number of milliseconds */
export function checkTimeoutMs(timeoutMs: number): number {
  if (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= MAX_TIMER_MS) return timeoutMs;
  throw new RangeError(`timeoutMs is a whole number from 1 to ${MAX_TIMER_MS}, not ${String(timeoutMs)}`);
}

/**
 * Waits for a promise up to a time limit.
 *
 * @param timeoutMs - limit in milliseconds
 * @param onTimeout - makes the error to throw at the limit
 */
export async function withDeadline<TValue>(
  promise: PromiseLike<TValue>,
  timeoutMs: number,
  onTimeout: () => Error,
): Promise<TValue> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(onTimeout()), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits until a promise settles or the time is up. It never rejects.
 *
 * @returns whether it settled in time
 */
export async function settlesWithin(promise: PromiseLike<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settled = Promise.resolve(promise).then(
    () => true,
    () => true,
  );
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const isInTime = await Promise.race([settled, late]);
  clearTimeout(timer);
  return isInTime;
}
