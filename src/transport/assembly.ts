import type { RawPacket } from './engineio.js';
import type { Slot } from './packet-check.js';
import { type RejectedPacket, tooLarge } from './rejected-packet.js';

/** A packet whose binary parts are still to come. */
export class Assembly {
  #missing: number;
  #bytes = 0;
  #parts: (Uint8Array | ArrayBuffer)[] = [];

  /**
   * @param refusal - why the packet is refused already; then its parts are only counted
   * @param maxBytes - bound of all parts together
   */
  constructor(
    readonly packet: RawPacket,
    private readonly slots: readonly Slot[],
    public refusal: RejectedPacket | null,
    private readonly maxBytes: number,
  ) {
    this.#missing = packet.attachments ?? 0;
    delete packet.attachments;
  }

  /** Takes the next part. @returns whether it was the last one, and the packet is whole */
  take(part: Uint8Array | ArrayBuffer): boolean {
    this.#missing--;
    this.#bytes += part.byteLength;
    if (this.refusal === null && this.#bytes > this.maxBytes) {
      this.refusal = tooLarge('attachments', 'the attachments have too many bytes');
      this.#parts = [];
    }
    if (this.refusal === null) this.#parts.push(part);
    if (this.#missing > 0) return false;
    if (this.refusal === null) {
      for (const { parent, key, num } of this.slots) parent[key] = this.#parts[num];
    }
    return true;
  }
}
