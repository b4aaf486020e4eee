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
  manager.once('reconnect_attempt', () => {
    expecting.delete(manager);
    manager.reconnectionDelay(waitMs).randomizationFactor(jitter);
  });
}
