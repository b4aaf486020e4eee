import type { EventEmitter } from 'node:events';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { LimitReporter } from '../base/channels.js';
import type { ConnectionCount } from './connection-count.js';
import type { ConnectionQueue } from './connection-queue.js';
import { type EngineConnection, queryOf } from './engineio.js';
import { countedAddress } from './ip.js';
import type { AddressFilter } from './ip-filter.js';
import { isFromOtherSite, isOrigin, type OriginCheck, pageOrigin } from './origins.js';
import type { Proxies } from './proxies.js';

/** Addresses from which further requests of a session are taken: all, or the one that it began from. */
export type SessionAddress = 'any' | 'same';

/** Parts that a policy asks, in this order. */
export interface HandshakePolicyParts {
  readonly proxies: Proxies;
  readonly addresses: AddressFilter | null;
  readonly sessionAddress: SessionAddress;
  /** Finds the connection of a session. */
  readonly connectionOf: (sessionId: string) => EngineConnection | undefined;
  readonly count: ConnectionCount;
  readonly queue: ConnectionQueue | null;
  readonly origins: OriginCheck;
  readonly report: LimitReporter;
  /** Called with what the lookup of a country throws. */
  readonly onLookupError: (error: unknown) => void;
}

/** Decides whether a request may reach the engine: its address, the number of connections, and its origin. */
export class HandshakePolicy {
  /** Connections that are encrypted up to the proxy. */
  readonly #secure = new WeakSet<EngineConnection>();

  constructor(private readonly parts: HandshakePolicyParts) {}

  /**
   * Judges a request. It never throws, and its promise never rejects.
   *
   * @param isNew - whether it wants a new connection
   * @param carrier - closes when the request is over: the response, or the socket of an upgrade
   * @returns the refusal, or null
   */
  judge(
    request: IncomingMessage,
    isNew: boolean,
    carrier: EventEmitter,
  ): HttpRejection | null | Promise<HttpRejection | null> {
    const refusal = isNew ? this.#judgeNew(request, carrier) : this.#judgeFurther(request);
    // Asked of every request, as a page could otherwise take part in a connection that another one made.
    return refusal ?? this.judgePage(request);
  }

  /** Judges a request by its origin alone. It never throws, and its promise never rejects. */
  judgePage(request: IncomingMessage): HttpRejection | null | Promise<HttpRejection | null> {
    const isAllowed = this.allowsPage(request);
    if (typeof isAllowed === 'boolean') return isAllowed ? null : this.#foreign(request);
    return isAllowed.then((decided) => (decided ? null : this.#foreign(request)));
  }

  /** Tells whether the page of a request may connect, and read what is answered. */
  allowsPage(request: IncomingMessage): boolean | Promise<boolean> {
    return this.parts.origins.allows(request);
  }

  /** Gives a connection the address of its client, which is what `handshake.address` will say. */
  welcome(connection: EngineConnection): void {
    const { count, proxies } = this.parts;
    const address = count.take(connection);
    if (address !== null && connection.remoteAddress !== address) connection.remoteAddress = address;
    if (proxies.areTrusted && proxies.isSecure(connection.request)) this.#secure.add(connection);
  }

  /** Tells whether the client's own connection is encrypted; known only where proxies are trusted. */
  isSecure(connection: EngineConnection): boolean {
    return this.#secure.has(connection);
  }

  #judgeNew(request: IncomingMessage, carrier: EventEmitter): HttpRejection | null {
    const { proxies, count, queue, report } = this.parts;
    const address = proxies.addressOf(request);
    const refusal = this.#judgeAddress(address);
    if (refusal !== null) return refusal;
    if (queue?.isFull(count.pending) === true) {
      report('connection.refused', 'admission', { code: 'OVERLOADED', option: 'admission' });
      return { status: 503, body: { code: 'OVERLOADED', message: 'the waiting line is full' } };
    }
    const limit = count.reserve(request, carrier, address);
    if (limit === null) return null;
    const isFull = limit === 'connections';
    const code = isFull ? 'OVERLOADED' : 'RATE_LIMITED';
    const message = isFull ? 'the server has too many connections' : 'too many connections from this address';
    report('connection.refused', limit, { code });
    return { status: isFull ? 503 : 429, body: { code, message, limit } };
  }

  /** Judges a request of a session: who knows its id would otherwise speak for the address that was let in. */
  #judgeFurther(request: IncomingMessage): HttpRejection | null {
    const { proxies, addresses, sessionAddress, connectionOf, report } = this.parts;
    if (sessionAddress === 'any' && addresses === null) return null;
    const address = proxies.addressOf(request);
    const connection = sessionAddress === 'same' ? connectionOf(queryOf(request)['sid'] ?? '') : undefined;
    if (connection === undefined) return this.#judgeAddress(address);
    // Of IPv6 its network, as machines change their addresses within it.
    if (countedAddress(connection.remoteAddress) === countedAddress(address)) return null;
    report('request.refused', 'sessionAddress', { code: 'FORBIDDEN', option: 'sessionAddress' });
    return { status: 403, body: { code: 'FORBIDDEN', message: 'the session is that of another address' } };
  }

  #judgeAddress(address: string): HttpRejection | null {
    const { addresses, report, onLookupError } = this.parts;
    if (addresses === null || addresses.allows(address, onLookupError)) return null;
    report('connection.refused', 'addresses', { code: 'FORBIDDEN', option: 'addresses' });
    return { status: 403, body: { code: 'FORBIDDEN', message: 'this address may not connect' } };
  }

  #foreign(request: IncomingMessage): HttpRejection {
    const { origin = '' } = request.headers;
    if (isFromOtherSite(request)) {
      const fetchSite = String(request.headers['sec-fetch-site']).slice(0, 32);
      this.parts.report('connection.refused', 'origins', { code: 'FORBIDDEN', option: 'origins', fetchSite });
      const message = 'pages of other sites may not ask for this';
      return { status: 403, body: { code: 'FORBIDDEN', message }, isForeign: true };
    }
    // The line to write is only for what could be written: `null` and garbage cannot be allowed.
    const write = isOrigin(origin) ? { write: `origins: ['${pageOrigin(origin)}']` } : {};
    this.parts.report('connection.refused', 'origins', {
      code: 'FORBIDDEN',
      option: 'origins',
      origin: origin.slice(0, 300),
      ...write,
    });
    const message = 'pages of this origin may not connect';
    return { status: 403, body: { code: 'FORBIDDEN', message }, isForeign: true };
  }
}

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
  /** True when it is for a page that may not read it. */
  readonly isForeign?: true;
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
