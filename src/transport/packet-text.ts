import { MAX_NAME } from '../base/reserved-names.js';
import { PacketType } from './engineio.js';
import { authTooLarge, type RejectedPacket, tooDeep, tooMany } from './packet-check.js';
import type { TransportLimits } from './transport-limits.js';

/** Texts above this length are counted before they are parsed. */
export const COUNTED_FROM = 1_024;

/** Characters after the namespace within which the data has to begin: an id has 16 digits at most. */
const MAX_ID = 512;
/** A name in which each character is escaped. */
const MAX_QUOTED_EVENT = 6 * MAX_NAME.event + 2;
const { CONNECT, EVENT, BINARY_EVENT, BINARY_ACK } = PacketType;
const [QUOTE, COMMA, SLASH, BACKSLASH] = [0x22, 0x2c, 0x2f, 0x5c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const SPACE = 0x20;
const [ZERO, NINE] = [0x30, 0x39];

type CountLimits = Pick<TransportLimits, 'packetDepth' | 'packetKeys' | 'attachments' | 'authBytes'>;

/** Text of a packet, of which only the head and the number of brackets and commas have been looked at. */
export class PacketText {
  /** Length of the name of the namespace. */
  readonly namespaceLength: number;
  readonly #afterNamespace: number;

  constructor(readonly text: string) {
    const from = this.#isBinary ? text.indexOf('-') + 1 : 1;
    if (text.charCodeAt(from) !== SLASH) {
      this.namespaceLength = 1;
      this.#afterNamespace = from;
      return;
    }
    const comma = text.indexOf(',', from);
    const end = comma === -1 ? text.length : comma;
    this.namespaceLength = end - from;
    this.#afterNamespace = end + 1;
  }

  get #isBinary(): boolean {
    const type = Number(this.text.charAt(0));
    return type === BINARY_EVENT || type === BINARY_ACK;
  }

  /** Text in front of the data. */
  get head(): string {
    return this.text.slice(0, this.#dataStart());
  }

  /** Name of the event, as far as a name may be long. */
  get event(): string {
    const { text } = this;
    let from = this.#dataStart() + 1;
    while (text.charCodeAt(from) <= SPACE) from++;
    if (text.charCodeAt(from) !== QUOTE) return '';
    const end = endOfString(text, from);
    if (end - from > MAX_QUOTED_EVENT) return text.slice(from + 1, from + 1 + MAX_NAME.event);
    try {
      return JSON.parse(text.slice(from, end + 1));
    } catch {
      return '';
    }
  }

  /**
   * Counts brackets and commas, with the result that a walk through the parsed data would have. `JSON.parse` takes 100
   * times as long for 1 MB of brackets.
   *
   * @returns why the packet is refused, or null
   */
  check({ packetDepth, packetKeys, attachments, authBytes }: CountLimits): RejectedPacket | null {
    const { text } = this;
    const from = this.#dataStart();
    const type = Number(text.charAt(0));
    if (type === CONNECT && text.length - from > authBytes) return authTooLarge();
    let levels = packetDepth;
    let members = packetKeys;
    // Auth is one argument. The list of arguments is no level, and the name of an event no member.
    if (type === CONNECT) members--;
    else levels++;
    if (type === EVENT || type === BINARY_EVENT) members++;
    if (this.#isBinary) {
      // A placeholder is one value for the walk that follows.
      levels++;
      members += 2 * attachments;
    }
    let isFirst = false;
    for (let i = from; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === COMMA) {
        if (members-- === 0) return tooMany();
      } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
        isFirst = false;
        levels++;
      } else if (code > SPACE) {
        if (isFirst && members-- === 0) return tooMany();
        isFirst = code === OPEN_ARRAY || code === OPEN_OBJECT;
        if (isFirst && levels-- === 0) return tooDeep();
        if (code === QUOTE) i = endOfString(text, i);
      }
    }
    return null;
  }

  #dataStart(): number {
    const { text } = this;
    const end = Math.min(text.length, this.#afterNamespace + MAX_ID);
    for (let i = this.#afterNamespace; i < end; i++) {
      const code = text.charCodeAt(i);
      if (code === OPEN_ARRAY || code === OPEN_OBJECT || code === QUOTE) return i;
    }
    throw new Error('a packet without data');
  }
}

/** Finds the quote that ends a string, or the end of the text. Each character is looked at twice at most. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = end;
    while (text.charCodeAt(slashes - 1) === BACKSLASH) slashes--;
    if ((end - slashes) % 2 === 0) return end;
  }
  return text.length;
}

/**
 * Tells whether an event asks for an acknowledgement: it has an id, which stands behind the namespace.
 *
 * @param from - where the namespace begins, if there is one
 */
export function isQuestion(text: string, from: number): boolean {
  const code = text.charCodeAt(text.charCodeAt(from) === SLASH ? text.indexOf(',', from) + 1 : from);
  return code >= ZERO && code <= NINE;
}
