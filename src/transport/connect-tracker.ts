import { randomUUID } from 'node:crypto';
import { toWireError } from '../errors/wire-error.js';
import type { EngineConnection } from './engine.js';
import type { Notices } from './notices.js';
import { PacketRefusal } from './rejected-packet.js';
import type { TransportLimits } from './transport-limits.js';

/** What all connections of a server share. */
interface Shared {
  readonly limits: TransportLimits;
  readonly notices: Notices;
}

const CONNECT = '0';
const CONNECT_ERROR = '4';

/**
 * The namespaces of one connection, as its packets show them. Unknown namespaces never reach a middleware, and
 * instances of a pattern are made before one runs, so that counting has to happen here.
 */
export class Connects {
  /** Whether the connection has used up its refusals; nothing that it sends is read any more. */
  isOver = false;
  #refusals = 0;
  /** Namespaces that the connection is in, or on the way into. */
  #names: readonly string[] = [];

  constructor(
    private readonly connection: EngineConnection,
    private readonly traffic: Shared,
  ) {}

  /** Counts a CONNECT. @returns why it is refused, or null */
  enter(name: string): PacketRefusal | null {
    if (this.#names.includes(name)) return null;
    if (this.#names.length >= this.traffic.limits.namespacesPerConnection) {
      const text = `a connection may be in ${this.traffic.limits.namespacesPerConnection} namespaces`;
      return new PacketRefusal('OVERLOADED', 'namespacesPerConnection', text);
    }
    // Copied: a list that grows by `push` takes room for sixteen more, and most connections are in one namespace.
    this.#names = this.#names.concat(name);
    return null;
  }

  leave(name: string): void {
    this.#names = this.#names.filter((one) => one !== name);
  }

  /** Refuses a CONNECT before Socket.IO sees it. */
  refuse(name: string, refusal: PacketRefusal): void {
    const data = toWireError(refusal.toError(), randomUUID());
    if (refusal.limit !== null)
      this.traffic.notices.note('connect.refused', refusal.limit, { code: data.code });
    const head = name === '/' ? CONNECT_ERROR : `${CONNECT_ERROR}${name},`;
    this.connection.write(head + JSON.stringify({ message: data.message, data }));
  }

  /** Told of every packet about namespaces that goes out: whatever refuses, a refusal looks the same here. */
  onSent(packet: string): void {
    const type = packet.charAt(0);
    if (type === CONNECT) {
      this.#refusals = 0;
      return;
    }
    this.leave(nameOf(packet));
    if (type !== CONNECT_ERROR || this.isOver) return;
    if (++this.#refusals < this.traffic.limits.refusalsInARow) return;
    this.isOver = true;
    this.traffic.notices.note('connection.closed', 'refusalsInARow');
    // The packet of this refusal is about to be queued: it goes out first.
    process.nextTick(() => this.connection.close());
  }
}

function nameOf(packet: string): string {
  if (packet.charAt(1) !== '/') return '/';
  const end = packet.indexOf(',');
  return end === -1 ? packet.slice(1) : packet.slice(1, end);
}
