import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BootError, type Problem, problem } from '../errors/boot-error.js';
import type { Engine } from './engineio.js';
import { isNode, joinPrimary } from './primary.js';

/** Port that is open, from which connections come. */
export interface Listening {
  readonly address: AddressInfo | null;
  /** Takes no more connections, and ends those that are left. */
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
  if (isNode()) {
    const joined = await joinPrimary(server, engine, port, host);
    if ('failure' in joined) throw new BootError([problemOf(joined.failure, joined.port, host)]);
    return joined;
  }
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

/**
 * Makes an HTTP server listen.
 *
 * @throws {BootError} GW_ERR_BOOT_PORT_IN_USE, GW_ERR_BOOT_BAD_HOST or GW_ERR_BOOT_LISTEN_FAILED
 */
export function listen(server: HttpServer, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      server.off('listening', succeed);
      reject(new BootError([problemOf(error, port, host)]));
    };
    const succeed = (): void => {
      server.off('error', fail);
      resolve();
    };
    server.once('error', fail);
    server.once('listening', succeed);
    server.listen(port, host);
  });
}

/** Makes the URL under which an address can be opened on this machine. */
export function urlOf({ address, family, port }: AddressInfo, isEncrypted = false): string {
  const isWildcard = address === '::' || address === '0.0.0.0';
  const host = isWildcard ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `${isEncrypted ? 'https' : 'http'}://${host}:${port}`;
}

/** Checks a port before anything is opened. */
export function checkPort(port: unknown): Problem | null {
  if (typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535) return null;
  const given = typeof port === 'string' ? `'${port}'` : String(port);
  return problem('GW_ERR_BOOT_BAD_PORT', { given: `\`${given}\`` });
}

/** Says in one sentence why a port cannot be had. */
function problemOf(
  error: Pick<NodeJS.ErrnoException, 'code' | 'message'>,
  port: number,
  host: string | undefined,
): Problem {
  switch (error.code) {
    case 'EADDRINUSE':
      return problem('GW_ERR_BOOT_PORT_IN_USE', { port, host: host ?? 'all addresses' });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return problem('GW_ERR_BOOT_BAD_HOST', { host: String(host), reason: error.code });
    default:
      return problem('GW_ERR_BOOT_LISTEN_FAILED', { port, reason: error.code ?? error.message });
  }
}
