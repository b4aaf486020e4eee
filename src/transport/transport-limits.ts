/** Bounds of what comes and goes below all namespaces, each an option of `createApp({ limits })`. */
export interface TransportLimits {
  /**
   * Connections of this node; more are refused with HTTP status 503.
   * @default 100000
   */
  readonly connections: number;
  /**
   * Connections of one client address. The default is no bound of its own, since behind a proxy or NAT many users
   * share an address.
   * @default 100000
   */
  readonly connectionsPerAddress: number;
  /**
   * TCP and TLS connections that have sent no request yet; beyond it the oldest is closed. Only for servers that the
   * application opens itself.
   * @default 5000
   */
  readonly silentConnections: number;
  /**
   * Milliseconds that a TCP connection gets to send the head of its first request, TLS included. Only for servers that the
   * application opens itself.
   * @default 10000
   */
  readonly requestHeadTimeoutMs: number;
  /**
   * Namespaces that one connection may be in, or on the way into.
   * @default 32
   */
  readonly namespacesPerConnection: number;
  /**
   * Bytes of `auth` of one connection, in all namespaces that it is in together.
   * @default 100000
   */
  readonly authBytes: number;
  /**
   * Refusals in a row after which a connection is closed.
   * @default 5
   */
  readonly refusalsInARow: number;
  /**
   * Levels of nesting of one argument, of events, acknowledgements and auth alike.
   * @default 32
   */
  readonly packetDepth: number;
  /**
   * Members of all objects and arrays of one packet together.
   * @default 10000
   */
  readonly packetKeys: number;
  /**
   * Binary attachments of one packet. Their bytes together are bounded by `socket.maxHttpBufferSize`.
   * @default 10
   */
  readonly attachments: number;
  /**
   * Milliseconds until all attachments of a packet have to be there.
   * @default 10000
   */
  readonly attachmentTimeoutMs: number;
  /**
   * Events of one connection per second, each with 4 KB; each further 4 KB count as one more. A connection that sends
   * more is read more slowly, and nothing is lost.
   * @default 1000
   */
  readonly eventsPerSecond: number;
  /**
   * Events that a connection may send at once before it is slowed down.
   * @default 2000
   */
  readonly eventsBurst: number;
  /**
   * Bytes that may wait for a connection and because of it: events that are kept, that wait for `@OnConnect` or for a
   * place, and whose handlers run. Each packet counts 256 bytes more. Beyond it the connection is not read, until half of
   * it is done. At least four times `socket.maxHttpBufferSize`.
   * @default 4000000, or four times `socket.maxHttpBufferSize` where that is more
   */
  readonly inputBytes: number;
  /**
   * Bytes that may wait for a client for `slowOutputMs`; then it is closed with the reason `slow consumer`.
   * @default 1000000
   */
  readonly slowOutputBytes: number;
  /**
   * Milliseconds that a client may stay above `slowOutputBytes`.
   * @default 5000
   */
  readonly slowOutputMs: number;
  /**
   * Bytes waiting for a client at which it is closed at once.
   * @default 8000000
   */
  readonly outputBytes: number;
  /**
   * Packets waiting for a client at which it is closed at once.
   * @default 100000
   */
  readonly outputPackets: number;
}

/** Limits of an application that sets none. */
export const DEFAULT_TRANSPORT_LIMITS: TransportLimits = Object.freeze({
  connections: 100_000,
  connectionsPerAddress: 100_000,
  silentConnections: 5_000,
  requestHeadTimeoutMs: 10_000,
  namespacesPerConnection: 32,
  authBytes: 100_000,
  refusalsInARow: 5,
  packetDepth: 32,
  packetKeys: 10_000,
  attachments: 10,
  attachmentTimeoutMs: 10_000,
  eventsPerSecond: 1_000,
  eventsBurst: 2_000,
  inputBytes: 4_000_000,
  slowOutputBytes: 1_000_000,
  slowOutputMs: 5_000,
  outputBytes: 8_000_000,
  outputPackets: 100_000,
});
