/** Settles as `promise` does, or rejects after `limitMs` saying what took too long. */
export function withTimeLimit(promise, limitMs, what) {
  let timer;
  const expired = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${limitMs / 1000} s`)), limitMs);
  });
  return Promise.race([promise, expired]).finally(() => clearTimeout(timer));
}
