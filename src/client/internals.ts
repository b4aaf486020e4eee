import type { Manager, Socket } from 'socket.io-client';

/** Private members of socket.io-client. If they change, only memory is released later. */
interface SocketInternals {
  readonly ids?: number;
  readonly acks?: Record<number, unknown>;
}

/** Prepares to forget the acknowledgement of the next event: the result does so once the answer is not awaited. */
export function forgetAck(socket: Socket): () => void {
  const { ids = -1, acks = {} } = socket as unknown as SocketInternals;
  return () => void delete acks[ids];
}

/**
 * Ends the wait of socket.io-client for its next attempt: opens all waiting sockets of the connection at once.
 *
 * @returns false when socket.io-client did not wait, because an attempt is under way
 */
export function hurry({ io }: Socket): boolean {
  if (io._readyState !== 'closed') return false;
  const waiting = socketsOf(io).filter(({ active }) => active);
  for (const one of waiting) one.disconnect();
  for (const one of waiting) one.connect();
  return true;
}

/** Tells whether closing this socket leaves its connection open, because other namespaces use it. */
export function isShared(socket: Socket): boolean {
  return socketsOf(socket.io).some((other) => other !== socket && other.active);
}

/**
 * Lets sockets that the application makes on the same connection open by themselves. `autoConnect: false` of the
 * first one would hold for all of them.
 */
export function openOthers({ io }: Socket): void {
  io._autoConnect = true;
}

function socketsOf(manager: Manager): readonly Socket[] {
  const { nsps = {} } = manager as unknown as { readonly nsps?: Readonly<Record<string, Socket>> };
  return Object.values(nsps);
}
