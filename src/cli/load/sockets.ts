import type { io, Socket } from 'socket.io-client';
import { requirePeer } from '../../base/peer.js';
import { cliError } from '../errors.js';
import { ANSWER_LIMIT_MS, type CreateSocket, connectErrorCode } from './client.js';
import type { Target } from './target.js';

/** Way in which the clients of a load connect. */
export interface ConnectOptions {
  readonly transport: 'websocket' | 'polling';
  /** Path of Socket.IO on the server. */
  readonly path: string;
}

/**
 * Makes the function that makes the sockets of a load.
 *
 * @throws {BootError} GW_ERR_BOOT_MISSING_PACKAGE when socket.io-client is not installed
 */
export function socketsFor({ url }: Target, { transport, path }: ConnectOptions): CreateSocket {
  const { io: createSocket } = requirePeer<{ readonly io: typeof io }>('socket.io-client', 'gatewire load');
  return (authOf, onFailure) =>
    createSocket(url, {
      path,
      transports: [transport],
      forceNew: true,
      autoConnect: false,
      ...(authOf !== null && { auth: (send) => void sendAuth(authOf, send).catch(onFailure) }),
    });
}

async function sendAuth(authOf: () => unknown, send: (auth: object) => void): Promise<void> {
  const auth = await authOf();
  if (typeof auth !== 'object' || auth === null || Array.isArray(auth))
    throw new TypeError('it makes no object');
  send(auth);
}

/**
 * Connects one client and lets it leave, so that a load that can reach nothing ends before it begins.
 *
 * @param create - makes the socket, and calls its argument when that has no `handshake.auth`
 * @param url - for messages
 * @throws {CliError} GW_ERR_CLI_NOT_CONNECTED
 * @throws what `create` passes to its argument
 */
export async function probe(create: (fail: (error: Error) => void) => Socket, url: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let socket: Socket | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      socket = create(reject);
      const refuse = (reason: string): void => reject(cliError('GW_ERR_CLI_NOT_CONNECTED', { url, reason }));
      timer = setTimeout(() => refuse('no answer'), ANSWER_LIMIT_MS);
      socket.on('connect', resolve);
      socket.on('connect_error', (error) => refuse(connectErrorCode(error)));
      socket.connect();
    });
  } finally {
    clearTimeout(timer);
    socket?.disconnect();
  }
}
