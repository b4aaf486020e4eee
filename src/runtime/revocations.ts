import type { Logger } from '../base/logger.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { User } from '../metadata/context.js';
import type { RemoteOptions } from '../metadata/target.js';
import { MemoryRevocations, type RevocationStore } from '../stores/revocations.js';
import { sendAway } from './expiry.js';
import { limitOf, note, type Operations } from './remote/operations.js';
import { userRoom } from './rooms.js';
import { stateOf } from './socket-state.js';
import { namespacesOf } from './socketio.js';
import type { RevocationCheck, SocketState } from './types.js';

/** Takes the access of users back, on all nodes. */
export class Revocations implements RevocationCheck {
  /** Revocations that this node knows of, for clients on their way in. */
  readonly #known = new MemoryRevocations();
  /** Revocations that all nodes remember; null where there is one node, or none that could be told. */
  #shared: RevocationStore | null = null;

  constructor(
    private readonly operations: Operations,
    private readonly logger: Logger,
  ) {
    operations.cluster.answer('revoke', ({ userId }, reply) => {
      reply({ count: this.#revokeHere(String(userId), performance.now()) });
    });
    operations.onReachable = () => void this.#catchUpWithOthers();
  }

  /** Remembers in a store that other nodes read, too. */
  share(store: RevocationStore | null): void {
    this.#shared = store;
  }

  /**
   * Sends a user away, from every namespace of every node.
   *
   * @returns number of sockets
   * @throws {GatewireError} INVALID_PAYLOAD when the id does not have 1 to 128 characters
   */
  async revoke(userId: string, options?: RemoteOptions): Promise<number> {
    const here = this.#revokeHere(userId, performance.now());
    const [there] = await Promise.all([
      // A node that would get it late, when the user may have come anew, looks into the store instead.
      this.operations.cluster.ask('revoke', { userId }, { ...limitOf(options), inOrder: false }),
      this.#shared?.add(userId).catch((error) => this.#fail(error)),
    ]);
    note(there, options);
    return there.replies.reduce((sum, { body }) => sum + (Number(body['count']) || 0), here);
  }

  /** Sends a client away that was on its way in meanwhile, with what auth had said before. Tells whether it did. */
  catchUp(state: SocketState): boolean {
    if (!this.#isRevoked(state)) return false;
    sendAway(state, revoked());
    return true;
  }

  /** Throws when the user of a client was revoked since its handshake. */
  check(state: SocketState): void {
    if (this.#isRevoked(state)) throw revoked();
  }

  #isRevoked({ user, madeAt }: SocketState): boolean {
    if (this.#known.isEmpty) return false;
    const { id } = (user ?? {}) as Partial<User>;
    const at = id === undefined ? null : this.#known.timeOf(id);
    return at !== null && at >= madeAt;
  }

  /** Sends those away who came before a time on `performance.now()`: the clock of the machine may be set back. */
  #revokeHere(userId: string, at: number): number {
    const room = userRoom(userId);
    this.#known.note(userId, at);
    const states = namespacesOf(this.operations.io).flatMap(({ adapter, sockets }) =>
      [...(adapter.rooms.get(room) ?? [])].flatMap((id) => {
        const socket = sockets.get(id);
        const state = socket && stateOf(socket);
        return state !== undefined && state.madeAt <= at ? state : [];
      }),
    );
    for (const state of states) sendAway(state, revoked());
    return states.length;
  }

  /** Does what this node was not told of, because it could not be reached. */
  async #catchUpWithOthers(): Promise<void> {
    try {
      const recent = (await this.#shared?.recent()) ?? new Map<string, number>();
      for (const [userId, ageMs] of recent) this.#revokeHere(userId, performance.now() - ageMs);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.logger.warn({ event: 'revocation.store-failed', error });
  }
}

function revoked(): GatewireError {
  return new GatewireError('UNAUTHENTICATED', { message: 'access was revoked' });
}
