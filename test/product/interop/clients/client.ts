/** How a client gets to the server; `upgrade` begins with polling and goes on over a WebSocket. */
export type Transport = 'websocket' | 'polling' | 'upgrade';

/** Events of the server that clients listen to; version 2 of the client cannot listen to all. */
export const SERVER_EVENTS = ['echo:emitted', 'room:said', 'bytes:come', 'exception'] as const;

/** One client that nobody here wrote, and what it can do. Binary is a `Buffer` on this side, whatever it is over there. */
export interface InteropClient {
  readonly name: string;
  readonly transports: readonly Transport[];
  readonly hasBinary: boolean;
  /** Whether it comes back by itself when the connection is lost. */
  readonly reconnects: boolean;
  /** Whether it speaks the protocol before version 4 of the engine. */
  readonly isEio3?: boolean;
  /** @throws {Refused} when the server does not let it into the namespace */
  connect(url: string, options: ConnectOptions): Promise<Connection>;
  /** Ends what all connections share. */
  close?(): Promise<void>;
}

export interface ConnectOptions {
  readonly transport: Transport;
  readonly namespace: string;
}

/** What the server said to a client that it did not let in. */
export class Refused extends Error {
  readonly code: unknown;

  /** @param answer - as the client passes it on; version 2 knows no `data` beside the message and gets that alone */
  constructor(answer: unknown) {
    const { message, data, code } = answer as { message?: string; data?: { code?: unknown }; code?: unknown };
    super(message ?? JSON.stringify(answer));
    this.code = data?.code ?? code;
  }
}

/** One connection of such a client to one namespace. */
export interface Connection {
  /** What it is on at the moment, in Engine.IO's words. */
  transport(): Promise<string>;
  upgraded(): Promise<void>;
  /** Emits with an acknowledgement, and returns all arguments of the answer. */
  call(event: string, ...args: unknown[]): Promise<unknown[]>;
  emit(event: string, ...args: unknown[]): Promise<void>;
  /** The arguments of the next event; `connect` and `disconnect` are the client's own. */
  next(event: string): Promise<unknown[]>;
  close(): Promise<void>;
}
