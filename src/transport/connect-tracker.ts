import type { LimitReporter } from '../base/channels.js';
import { type EngineConnection, PacketType } from './engineio.js';
import { authTooLarge, connectErrorText, RejectedPacket } from './packet-check.js';
import type { TransportLimits } from './transport-limits.js';

/** Parts that all connections of a server share. */
interface Shared {
  readonly limits: TransportLimits;
  readonly report: LimitReporter;
  admit(namespace: string): RejectedPacket | null;
  declarationOf(namespace: string): string | null;
}

/** Refusals of nearly all connections. */
const NONE: readonly null[] = [];
/** Auth up to this length is not counted: few namespaces have it. */
const SMALL_AUTH = 1_024;

/**
 * Namespaces of one connection and questions to its client, as its packets show them. Unknown namespaces never reach a
 * middleware, and instances of a pattern are made before one runs, so that counting has to happen here.
 */
export class ConnectTracker {
  /** True when the connection has used up its refusals: nothing that it sends is read any more. */
  isOver = false;
  /** Questions to the client that it has not answered, in all namespaces. */
  #questions = 0;
  /** Declarations of the namespaces that refused the connection; null for those that nobody declared. */
  #refusals: readonly (string | null)[] = NONE;
  /** Namespaces that the connection is in, or on the way into. */
  #names: readonly string[] = [];
  /** Bytes of auth of those where it is not small. */
  #auth: Map<string, number> | null = null;

  constructor(
    private readonly connection: EngineConnection,
    private readonly shared: Shared,
  ) {}

  /** Counts an event that asks for an acknowledgement. */
  onQuestion(): void {
    this.#questions++;
  }

  /** Takes note of an acknowledgement. @returns whether anything was asked */
  takeAnswer(): boolean {
    if (this.#questions === 0) return false;
    this.#questions--;
    return true;
  }

  /**
   * Counts a CONNECT that nothing else refuses.
   *
   * @param bytes - its length: auth is kept as long as the client is in the namespace
   * @returns why it is refused, or null
   */
  enter(name: string, bytes: number): RejectedPacket | null {
    return this.#enterName(name) ?? this.#keepAuth(name, bytes);
  }

  #enterName(name: string): RejectedPacket | null {
    if (this.#names.includes(name)) return null;
    if (this.#names.length >= this.shared.limits.namespacesPerConnection) {
      const text = `a connection may be in ${this.shared.limits.namespacesPerConnection} namespaces`;
      return new RejectedPacket('OVERLOADED', 'namespacesPerConnection', text);
    }
    // Copied: a list that grows by `push` takes room for sixteen more, and most connections are in one namespace.
    this.#names = this.#names.concat(name);
    return null;
  }

  #keepAuth(name: string, bytes: number): RejectedPacket | null {
    if (bytes <= SMALL_AUTH) return null;
    this.#auth ??= new Map();
    const kept = [...this.#auth.values()].reduce((sum, one) => sum + one, bytes);
    if (kept > this.shared.limits.authBytes) {
      if (!this.#auth.has(name)) this.leave(name);
      return authTooLarge();
    }
    this.#auth.set(name, (this.#auth.get(name) ?? 0) + bytes);
    return null;
  }

  leave(name: string): void {
    this.#auth?.delete(name);
    this.#names = this.#names.filter((one) => one !== name);
  }

  /** Refuses a CONNECT before Socket.IO sees it. */
  refuse(name: string, refusal: RejectedPacket): void {
    if (refusal.limit !== null) this.shared.report('connect.refused', refusal.limit, { code: refusal.code });
    const [names, auth] = [this.#names, this.#auth === null ? null : new Map(this.#auth)];
    this.connection.write(connectErrorText(name, refusal.toError()));
    // The client may be in the namespace, by a CONNECT before this one.
    this.#names = names;
    this.#auth = auth;
  }

  /** The time to enter a namespace is over: a place in `/`, where nobody listens, is none. */
  onLate(): void {
    if (this.#names.length === 0 && this.shared.admit('/') !== null) this.connection.close();
  }

  /** Takes note of a packet about namespaces that goes out: whatever refuses, a refusal looks the same here. */
  onSent(type: number, packet: string): void {
    const name = nameOf(packet);
    if (type === PacketType.CONNECT) {
      if (this.#refusals.length === 0) return;
      // Elsewhere, a namespace that everybody may enter would give a client as many tries as it likes.
      const declaration = this.shared.declarationOf(name);
      if (declaration !== null) this.#refusals = this.#refusals.filter((one) => one !== declaration);
      return;
    }
    this.leave(name);
    if (type !== PacketType.CONNECT_ERROR || this.isOver) return;
    this.#refusals = this.#refusals.concat(this.shared.declarationOf(name));
    if (this.#refusals.length < this.shared.limits.refusalsInARow) return;
    this.isOver = true;
    this.shared.report('connection.closed', 'refusalsInARow');
    // The packet of this refusal is about to be queued: it goes out first.
    process.nextTick(() => this.connection.close());
  }
}

function nameOf(packet: string): string {
  if (packet.charAt(1) !== '/') return '/';
  const end = packet.indexOf(',');
  return end === -1 ? packet.slice(1) : packet.slice(1, end);
}
