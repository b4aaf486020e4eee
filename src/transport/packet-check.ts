import { randomUUID } from 'node:crypto';
import { GatewireError, toWireError, type WireCode } from '../errors/gatewire-error.js';
import { PacketType, packetText, type RawPacket } from './engineio.js';
import type { TransportLimits } from './transport-limits.js';

/** Place of a binary part in the data of a packet. */
export interface Slot {
  readonly parent: Record<string | number, unknown>;
  readonly key: string | number;
  readonly num: number;
}

/** Bounds of the data of a packet. */
export interface PacketLimits {
  readonly packetDepth: number;
  readonly packetKeys: number;
}

// State of the check that runs. Nothing is awaited in one, and closures would cost what the check itself does.
let keysLeft = 0;
let attachments = 0;
let slots: Slot[] | null = null;
let taken: Set<number> | null = null;

/**
 * Looks through decoded data for more nesting or members than allowed. `JSON.parse` itself takes 500,000 levels; what
 * encodes or clones the data later recurses, and 4,200 levels echoed end a plain socket.io server.
 *
 * @param from - where the arguments begin: behind the name of an event
 * @returns why it is refused, or null
 */
export function checkPacket(
  data: readonly unknown[],
  from: number,
  limits: PacketLimits,
): RejectedPacket | null {
  slots = null;
  return checkArguments(data, from, limits);
}

/**
 * Checks a packet with binary parts in the same way, and lists their places.
 *
 * @param count - how many parts were announced
 * @param found - is given the places; one part has one place, since a buffer that is referenced 300 times would
 *   come back 275-fold from a handler that echoes
 */
export function checkBinaryPacket(
  data: readonly unknown[],
  from: number,
  limits: PacketLimits,
  count: number,
  found: Slot[],
): RejectedPacket | null {
  slots = found;
  attachments = count;
  taken = new Set();
  const refusal = checkArguments(data, from, limits);
  slots = null;
  taken = null;
  return refusal;
}

function checkArguments(
  data: readonly unknown[],
  from: number,
  { packetDepth, packetKeys }: PacketLimits,
): RejectedPacket | null {
  keysLeft = packetKeys;
  try {
    spend(data.length - from);
    for (let i = from; i < data.length; i++) visit(data, i, data[i], packetDepth);
    return null;
  } catch (error) {
    if (error instanceof RejectedPacket) return error;
    // A limit that is beyond the stack: the stack is the limit then.
    if (error instanceof RangeError) return tooDeep();
    throw error;
  }
}

function visit(parent: object, key: string | number, value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (slots !== null && (value as { _placeholder?: unknown })._placeholder === true) {
    return note(parent as Slot['parent'], key, (value as { num?: unknown }).num);
  }
  if (depth === 0) throw tooDeep();
  if (Array.isArray(value)) {
    spend(value.length);
    for (let i = 0; i < value.length; i++) visit(value, i, value[i], depth - 1);
    return;
  }
  for (const name in value) {
    if (keysLeft-- === 0) throw tooMany();
    visit(value, name, (value as Record<string, unknown>)[name], depth - 1);
  }
}

function spend(keys: number): void {
  keysLeft -= keys;
  if (keysLeft < 0) throw tooMany();
}

function note(parent: Slot['parent'], key: string | number, num: unknown): void {
  if (!Number.isInteger(num) || (num as number) < 0 || (num as number) >= attachments) {
    throw new RejectedPacket('INVALID_PAYLOAD', null, 'the payload names an attachment that was not sent');
  }
  if (taken?.has(num as number)) {
    throw new RejectedPacket('INVALID_PAYLOAD', null, 'the payload names an attachment twice');
  }
  taken?.add(num as number);
  slots?.push({ parent, key, num: num as number });
}

/** Makes the rejection of a packet with too many levels. */
export const tooDeep = (): RejectedPacket => tooLarge('packetDepth', 'the payload is nested too deep');
/** Makes the rejection of a packet with too many members. */
export const tooMany = (): RejectedPacket => tooLarge('packetKeys', 'the payload has too many members');

/** Makes the rejection of a CONNECT with too much auth. */
export const authTooLarge = (): RejectedPacket => tooLarge('authBytes', 'auth is too large');

/** Bytes that a part may keep besides its own. */
const SLACK_BYTES = 256;

/**
 * Looks for a member `__proto__`, which `JSON.parse` makes: what copies the object by assignment gives its copy another
 * prototype.
 *
 * @param text - what the data was parsed from
 */
export function checkKeys(data: unknown, text: string): RejectedPacket | null {
  // The second one may write the first with escapes.
  if (!text.includes('__proto__') && !text.includes('\\u')) return null;
  const left = [data];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, '__proto__'))
      return new RejectedPacket('INVALID_PAYLOAD', null, 'the payload has a member `__proto__`');
    for (const name in value) left.push((value as Record<string, unknown>)[name]);
  }
  return null;
}

/** Packet whose binary parts are still to come. */
export class Assembly {
  #missing: number;
  #bytes = 0; // of the parts
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
    if (this.refusal === null) this.#parts.push(ownBytes(part));
    this.packet.bytes = (this.packet.bytes ?? 0) + part.byteLength;
    if (this.#missing > 0) return false;
    if (this.refusal === null) {
      for (const { parent, key, num } of this.slots) parent[key] = this.#parts[num];
    }
    return true;
  }
}

/** Copies a small part: as a piece of what was read with it, it would keep all of that. */
function ownBytes(part: Uint8Array | ArrayBuffer): Uint8Array | ArrayBuffer {
  if (part instanceof ArrayBuffer || part.buffer.byteLength <= 2 * part.byteLength + SLACK_BYTES) return part;
  const { buffer, byteOffset, byteLength } = part;
  return Buffer.from(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** Stand-in for the data of a packet that the server does not take. */
export class RejectedPacket {
  /** Name of the event that carried the data, for the answer; absent in acknowledgements. */
  event: unknown = '';

  /**
   * @param limit - the option that decides; null when no option would let it pass
   * @param text - for the client; it must not repeat what the client sent
   */
  constructor(
    readonly code: WireCode,
    readonly limit: string | null,
    readonly text: string,
  ) {}

  /** Makes the error to answer with, which names the option that decides. */
  toError(): GatewireError {
    const message = this.limit === null ? this.text : `${this.text} (limits.${this.limit})`;
    return new GatewireError(this.code, { message });
  }
}

/** Makes the rejection of a packet that is larger than a limit allows. */
export function tooLarge(limit: keyof TransportLimits, text: string): RejectedPacket {
  return new RejectedPacket('PAYLOAD_TOO_LARGE', limit, text);
}

/** Encodes the CONNECT_ERROR that answers a CONNECT. */
export function connectErrorText(namespace: string, error: GatewireError): string {
  const data = toWireError(error, randomUUID());
  return packetText(PacketType.CONNECT_ERROR, namespace, { message: data.message, data });
}
