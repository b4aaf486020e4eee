import type { Server } from 'socket.io';
import { GatewireError } from '../errors/gatewire-error.js';
import { sendAway } from './expiry.js';
import { namespacesOf } from './internals.js';
import { userRoom } from './rooms.js';
import { stateOf } from './state-of.js';

/**
 * Sends a user away, from every namespace of this node.
 *
 * @returns number of sockets
 * @throws {GatewireError} INVALID_PAYLOAD when the id is no string of 1 to 128 characters
 */
export function revoke(io: Server, userId: string): number {
  const room = userRoom(userId);
  const states = namespacesOf(io).flatMap(({ adapter, sockets }) =>
    [...(adapter.rooms.get(room) ?? [])].flatMap((id) => {
      const socket = sockets.get(id);
      return (socket && stateOf(socket)) ?? [];
    }),
  );
  for (const state of states) {
    sendAway(state, new GatewireError('UNAUTHENTICATED', { message: 'access was revoked' }));
  }
  return states.length;
}
