/** Tells whether a step has to be waited for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** Goes on at once with a value, later with a promise: nobody pays for a tick that nobody asked for. */
export function andThen<TResult>(
  value: unknown,
  next: (value: unknown) => TResult,
): TResult | Promise<TResult> {
  return isThenable(value) ? Promise.resolve(value).then(next) : next(value);
}

/**
 * Waits for a promise, but not for ever.
 *
 * @param timeoutMs - limit in milliseconds
 * @param onTimeout - makes the error to throw at the limit
 */
export async function withDeadline<TValue>(
  promise: PromiseLike<TValue>,
  timeoutMs: number,
  onTimeout: () => Error,
): Promise<TValue> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(onTimeout()), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
