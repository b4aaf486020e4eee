import type { Socket } from 'socket.io-client';

/** What socket.io-client does not offer and is needed all the same; without it, memory is kept longer, and no more. */
interface SocketInternals {
  readonly ids?: number;
  readonly acks?: Record<number, unknown>;
}

/** Prepares to forget the acknowledgement that is asked for next: call the result when nobody waits for it any more. */
export function forgetAck(socket: Socket): () => void {
  const { ids = -1, acks = {} } = socket as unknown as SocketInternals;
  return () => void delete acks[ids];
}

/**
 * Ends socket.io-client's wait for its next attempt: all sockets that wait on the connection are opened anew, at once.
 *
 * @returns whether it waited; false while an attempt is under way
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

function socketsOf(manager: Socket['io']): readonly Socket[] {
  const { nsps = {} } = manager as unknown as { readonly nsps?: Readonly<Record<string, Socket>> };
  return Object.values(nsps);
}

/**
 * Lets sockets that the application makes on the same connection open by themselves, as they would have without the
 * ones made here.
 */
export function openOthers({ io }: Socket): void {
  io._autoConnect = true;
}
