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

/** Tells whether closing this socket leaves its connection open, because other namespaces use it. */
export function isShared(socket: Socket): boolean {
  const { nsps = {} } = socket.io as unknown as { readonly nsps?: Readonly<Record<string, Socket>> };
  return Object.values(nsps).some((other) => other !== socket && other.active);
}

/**
 * Lets sockets that the application makes on the same connection open by themselves, as they would have without the
 * ones made here.
 */
export function openOthers({ io }: Socket): void {
  io._autoConnect = true;
}
