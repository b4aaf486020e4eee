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

/** Tells whether a value has to be awaited. Reading `then` may throw where it is a getter. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** Calls `next` at once with a value, later with a promise: a synchronous step costs no tick. */
export function andThen<TResult>(
  value: unknown,
  next: (value: unknown) => TResult,
): TResult | Promise<TResult> {
  return isThenable(value) ? Promise.resolve(value).then(next) : next(value);
}

/** Takes the rejection of a result that no caller awaits, which would end the process otherwise. */
export function catchRejection(result: unknown, onRejection: (error: unknown) => void): void {
  if (isThenable(result)) Promise.resolve(result).catch(onRejection);
}
