import type { Namespace, Socket } from 'socket.io';

/** What a client gave as `auth`. */
export type HandshakeAuth = Readonly<Record<string, unknown>>;

/** A decoded event as socket.io's parser hands it over. */
export interface EventPacket {
  /** Name first, then the arguments. */
  readonly data: unknown[];
  /** Present when the client asks for an acknowledgement. */
  readonly id?: number | null;
  /** Bytes of the packet as it arrived, attachments included; the decoder sets it. */
  readonly bytes?: number;
}

/** What gatewire uses of a socket beyond its public interface. Every such member is named here, and used in the internals files only. */
export interface SocketInternals {
  onevent: (this: Socket, packet: EventPacket) => void;
  onack: (this: Socket, packet: EventPacket) => void;
  ack(id: number): (...args: unknown[]) => void;
  registerAckCallback: (this: Socket, id: number, ack: Callback) => void;
  emitReserved: (this: Socket, event: string, ...args: unknown[]) => boolean;
  readonly acks: Map<number, unknown>;
  _error: (this: Socket, refusal: Refusal) => void;
  _cleanup(): void;
  packet: (packet: { readonly type: number; readonly data: unknown }) => void;
  id: string;
  pid: string;
  recovered: boolean;
  readonly fns: readonly RawMiddleware<unknown[]>[];
  readonly _anyListeners?: readonly Callback[];
}

export type Callback = (...args: unknown[]) => unknown;
export type RawMiddleware<TSubject> = (subject: TSubject, next: (error?: unknown) => void) => unknown;
export type OnError = (error: unknown) => void;

/** What socket.io reads of an error that refuses a socket. */
export interface Refusal {
  readonly message: string;
  readonly data: unknown;
}

/** The same of a namespace. */
export interface NamespaceInternals {
  /** Number that the next event with an acknowledgement gets. */
  readonly _ids: number;
  readonly _preConnectSockets: Map<string, Socket>;
  _createSocket: (client: unknown, auth: HandshakeAuth) => Promise<Socket>;
  readonly children?: Set<Namespace>;
  run: (socket: Socket, done: (refusal?: unknown) => void) => void;
  emitReserved: (event: string, ...args: unknown[]) => boolean;
  readonly _fns: readonly RawMiddleware<Socket>[];
  _initAdapter: () => void;
}

/** The same of a server. */
export interface ServerInternals {
  readonly _nsps: Map<string, Namespace>;
  readonly parentNsps: ReadonlyMap<unknown, Namespace>;
}

/** The members of a socket that its type hides. */
export const internals = (socket: Socket): SocketInternals => socket as unknown as SocketInternals;
