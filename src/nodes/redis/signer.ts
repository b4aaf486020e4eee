import {
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
  type ScryptOptions,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';

/** HMAC may be cut to half of its length (RFC 2104, section 5). */
const MAC_BYTES = 16;
const SENDER_BYTES = 8;
const NUMBER_BYTES = 6;
const STAMP_BYTES = SENDER_BYTES + 2 * NUMBER_BYTES;

/** One guess of the secret takes 16 MB and some 50 ms, where a plain HMAC lets a machine try millions in a second. */
const COST: ScryptOptions = { N: 2 ** 14, r: 8, p: 1 };
const KEY_BYTES = 32;

/** Mark of one message, which no later message of its sender has. */
export interface Stamp {
  /** Process that sent it, by a random name of its connections to Redis. */
  readonly sender: string;
  /** Number of the message, which grows with each of the sender. */
  readonly count: number;
  /** Time of sending in milliseconds since 1970, by the clock of Redis. */
  readonly sentAt: number;
}

/** A message whose signature is right. */
export interface SignedMessage {
  readonly message: Buffer;
  readonly stamp: Stamp;
}

/**
 * Signs messages that go through Redis, because a forged message of the plain adapters disconnects every client: write
 * access to Redis alone is not enough to speak for a node. The channel is part of the signature, so that a message
 * cannot be replayed on another one, and so is a stamp, by which `ReplayGuard` tells a message that was sent before.
 */
export class Signer {
  readonly #key: KeyObject;
  readonly #sender = randomBytes(SENDER_BYTES);
  readonly #name = this.#sender.toString('hex');
  #count = 0;

  private constructor(key: Buffer) {
    this.#key = createSecretKey(key);
  }

  /** Derives the key, once: who reads a signed message could otherwise guess the secret offline. */
  static create(secret: string, prefix: string): Promise<Signer> {
    return new Promise((resolve, reject) => {
      scrypt(secret, `gatewire ${prefix}`, KEY_BYTES, COST, (error, key) => {
        if (error) reject(error);
        else resolve(new Signer(key));
      });
    });
  }

  /** Name of this sender in its stamps. */
  get sender(): string {
    return this.#name;
  }

  /** Makes the stamp of another message. */
  stamp(sentAt: number): Stamp {
    return { sender: this.#name, count: ++this.#count, sentAt };
  }

  /**
   * Returns the message with a stamp and its signature appended.
   *
   * @param sentAt - present time by the clock of Redis, in milliseconds since 1970
   */
  sign(channel: string, message: Buffer | string, sentAt: number): Buffer {
    const length = Buffer.byteLength(message);
    const signed = Buffer.allocUnsafe(length + STAMP_BYTES + MAC_BYTES);
    if (typeof message === 'string') signed.write(message);
    else message.copy(signed);
    this.#sender.copy(signed, length);
    signed.writeUIntBE(++this.#count, length + SENDER_BYTES, NUMBER_BYTES);
    signed.writeUIntBE(Math.trunc(sentAt), length + SENDER_BYTES + NUMBER_BYTES, NUMBER_BYTES);
    const end = length + STAMP_BYTES;
    this.#macOf(channel, signed.subarray(0, end)).copy(signed, end);
    return signed;
  }

  /** Returns the message and its stamp; null when the signature is wrong. */
  verify(channel: string, signed: Buffer): SignedMessage | null {
    const end = signed.length - MAC_BYTES;
    const length = end - STAMP_BYTES;
    if (length < 0) return null;
    if (!timingSafeEqual(this.#macOf(channel, signed.subarray(0, end)), signed.subarray(end))) return null;
    const sender = signed.toString('hex', length, length + SENDER_BYTES);
    const count = signed.readUIntBE(length + SENDER_BYTES, NUMBER_BYTES);
    const sentAt = signed.readUIntBE(length + SENDER_BYTES + NUMBER_BYTES, NUMBER_BYTES);
    return { message: signed.subarray(0, length), stamp: { sender, count, sentAt } };
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

/** Writes a stamp as text. */
export function writeStamp({ sender, count, sentAt }: Stamp): string {
  return `${sender} ${count} ${Math.trunc(sentAt)}`;
}

/** Reads a stamp; null when the text is none. */
export function readStamp(text: string): Stamp | null {
  const [, sender, count, sentAt] = /^([0-9a-f]{16}) (\d{1,15}) (\d{1,15})$/.exec(text) ?? [];
  return sender === undefined ? null : { sender, count: Number(count), sentAt: Number(sentAt) };
}
