import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { within } from '../../support/within.js';

/** A connection that sends bytes, right or wrong, and collects what comes back. */
export class Bytes {
  readonly socket: Socket;
  received = '';
  readonly #closed: Promise<unknown>;

  /** @param stayHalfOpen - keep this side open after the server has ended its own */
  constructor(port: number, stayHalfOpen = false) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: stayHalfOpen });
    this.#closed = once(this.socket, 'close').catch(() => {});
    this.socket.setEncoding('latin1');
    this.socket.on('error', () => {}); // a reset is one of the answers
    this.socket.on('data', (text: string) => {
      this.received += text;
    });
  }

  /** Sends bytes and waits until they have left. */
  write(bytes: string | Buffer): Promise<void> {
    return new Promise((resolve) => this.socket.write(bytes, 'latin1', () => resolve()));
  }

  /** Waits for the first bytes or the end, whichever is first. */
  async reacted(): Promise<void> {
    if (this.received !== '') return;
    const data = once(this.socket, 'data').catch(() => {});
    await within('an answer or the end', Promise.race([data, this.#closed]));
  }

  /** Waits until the server has ended its side. */
  async ended(): Promise<void> {
    if (this.socket.readableEnded) return;
    const ended = once(this.socket, 'end').catch(() => {});
    await within('the end', Promise.race([ended, this.#closed]));
  }

  /** Ends with a reset, as a crashed machine does. */
  async reset(): Promise<void> {
    this.socket.resetAndDestroy();
    await this.#closed;
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** An HTTP request; lines of the head, then the body. */
export function httpRequest(
  method: string,
  path: string,
  headers: readonly string[] = [],
  body = '',
): string {
  return `${[`${method} ${path} HTTP/1.1`, 'Host: x', ...headers].join('\r\n')}\r\n\r\n${body}`;
}
