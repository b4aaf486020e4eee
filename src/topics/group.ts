import type { Namespace, Socket } from 'socket.io';
import { Adapter } from '../base/socketio-packages.js';

const groups = new WeakMap<Namespace, SubscriberGroup>();

/**
 * Subscribers of one namespace instance on this node, by topic. They are kept apart from rooms: other nodes hear nothing of
 * them, they do not count among the rooms of a socket, and no room can have their name. Socket.IO's adapter in memory
 * encodes a frame once for all of them.
 */
export class SubscriberGroup {
  /** Adapter that knows topics in place of rooms. */
  readonly adapter: Namespace['adapter'];

  private constructor(readonly namespace: Namespace) {
    this.adapter = new Adapter(namespace);
  }

  /** Returns the group of a namespace instance. */
  static of(namespace: Namespace): SubscriberGroup {
    const known = groups.get(namespace);
    if (known !== undefined) return known;
    const group = new SubscriberGroup(namespace);
    groups.set(namespace, group);
    return group;
  }

  add(socket: Socket, topic: string): void {
    this.adapter.addAll(socket.id, new Set([topic]));
  }

  delete(socket: Socket, topic: string): void {
    this.adapter.del(socket.id, topic);
    if (this.adapter.sids.get(socket.id)?.size === 0) this.adapter.delAll(socket.id);
  }

  /** Lists the topics of a socket. */
  topicsOf(socket: Socket): ReadonlySet<string> {
    return this.adapter.sids.get(socket.id) ?? NONE;
  }

  has(socket: Socket, topic: string): boolean {
    return this.topicsOf(socket).has(topic);
  }

  /** Number of subscribers of a topic. */
  count(topic: string): number {
    return this.adapter.rooms.get(topic)?.size ?? 0;
  }
}

const NONE: ReadonlySet<string> = new Set();
