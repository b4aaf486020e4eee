import type { io, Socket } from 'socket.io-client';
import { requirePeer } from '../../base/peer.js';
import { cliError } from '../errors.js';
import { ANSWER_LIMIT_MS, connectErrorCode } from './client.js';
import type { Target } from './target.js';

/** Way in which the clients of a load connect. */
export interface ConnectOptions {
  readonly transport: 'websocket' | 'polling';
  /** Path of Socket.IO on the server. */
  readonly path: string;
}

/**
 * Makes a function that makes sockets. Each has a connection of its own, and connects when it is told to.
 *
 * @throws {BootError} GW_ERR_BOOT_MISSING_PACKAGE when socket.io-client is not installed
 */
export function socketsFor({ url }: Target, { transport, path }: ConnectOptions): (auth: unknown) => Socket {
  const { io: createSocket } = requirePeer<{ readonly io: typeof io }>('socket.io-client', 'gatewire load');
  return (auth) =>
    createSocket(url, {
      path,
      transports: [transport],
      forceNew: true,
      autoConnect: false,
      ...(typeof auth === 'object' && auth !== null && { auth: { ...auth } }),
    });
}

/**
 * Connects one client and lets it leave, so that a load that can reach nothing ends before it begins.
 *
 * @param url - for messages
 * @throws {CliError} GW_ERR_CLI_NOT_CONNECTED
 */
export async function probe(socket: Socket, url: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const refuse = (reason: string): void => reject(cliError('GW_ERR_CLI_NOT_CONNECTED', { url, reason }));
      timer = setTimeout(() => refuse('no answer'), ANSWER_LIMIT_MS);
      socket.on('connect', resolve);
      socket.on('connect_error', (error) => refuse(connectErrorCode(error)));
      socket.connect();
    });
  } finally {
    clearTimeout(timer);
    socket.disconnect();
  }
}
