import type { Socket } from 'node:net';
import { openSocket, type Target, urlOf } from './target.js';
import { Wire } from './wire.js';

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;

/** A WebSocket over a bare socket. */
export class WebSocketWire extends Wire {
  readonly #socket: Socket;
  #unread = Buffer.alloc(0);
  #isOpen = false;

  /** @param path - with the query */
  constructor(target: Target, path = '/socket.io/?EIO=4&transport=websocket') {
    super();
    this.#socket = openSocket(target);
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', () => {}); // the end is what counts
    this.#socket.on('close', () => this.end());
    this.#socket.write(upgradeRequest(path, [], urlOf(target).host));
  }

  override send(...packets: (string | Buffer)[]): void {
    this.write(
      Buffer.concat(
        packets.map((packet) => frame(typeof packet === 'string' ? TEXT : BINARY, Buffer.from(packet))),
      ),
    );
  }

  /** Sends bytes that need not be a frame. */
  write(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  override destroy(): void {
    this.#socket.destroy();
  }

  override hangUp(): void {
    this.destroy();
  }

  /** Ends with a reset, as a crashed machine does. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    if (!this.#isOpen) {
      const end = this.#unread.indexOf('\r\n\r\n');
      if (end === -1) return;
      const head = this.#unread.toString('latin1', 0, end);
      this.#unread = this.#unread.subarray(end + 4);
      this.#isOpen = head.startsWith('HTTP/1.1 101');
      if (!this.#isOpen) return this.receive(head + this.#unread.toString('latin1'));
    }
    for (;;) {
      const { length, start } = sizeOf(this.#unread);
      if (this.#unread.length < start + length) return;
      const opcode = (this.#unread[0] ?? 0) & 0x0f;
      const data = this.#unread.subarray(start, start + length);
      this.#unread = this.#unread.subarray(start + length);
      if (opcode === TEXT) this.receive(data.toString());
      else if (opcode === BINARY) this.receive(`b${data.toString('base64')}`);
      else if (opcode === CLOSE) this.#socket.end(frame(CLOSE, Buffer.alloc(0)));
    }
  }
}

/** The request that asks for a WebSocket. */
export function upgradeRequest(path: string, headers: readonly string[] = [], host = '127.0.0.1'): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
    '\r\n',
  ].join('\r\n');
}

/** A frame as clients send them. The mask is zero, so that the data stays as it is. */
export function frame(opcode: number, data: Buffer): Buffer {
  const { length } = data;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + extended + 4);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) head.writeUInt16BE(length, 2);
  if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, data]);
}

/** Where the data of the first frame starts, and how long it is; more than there is as long as that is unknown. */
function sizeOf(bytes: Buffer): { length: number; start: number } {
  const unknown = { length: Number.POSITIVE_INFINITY, start: 0 };
  if (bytes.length < 2) return unknown;
  const length = (bytes[1] ?? 0) & 0x7f;
  if (length < 126) return { length, start: 2 };
  if (length === 126) return bytes.length < 4 ? unknown : { length: bytes.readUInt16BE(2), start: 4 };
  return bytes.length < 10 ? unknown : { length: Number(bytes.readBigUInt64BE(2)), start: 10 };
}
