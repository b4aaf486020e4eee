import { createHmac, timingSafeEqual } from 'node:crypto';

const MAC_BYTES = 16;

/**
 * Signs what goes through Redis, so that whoever can publish there, and nothing else, cannot speak for a node: a forged
 * message of the plain adapters disconnects every client. The channel is signed along: a message cannot be sent on.
 */
export class Signer {
  readonly #key: Buffer;

  constructor(secret: string, prefix: string) {
    this.#key = createHmac('sha256', secret).update(`gatewire ${prefix}`).digest();
  }

  /** The message with its signature ahead. */
  sign(channel: string, message: Buffer): Buffer {
    return Buffer.concat([this.#mac(channel, message), message]);
  }

  /** The message without its signature; null when that is wrong. */
  verify(channel: string, signed: Buffer): Buffer | null {
    if (signed.length < MAC_BYTES) return null;
    const message = signed.subarray(MAC_BYTES);
    return timingSafeEqual(this.#mac(channel, message), signed.subarray(0, MAC_BYTES)) ? message : null;
  }

  #mac(channel: string, message: Buffer): Buffer {
    // The length of the channel keeps ('ab', 'c') and ('a', 'bc') apart.
    const mac = createHmac('sha256', this.#key).update(`${channel.length} ${channel} `).update(message);
    return mac.digest().subarray(0, MAC_BYTES);
  }
}
