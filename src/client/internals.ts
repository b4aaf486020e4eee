import type { Manager, Socket } from 'socket.io-client';
import type { Private } from '../base/stack.js';

/** Private members of a socket. If they change, only memory is released later, and `sendBuffer` is public. */
type SocketMembers = Private<
  'socket.io-client',
  'Socket',
  Pick<Socket, 'sendBuffer'> & { readonly ids: number; readonly acks: Record<number, unknown> }
>;

/** Private members of a manager. If they change, sockets of one connection are handled as if each had its own. */
type ManagerMembers = Private<
  'socket.io-client',
  'Manager',
  Pick<Manager, '_readyState' | '_autoConnect'> & { readonly nsps: Readonly<Record<string, Socket>> }
>;

/** Event that was emitted with an acknowledgement. */
export interface Emitted {
  /** Tells whether socket.io-client still holds the event, because there is no connection. */
  isHeld(): boolean;
  /** Forgets the acknowledgement, and the event if it is still held. */
  takeBack(): void;
}

/** Emits an event with an acknowledgement. Without a connection socket.io-client holds it for the next one. */
export function emitWithAck(
  socket: Socket,
  event: string,
  args: readonly unknown[],
  ack: (reply?: unknown) => void,
): Emitted {
  const { ids = -1, acks = {} } = socket as unknown as Partial<SocketMembers>;
  const forget = () => void delete acks[ids];
  const at = socket.sendBuffer.length;
  try {
    socket.emit(event, ...args, ack);
  } catch (error) {
    forget();
    throw error;
  }
  const packet = socket.sendBuffer[at];
  const position = () => (packet === undefined ? -1 : socket.sendBuffer.indexOf(packet));
  return {
    isHeld: () => position() >= 0,
    takeBack() {
      forget();
      if (position() >= 0) socket.sendBuffer.splice(position(), 1);
    },
  };
}

/** Forgets all events that socket.io-client holds. */
export function dropHeld(socket: Socket): void {
  socket.sendBuffer = [];
}

/**
 * Ends the wait of socket.io-client for its next attempt: opens all waiting sockets of the connection at once.
 *
 * @returns false when socket.io-client did not wait, because an attempt is under way
 */
export function hurry({ io }: Socket): boolean {
  if (membersOf(io)._readyState !== 'closed') return false;
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
  membersOf(io)._autoConnect = true;
}

function socketsOf(manager: Manager): readonly Socket[] {
  return Object.values(membersOf(manager).nsps ?? {});
}

function membersOf(manager: Manager): Partial<ManagerMembers> {
  return manager as unknown as Partial<ManagerMembers>;
}
