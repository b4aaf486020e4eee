/** Another node, as far as it is known here. */
export interface Peer {
  readonly id: string;
  readonly name: string;
  seenAt: number;
}

/** Milliseconds between two announcements of a node. */
export const ANNOUNCE_MS = 1_000;
/** After this silence a node is asked, but no longer waited for: it may be frozen or dead. */
const SILENT_MS = 5_000;
/** After this silence a node is forgotten, and not missed any more. */
const FORGET_MS = 30_000;
/** More nodes than this are not remembered: what announces itself is others' to send. */
const MAX_PEERS = 1_000;

/** The other nodes: who announced itself, and when it was last heard of. */
export class Nodes {
  readonly #peers = new Map<string, Peer>();

  /** @returns whether the node is new */
  heard(id: string, name: string, now = Date.now()): boolean {
    const known = this.#peers.get(id);
    if (known !== undefined) {
      known.seenAt = now;
      return false;
    }
    if (this.#peers.size >= MAX_PEERS) return false;
    this.#peers.set(id, { id, name, seenAt: now });
    return true;
  }

  left(id: string): void {
    this.#peers.delete(id);
  }

  nameOf(id: string): string | null {
    return this.#peers.get(id)?.name ?? null;
  }

  /** Those that are waited for. */
  living(now = Date.now()): readonly Peer[] {
    return [...this.#peers.values()].filter(({ seenAt }) => now - seenAt < SILENT_MS);
  }

  /** Those that were there lately and are silent now. */
  silent(now = Date.now()): readonly Peer[] {
    return [...this.#peers.values()].filter(({ seenAt }) => now - seenAt >= SILENT_MS);
  }

  forgetLost(now = Date.now()): void {
    for (const { id, seenAt } of this.#peers.values()) if (now - seenAt >= FORGET_MS) this.#peers.delete(id);
  }

  /** Nobody was heard while the way to them was cut, which is not their silence. */
  excuse(now = Date.now()): void {
    for (const peer of this.#peers.values()) peer.seenAt = now;
  }
}
