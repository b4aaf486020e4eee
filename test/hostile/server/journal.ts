/** Texts that stand in errors and must never leave the process. */
export const SECRET = 'hunter2-secret';

/** What the fixture server tells the test. */
export interface Entry {
  /** What happened. */
  readonly at: string;
  readonly [field: string]: unknown;
}

/** Tells the test that something happened. */
export function journal(at: string, fields: object = {}): void {
  process.send?.({ at, ...fields });
}

const gates = new Map<string, { open(): void; fail(error: Error): void }>();

/** Waits until the test opens the gate of this name, or makes it fail. */
export function waitAtGate(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    gates.set(name, { open: resolve, fail: reject });
    journal('gate', { name });
  });
}

/**
 * Takes what the test says about gates, and answers what it asks.
 *
 * @param state - what to tell when the test asks how the server is
 */
export function listenToTest(state: () => object): void {
  process.on('message', ({ open, fail, ask }: { open?: string; fail?: string; ask?: 'state' }) => {
    if (ask !== undefined) journal(ask, state());
    if (open !== undefined) gates.get(open)?.open();
    if (fail !== undefined) gates.get(fail)?.fail(new Error(`${SECRET} at the gate`));
  });
  process.on('disconnect', () => process.exit());
}

/** A failure as applications have them: with a secret, a path and a cause. */
export function failure(): Error {
  return new Error(`${SECRET} in /var/lib/app/node_modules/pg`, { cause: new TypeError(SECRET) });
}

/** An array in an array in an array. */
export function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

/** An object that contains itself. */
export function circular(): object {
  const value: Record<string, unknown> = {};
  value['self'] = { value };
  return value;
}

/** An object that fails whoever touches it. */
export function untouchable(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
