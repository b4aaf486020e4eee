import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from './engineio.js';
import { listen } from './listen.js';
import { isNode, joinPrimary } from './primary.js';

/** Where connections come from. */
export interface Listening {
  readonly address: AddressInfo | null;
  /** Takes no more of them, and ends those that are left. */
  close(): Promise<void>;
  /** Leaves the primary where that has the port; nothing can be said to other nodes afterwards. */
  leave(): void;
}

/**
 * Opens a port, or takes connections from the primary where that has it.
 *
 * @throws {BootError} when the port cannot be had
 */
export async function openPort(
  server: HttpServer,
  engine: Engine,
  port: number,
  host: string | undefined,
): Promise<Listening> {
  if (isNode()) return joinPrimary(server, engine, port, host);
  await listen(server, port, host);
  return {
    get address() {
      return server.address() as AddressInfo | null;
    },
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
    leave() {},
  };
}
