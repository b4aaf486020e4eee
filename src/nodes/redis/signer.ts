import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** HMAC may be cut to half of its length (RFC 2104, section 5). */
const MAC_BYTES = 16;

/**
 * Signs what goes through Redis, so that whoever can publish there, and nothing else, cannot speak for a node: a forged
 * message of the plain adapters disconnects every client. The channel is signed along: a message cannot be sent on.
 */
export class Signer {
  readonly #key: KeyObject;

  constructor(secret: string, prefix: string) {
    this.#key = createSecretKey(createHmac('sha256', secret).update(`gatewire ${prefix}`).digest());
  }

  /** The message with its signature behind. */
  sign(channel: string, message: Buffer | string): Buffer {
    const bytes = typeof message === 'string' ? Buffer.from(message) : message;
    return Buffer.concat([bytes, this.#macOf(channel, bytes)]);
  }

  /** The message without its signature; null when that is wrong. */
  verify(channel: string, signed: Buffer): Buffer | null {
    const end = signed.length - MAC_BYTES;
    if (end < 0) return null;
    const message = signed.subarray(0, end);
    return timingSafeEqual(this.#macOf(channel, message), signed.subarray(end)) ? message : null;
  }

  /** The signature alone, as text, for what is stored in fields. */
  mac(place: string, text: string): string {
    return this.#macOf(place, text).toString('hex');
  }

  #macOf(channel: string, message: Buffer | string): Buffer {
    // The length of the channel keeps ('ab', 'c') and ('a', 'bc') apart.
    const hmac = createHmac('sha256', this.#key).update(`${channel.length} ${channel} `);
    return hmac.update(message).digest().subarray(0, MAC_BYTES);
  }
}
