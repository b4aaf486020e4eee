/** A promise that a test settles by itself. */
export interface Deferred<TValue = void> {
  readonly promise: Promise<TValue>;
  resolve(value: TValue): void;
  reject(error: unknown): void;
}

export function deferred<TValue = void>(): Deferred<TValue> {
  let resolve!: (value: TValue) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<TValue>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  return { promise, resolve, reject };
}
