import type { Socket } from 'socket.io';
import type { Change } from '../stores/topics.js';
import { waitingFor } from '../transport/output-limit.js';
import { SubscriberGroup } from './group.js';

/** Bytes that may wait for a connection before it counts as slow. */
const SLOW_BYTES = 65_536;
/** Time between two looks at slow connections. */
const LOOK_MS = 50;

/** Where the changes of a topic go. */
export interface LatestDelivery {
  /** Sends changes to a group, but for the members of a room of its adapter. */
  toGroup(group: SubscriberGroup, epoch: string, changes: readonly Change[], exceptRoom: string): void;
  /** Sends to one socket what is left of the changes that it was not sent. */
  toSocket(socket: Socket, epoch: string, changes: readonly Change[]): void;
}

/**
 * Delivers a topic of which slow clients get the latest values: while much waits for a connection it is sent nothing further,
 * and at most one change for each key is kept for it, so that it ends with the newest.
 */
export class LatestOnly {
  /** Last change of each key since the first slow client is slow, the oldest first. */
  readonly #recent = new Map<string, Change>();
  /** Offsets up to which slow clients were sent changes. */
  readonly #slow = new Map<Socket, number>();
  #epoch = '';
  #timer: NodeJS.Timeout | null = null;
  readonly #room: string;

  /** @param key - name of the topic in the adapters of groups */
  constructor(
    private readonly key: string,
    private readonly delivery: LatestDelivery,
  ) {
    this.#room = `slow ${key}`;
  }

  changes(groups: Iterable<SubscriberGroup>, epoch: string, changes: readonly Change[]): void {
    const [first] = changes;
    if (first === undefined) return;
    this.#epoch = epoch;
    for (const group of groups) {
      for (const id of group.adapter.rooms.get(this.key) ?? []) {
        const socket = group.namespace.sockets.get(id);
        if (socket === undefined || this.#slow.has(socket) || !isSlow(socket)) continue;
        this.#slow.set(socket, first.offset - 1);
        group.adapter.addAll(id, new Set([this.#room]));
      }
      this.delivery.toGroup(group, epoch, changes, this.#room);
    }
    if (this.#slow.size === 0) return;
    for (const change of changes) {
      this.#recent.delete(change.key);
      this.#recent.set(change.key, change);
    }
    this.#timer ??= setInterval(this.#look, LOOK_MS).unref();
  }

  /** Forgets what slow clients were not sent: they begin anew. */
  close(): void {
    for (const socket of [...this.#slow.keys()]) this.#forget(socket);
    this.#rest();
  }

  readonly #look = (): void => {
    for (const [socket, offset] of this.#slow) {
      if (socket.connected && isSlow(socket)) continue;
      this.#forget(socket);
      const missing = [...this.#recent.values()].filter((change) => change.offset > offset);
      if (socket.connected && missing.length > 0) this.delivery.toSocket(socket, this.#epoch, missing);
    }
    if (this.#slow.size === 0) this.#rest();
  };

  #forget(socket: Socket): void {
    this.#slow.delete(socket);
    SubscriberGroup.of(socket.nsp).adapter.del(socket.id, this.#room);
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#recent.clear();
  }
}

function isSlow({ conn }: Socket): boolean {
  return waitingFor(conn as never) > SLOW_BYTES;
}
