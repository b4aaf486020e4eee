import type { Socket } from 'socket.io';
import type { SocketState } from './socket-state.js';

const kState = Symbol('gatewire.state');

/** The state of a socket that a gatewire namespace let in, or is about to. */
export function stateOf(socket: Socket): SocketState | undefined {
  return (socket as { [kState]?: SocketState })[kState];
}

/** Puts the state where `stateOf` finds it; it goes with the socket. */
export function attachState(socket: Socket, state: SocketState): void {
  (socket as { [kState]?: SocketState })[kState] = state;
}
