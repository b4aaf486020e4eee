// WebSocket frames (RFC 6455 section 5.2), as far as a load generator needs them: short unfragmented text.

const TEXT_FRAME = 0x81;
const MASK_BIT = 0x80;
const CLOSE_OPCODE = 0x8;
// Any fixed key is valid, and lets frames be encoded once; not zero, because servers skip unmasking for a zero key.
const MASK_KEY = Buffer.from([0x5a, 0xc3, 0x17, 0x8e]);

/** Encodes a text as one masked client frame. */
export function encodeFrame(text) {
  const payload = Buffer.from(text);
  const header = payload.length < 126 ? Buffer.alloc(2) : Buffer.alloc(4);
  header[0] = TEXT_FRAME;
  if (payload.length < 126) {
    header[1] = MASK_BIT | payload.length;
  } else {
    header[1] = MASK_BIT | 126;
    header.writeUInt16BE(payload.length, 2);
  }
  for (let i = 0; i < payload.length; i += 1) payload[i] ^= MASK_KEY[i & 3];
  return Buffer.concat([header, MASK_KEY, payload]);
}

/** Cuts a stream of server bytes into the payloads of its frames. */
export class FrameReader {
  #rest = null;

  /** Calls `onPayload` with each complete frame's payload and keeps what is left for the next chunk. */
  read(chunk, onPayload) {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let offset = 0;
    while (bytes.length - offset >= 2) {
      if ((bytes[offset] & 0x0f) === CLOSE_OPCODE) throw new Error('the server closed the WebSocket');
      let length = bytes[offset + 1];
      let start = offset + 2;
      if (length > 126) throw new Error('a frame longer than 64 KB, or masked: not expected here');
      if (length === 126) {
        if (bytes.length < offset + 4) break;
        length = bytes.readUInt16BE(offset + 2);
        start = offset + 4;
      }
      if (bytes.length < start + length) break;
      onPayload(bytes.subarray(start, start + length));
      offset = start + length;
    }
    this.#rest = offset < bytes.length ? bytes.subarray(offset) : null;
  }
}
