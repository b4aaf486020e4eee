import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** HMAC may be cut to half of its length (RFC 2104, section 5). */
const MAC_BYTES = 16;

/**
 * Signs messages that go through Redis, because a forged message of the plain adapters disconnects every client: write
 * access to Redis alone is not enough to speak for a node. The channel is part of the signature, so that a message
 * cannot be replayed on another one.
 */
export class Signer {
  readonly #key: KeyObject;

  constructor(secret: string, prefix: string) {
    this.#key = createSecretKey(createHmac('sha256', secret).update(`gatewire ${prefix}`).digest());
  }

  /** Returns the message with its signature appended. */
  sign(channel: string, message: Buffer | string): Buffer {
    const bytes = typeof message === 'string' ? Buffer.from(message) : message;
    return Buffer.concat([bytes, this.#macOf(channel, bytes)]);
  }

  /** Returns the message without its signature; null when the signature is wrong. */
  verify(channel: string, signed: Buffer): Buffer | null {
    const end = signed.length - MAC_BYTES;
    if (end < 0) return null;
    const message = signed.subarray(0, end);
    return timingSafeEqual(this.#macOf(channel, message), signed.subarray(end)) ? message : null;
  }

  /** Returns the signature alone, as text for a field of a stored value. */
  mac(place: string, text: string): string {
    return this.#macOf(place, text).toString('hex');
  }

  #macOf(channel: string, message: Buffer | string): Buffer {
    // The length of the channel keeps ('ab', 'c') and ('a', 'bc') apart.
    const hmac = createHmac('sha256', this.#key).update(`${channel.length} ${channel} `);
    return hmac.update(message).digest().subarray(0, MAC_BYTES);
  }
}
