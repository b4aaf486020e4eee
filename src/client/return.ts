import type { Manager } from 'socket.io-client';

// Several sockets of one connection are told of the same end.
const expecting = new WeakSet<Manager>();

/** The server is about to go and says when to come back. After that first try the manager's own waits hold again. */
export function returnAfter(manager: Manager, notice: unknown): void {
  const { returnInMs } = (notice ?? {}) as { readonly returnInMs?: unknown };
  if (typeof returnInMs !== 'number' || !(returnInMs >= 0) || expecting.has(manager)) return;
  expecting.add(manager);
  const [waitMs, jitter] = [manager.reconnectionDelay(), manager.randomizationFactor()];
  manager.reconnectionDelay(returnInMs).randomizationFactor(0);
  const restore = (): void => {
    manager.off('reconnect_attempt', restore).off('open', restore);
    expecting.delete(manager);
    manager.reconnectionDelay(waitMs).randomizationFactor(jitter);
  };
  // It opens without an attempt of its own when somebody does not wait: `connect()`.
  manager.on('reconnect_attempt', restore).on('open', restore);
}
