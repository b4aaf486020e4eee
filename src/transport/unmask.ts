import type { Writable } from 'node:stream';
import type { Private } from '../base/stack.js';

/** Part of ws that takes the frames of a client apart. */
export type Receiver = Writable &
  Private<
    'ws',
    'Receiver',
    {
      /** Takes the next bytes of what was read: parts of a head, or a whole payload. */
      consume(bytes: number): Buffer;
      _mask: Buffer;
    }
  >;

/** Length from which it pays. Heads are shorter. */
const LONG = 128;
const WORD = 4;
/** Mask that changes nothing: ws leaves a payload with it alone. */
const NO_MASK = Buffer.alloc(WORD);

const word = new Uint32Array(1);
const bytesOfWord = new Uint8Array(word.buffer);

/** Has long payloads unmasked by words. ws takes byte after byte, which for 16 kB is a quarter of what an echo costs. */
export function unmaskByWords(receiver: Receiver): void {
  receiver.consume = consume;
}

function consume(this: Receiver, bytes: number): Buffer {
  const data = (Object.getPrototypeOf(this) as Receiver).consume.call(this, bytes);
  if (bytes < LONG) return data;
  unmask(data, this._mask);
  this._mask = NO_MASK;
  return data;
}

/** Undoes the mask of a payload in place, as RFC 6455 has it in section 5.3. */
export function unmask(data: Uint8Array, mask: Uint8Array): void {
  const { buffer, byteOffset, length } = data;
  // Words of an array begin at a multiple of their length.
  const start = (WORD - (byteOffset % WORD)) % WORD;
  const count = Math.floor((length - start) / WORD);
  if (count < 1) return unmaskBytes(data, mask, 0, length);
  for (let i = 0; i < WORD; i++) bytesOfWord[i] = mask[(start + i) % WORD] as number;
  const key = word[0] as number;
  const words = new Uint32Array(buffer, byteOffset + start, count);
  for (let i = 0; i < count; i++) words[i] = (words[i] as number) ^ key;
  unmaskBytes(data, mask, 0, start);
  unmaskBytes(data, mask, start + count * WORD, length);
}

function unmaskBytes(data: Uint8Array, mask: Uint8Array, from: number, to: number): void {
  for (let i = from; i < to; i++) data[i] = (data[i] as number) ^ (mask[i % WORD] as number);
}
