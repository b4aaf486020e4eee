import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answer to a request that does not reach the engine. */
export interface HttpRejection {
  readonly status: number;
  /** Content for the client; null where the status says all. */
  readonly body: {
    readonly code: string;
    readonly message: string;
    /** Option of the limit that decides. */
    readonly limit?: string;
  } | null;
}

/** Makes a rejection that consists of its status. */
export function plainRejection(status: number): HttpRejection {
  return { status, body: null };
}

/** Answers a request with a rejection, and closes its connection. */
export function rejectRequest(response: ServerResponse, { status, body }: HttpRejection): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': typeOf(body), connection: 'close' });
  response.end(textOf(status, body));
}

/** Answers an upgrade with a rejection: its socket has no response object. */
export function rejectUpgrade(socket: Duplex, { status, body }: HttpRejection): void {
  socket.on('error', destroy);
  const text = body === null ? '' : textOf(status, body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    ...(body === null ? [] : [`Content-Type: ${typeOf(body)}`]),
    `Content-Length: ${Buffer.byteLength(text)}`,
  ].join('\r\n');
  // Destroyed, since a client that leaves its own side open would keep the socket for as long as it likes.
  socket.end(`${head}\r\n\r\n${text}`, () => socket.destroy());
}

/** Destroys a socket: one listener for the errors of all sockets. */
export function destroy(this: Duplex): void {
  this.destroy();
}

function typeOf(body: HttpRejection['body']): string {
  return body === null ? 'text/plain' : 'application/json';
}

function textOf(status: number, body: HttpRejection['body']): string {
  return body === null ? (STATUS_CODES[status] ?? '') : JSON.stringify(body);
}
