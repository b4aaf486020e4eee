import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type ConnectionStep,
  type Engine,
  type EngineConnection,
  hasMiddleware,
  queryOf,
  setQuery,
  webSocketOf,
} from './engineio.js';

// What a handshake leaves in memory for as long as its connection lasts: 0.7 kB that nobody can reach, and the request itself,
// another 0.7 kB (heap of Node 20 for a connection that began with an upgrade).

/**
 * Hands an upgrade to the engine, and removes the listener by which the response that the engine makes for its middleware learns
 * of the end of the socket: without middleware nobody sees the response.
 */
export function handUpgrade(engine: Engine, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const known = hasMiddleware(engine) ? null : socket.rawListeners('close');
  engine.handleUpgrade(request, socket, head);
  if (known === null) return;
  // The response is the first that listens. It listens once, which ws does not.
  const listeners = socket.rawListeners('close') as (() => void)[];
  const first = listeners.find((listener) => !known.includes(listener));
  if (first !== undefined && 'listener' in first) socket.off('close', first);
}

/** Removes the listener of errors before there is a transport, which keeps all of the handshake and hears of nothing any more. */
export function dropEarlyListener(connection: EngineConnection): void {
  const webSocket = webSocketOf(connection);
  const early = webSocket?.listeners('error').find(({ name }) => name === 'onUpgradeError');
  if (early !== undefined) webSocket?.off('error', early as () => void);
}

/** Step of a new connection: keeps of its request what Socket.IO makes the handshake of each namespace of. */
export const dropRequest: ConnectionStep = (connection, next) => {
  const { request } = connection;
  if (request !== null) {
    const { method, url, headers, socket } = request;
    const kept = { method, url, headers, socket, connection: socket } as IncomingMessage;
    setQuery(kept, queryOf(request));
    connection.request = kept;
  }
  next(connection);
};
