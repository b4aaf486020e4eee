import type { Server } from 'socket.io';
import { GatewireError } from '../errors/gatewire-error.js';
import type { User } from '../metadata/context.js';
import { sendAway } from './expiry.js';
import { namespacesOf } from './internals.js';
import { userRoom } from './rooms.js';
import type { SocketState } from './socket-state.js';
import { stateOf } from './state-of.js';

/** Nobody is on the way in for longer: auth, middleware and the connection itself have shorter limits. */
const KEEP_MS = 60_000;

/** Takes the access of users back, on this node. Other nodes will be told by whoever calls `revoke`. */
export class Revocations {
  /** Users, and when their access was revoked last; the oldest first. */
  readonly #recent = new Map<string, number>();

  constructor(private readonly io: Server) {}

  /**
   * Sends a user away, from every namespace of this node.
   *
   * @returns number of sockets
   * @throws {GatewireError} INVALID_PAYLOAD when the id is no string of 1 to 128 characters
   */
  revoke(userId: string): number {
    const room = userRoom(userId);
    const now = Date.now();
    this.#forgetOld(now);
    this.#recent.delete(userId);
    this.#recent.set(userId, now);
    const states = namespacesOf(this.io).flatMap(({ adapter, sockets }) =>
      [...(adapter.rooms.get(room) ?? [])].flatMap((id) => {
        const socket = sockets.get(id);
        return (socket && stateOf(socket)) ?? [];
      }),
    );
    for (const state of states) sendAway(state, revoked());
    return states.length;
  }

  /** Sends a client away that was on its way in meanwhile, with what auth had said before. Tells whether it did. */
  catchUp(state: SocketState): boolean {
    if (this.#recent.size === 0) return false;
    const { id } = (state.user ?? {}) as Partial<User>;
    const at = id === undefined ? undefined : this.#recent.get(id);
    if (at === undefined || at < state.socket.handshake.issued) return false;
    sendAway(state, revoked());
    return true;
  }

  #forgetOld(now: number): void {
    for (const [userId, at] of this.#recent) {
      if (at > now - KEEP_MS) return;
      this.#recent.delete(userId);
    }
  }
}

function revoked(): GatewireError {
  return new GatewireError('UNAUTHENTICATED', { message: 'access was revoked' });
}
