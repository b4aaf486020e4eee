/**
 * Makes an object of which every property is a function that calls the event of that name.
 *
 * @param call - sends an event and waits for its answer
 */
export function createApi(call: (event: string, ...args: readonly unknown[]) => Promise<unknown>): object {
  const known = new Map<string, (...args: readonly unknown[]) => Promise<unknown>>();
  return new Proxy(
    {},
    {
      get(_, event) {
        // `await` and promises ask for `then`: this is no promise.
        if (typeof event === 'symbol' || event === 'then') return undefined;
        const method = known.get(event) ?? ((...args) => call(event, ...args));
        known.set(event, method);
        return method;
      },
    },
  );
}
