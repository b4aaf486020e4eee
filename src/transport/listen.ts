import { lstatSync, unlinkSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import os from 'node:os';
import { BootError, type Problem, problem } from '../errors/boot-error.js';
import type { Engine } from './engineio.js';
import { isNode, joinPrimary } from './primary.js';

/** Addresses of this machine that the log names at most; containers and tunnels add theirs. */
const MAX_NETWORK_URLS = 8;
/** Bytes of `sun_path` without the one at its end, on macOS and on Linux. @source unix(4), unix(7) */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/** Port or path that is open, from which connections come. */
export interface Listening {
  /** The path of a Unix socket is a string. */
  readonly address: AddressInfo | string | null;
  /** Takes no more connections, and ends those that are left. */
  close(): Promise<void>;
  /** Leaves the primary where that has the port; nothing can be said to other nodes afterwards. */
  leave(): void;
}

/**
 * Opens a port or a Unix socket, or takes connections from the primary where that has it.
 *
 * @throws {BootError} when it cannot be had
 */
export async function openPort(
  server: HttpServer,
  engine: Engine,
  port: number | string,
  host: string | undefined,
): Promise<Listening> {
  if (isNode()) {
    const joined = await joinPrimary(server, engine, port, host);
    if ('failure' in joined) throw new BootError([problemOf(joined.failure, joined.port, host)]);
    return joined;
  }
  if (typeof port === 'string') await removeStale(port);
  await listen(server, port, host);
  return {
    get address() {
      return server.address();
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
 * Makes an HTTP server listen on a port, or on the path of a Unix socket.
 *
 * @throws {BootError} GW_ERR_BOOT_PORT_IN_USE, GW_ERR_BOOT_BAD_HOST or GW_ERR_BOOT_LISTEN_FAILED
 */
export function listen(server: HttpServer, port: number | string, host: string | undefined): Promise<void> {
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
    if (typeof port === 'string') server.listen(port);
    else server.listen(port, host);
  });
}

/** Removes the Unix socket of a process that was killed: its file stays, and keeps the next one from listening. */
export async function removeStale(path: string): Promise<void> {
  if (process.platform === 'win32' || !isSocket(path)) return;
  const failure = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    const socket = connect(path, () => resolve(null));
    socket.on('error', resolve).on('connect', () => socket.destroy());
  });
  if (failure?.code === 'ECONNREFUSED') unlinkSync(path);
}

function isSocket(path: string): boolean {
  try {
    return lstatSync(path).isSocket();
  } catch {
    return false; // listening says why
  }
}

/** Where an application can be opened, for the log. */
export type Places =
  | { readonly path: string }
  | { readonly url: string; readonly network?: readonly string[] };

/**
 * Finds the URLs under which an address can be opened: that of the host that was given, and for all addresses of this
 * machine `localhost` and those that other machines of its networks can open.
 *
 * @param host - as it was given to `listen`
 */
export function placesOf(
  address: AddressInfo | string,
  host: string | undefined,
  isEncrypted: boolean,
): Places {
  if (typeof address === 'string') return { path: address };
  const urlOf = (name: string) => `${isEncrypted ? 'https' : 'http'}://${name}:${address.port}`;
  if (address.address !== '::' && address.address !== '0.0.0.0') {
    const name = host ?? address.address;
    return { url: urlOf(name.includes(':') ? `[${name}]` : name) };
  }
  const network = networkAddresses().slice(0, MAX_NETWORK_URLS).map(urlOf);
  return network.length === 0 ? { url: urlOf('localhost') } : { url: urlOf('localhost'), network };
}

/** IPv4 addresses of this machine: those of IPv6 need a zone, or are too long to be typed into a phone. */
function networkAddresses(): readonly string[] {
  try {
    const all = Object.values(os.networkInterfaces()).flatMap((addresses = []) => addresses);
    return all.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address);
  } catch {
    return []; // some systems do not let a program ask
  }
}

/** Checks a port, or the path of a Unix socket, before anything is opened. */
export function checkPort(port: unknown): Problem | null {
  if (typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535) return null;
  // Not every string: `process.env.PORT` is one, too.
  if (typeof port === 'string' && /[\\/]/.test(port) && !port.includes('\0')) return checkPath(port);
  const given = typeof port === 'string' ? `'${port}'` : String(port);
  return problem('GW_ERR_BOOT_BAD_PORT', { given: `\`${given}\`` });
}

/** The system takes no longer path, and Node would cut it and listen elsewhere. */
function checkPath(path: string): Problem | null {
  const isTooLong = process.platform !== 'win32' && Buffer.byteLength(path) > MAX_PATH_BYTES;
  return isTooLong ? problem('GW_ERR_BOOT_BAD_PATH', { path, reason: 'ENAMETOOLONG' }) : null;
}

/** Says in one sentence why a port or a path cannot be had. */
function problemOf(
  error: Pick<NodeJS.ErrnoException, 'code' | 'message'>,
  port: number | string,
  host: string | undefined,
): Problem {
  const reason = error.code ?? error.message;
  if (typeof port === 'string') return problem('GW_ERR_BOOT_BAD_PATH', { path: port, reason });
  switch (error.code) {
    case 'EADDRINUSE':
      return problem('GW_ERR_BOOT_PORT_IN_USE', { port, host: host ?? 'all addresses' });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return problem('GW_ERR_BOOT_BAD_HOST', { host: String(host), reason: error.code });
    default:
      return problem('GW_ERR_BOOT_LISTEN_FAILED', { port, reason });
  }
}
