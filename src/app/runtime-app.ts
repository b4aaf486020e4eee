import type { AddressInfo } from 'node:net';
import type { Server } from 'socket.io';
import type { RemoteOptions } from '../metadata/target.js';
import type { Get } from '../metadata/token.js';
import type { AppPlan } from '../plan/types.js';
import type { AdapterHealth } from '../runtime/cluster/node-adapter.js';
import type { Health } from './health.js';

/** An application as far as it runs; what describes it comes on top. */
export interface RuntimeApp {
  /** Socket.IO's server; what it can do, it can do here. */
  readonly io: Server;
  /** Where the application listens; null before and after. */
  readonly address: AddressInfo | null;
  /** How the node is, for load balancers and supervisors; the option `health` answers with it by itself. */
  readonly health: Health;
  /** Whether other nodes can be reached; null without an adapter that gatewire looks after. */
  readonly adapterHealth: AdapterHealth | null;
  /**
   * Compiles the declarations. It opens nothing and makes no instance.
   *
   * @throws {BootError} when there are problems, with all of them
   */
  plan(): AppPlan;
  /**
   * Makes every instance, then opens. With `server` and without a port it only attaches.
   *
   * @param port - 0 to 65535, 0 for a free one
   * @param host - an address of this machine
   * @default port 3000 on all addresses
   * @throws {BootError} when there are problems, with all of them; nothing is left open
   */
  listen(port?: number, host?: string): Promise<void>;
  /**
   * `listen`, then `close` at SIGTERM or SIGINT; a second signal ends the process at once. Problems are
   * written to standard error and end the process with exit code 1.
   */
  run(port?: number, host?: string): Promise<void>;
  /**
   * Is not ready any more, takes no new connections, answers what is running, closes connections a batch after
   * another so that clients come back by themselves, ends all scopes, and closes what was opened. It may be called at
   * any time and more than once.
   */
  close(): Promise<void>;
  /**
   * Has something end ahead of the connections when the application closes: a consumer of a broker, or a timer that
   * emits. What it emits still reaches clients.
   *
   * @param work - may return a promise, which gets `limits.closeTimeoutMs`; failures are logged, and keep nothing open
   * @example
   * const orders = consume(rabbitmq({ url, queue: 'orders' }), handle);
   * app.beforeClose(() => orders.close());
   * await app.run(3000);
   */
  beforeClose(work: () => unknown): void;
  /**
   * Takes the access of a user back: all of its sockets, in all namespaces and on all nodes, are told UNAUTHENTICATED
   * and disconnected.
   *
   * @param userId - the `user.id` that auth returned
   * @returns number of sockets
   * @throws {GatewireError} INVALID_PAYLOAD when the id is no string of 1 to 128 characters
   */
  revoke(userId: string, options?: RemoteOptions): Promise<number>;
  /**
   * Reads the files of `tls` again, for new connections; a changed file is found without it.
   *
   * @throws {BootError} when they cannot be used; what was read before stays
   */
  reloadTls(): Promise<void>;
  /** Takes something out of the container; only while the application is open. */
  readonly get: Get;
}
