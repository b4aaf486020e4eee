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
