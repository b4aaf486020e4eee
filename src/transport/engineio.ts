import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServerOptions } from 'socket.io';
import { engineClass, parserPackage } from '../base/socketio-packages.js';
import type { Private, PrivateNumbers } from '../base/stack.js';
import type { CollectingWebSocket } from './websocket.js';

/** Connection of the engine, below all namespaces. */
export interface EngineConnection extends Pick<ConnectionMembers, 'id' | 'remoteAddress' | 'onClose'> {
  readonly readyState: string;
  /** Request that made the connection; some applications set it to null to save memory. */
  request: IncomingMessage;
  readonly transport: { readonly name: string };
  close(discard?: boolean): void;
  /** Sends a message of the layer above, as it is. */
  write(text: string): unknown;
  emit(event: 'error', error: unknown): unknown;
  on(event: 'flush' | 'upgrade', listener: (this: EngineConnection) => void): unknown;
  on(event: 'close', listener: (this: EngineConnection, reason: string) => void): unknown;
  on(event: 'data', listener: (this: EngineConnection, data: unknown) => void): unknown;
  on(
    event: 'packet' | 'packetCreate',
    listener: (this: EngineConnection, packet: EnginePacket) => void,
  ): unknown;
  once(event: 'close', listener: () => void): unknown;
  off(event: 'data' | 'close', listener: (this: EngineConnection, data: unknown) => void): unknown;
  listeners(event: 'data'): readonly unknown[];
}

/** Function that takes a new connection. */
export type ConnectionListener = (connection: EngineConnection) => void;

/** Step of a new connection. It hands the connection to the next step at once, later, or never. */
export type ConnectionStep = (connection: EngineConnection, next: ConnectionListener) => void;

/** Packet of the engine that is about to be queued. */
export interface EnginePacket {
  readonly type: string;
  readonly data?: string | { readonly byteLength: number };
}

/** Part of Engine.IO's server that gatewire uses. */
export interface Engine extends Pick<ServerMembers, 'clients' | 'middlewares'> {
  readonly clientsCount: number;
  on(event: 'connection', listener: (connection: EngineConnection) => void): unknown;
  generateId(request: IncomingMessage): string;
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** Packet as socket.io's parser makes it of text. */
export interface RawPacket {
  readonly type: number;
  nsp: string;
  readonly id?: number;
  data?: unknown;
  /** Number of binary parts that follow. */
  attachments?: number;
  /** Length of the packet as it arrived, in characters of its text and bytes of its binary parts. */
  bytes?: number;
}

/** Piece of a packet on the wire: its text, or one of its attachments. */
export type Piece = string | Uint8Array | ArrayBuffer | Blob;

/** Part of socket.io's decoder that gatewire builds on. */
type BaseDecoder = { destroy(): void } & Private<
  'socket.io-parser',
  'Decoder',
  {
    decodeString(text: string): RawPacket;
    emitReserved(event: 'decoded', packet: object): unknown;
    opts: object;
  }
>;

interface ParserModule {
  readonly PacketType: PrivateNumbers<'socket.io-parser', 'PacketType'>;
  readonly Encoder: new () => { encode(packet: object): Piece[] };
  readonly Decoder: new (options?: object) => BaseDecoder;
}

export const { Encoder, Decoder, PacketType } = parserPackage as ParserModule;

const encoder = new Encoder();

/** Encodes a packet without binary parts, as it is written to a connection. */
export function packetText(type: number, nsp: string, data: unknown): string {
  return encoder.encode({ type, nsp, data })[0] as string;
}

/** Makes Engine.IO's server, of the copy that socket.io itself depends on. */
export function newEngine(options: Partial<ServerOptions>): Engine {
  return new (engineClass())(options) as Engine;
}

/** Reads the body of a POST, and hands on each packet in it. */
export type PayloadReader = (
  text: string,
  decode: (text: string) => EnginePacket,
  take: (packet: EnginePacket) => void,
) => void;

/** Parser that a transport uses. */
interface EngineParser {
  decodePacket(text: string): EnginePacket;
  decodePayload(text: string): { forEach(take: (packet: EnginePacket) => void): void };
}

/** Has the bodies of POST requests read by a reader of ours; clients of version 2 have another format. */
export function setPayloadReader(connection: EngineConnection, read: PayloadReader): void {
  const { transport } = internals(connection);
  if (isEngine3(connection)) return;
  const { parser } = transport;
  const decodePayload: EngineParser['decodePayload'] = (text) => ({
    forEach: (take) => read(text, parser.decodePacket, take),
  });
  transport.parser = Object.assign(Object.create(parser), { decodePayload });
}

/** Undocumented members of a server. */
type ServerMembers = Private<
  'engine.io',
  'Server',
  {
    readonly opts: { readonly pingTimeout: number };
    readonly middlewares: readonly unknown[];
    readonly clients: Readonly<Record<string, EngineConnection>>;
  }
>;

/** Query of a request. The engine parses the URL itself only where it is missing. */
type RequestMembers = Private<
  'engine.io',
  'Request',
  { _query: Readonly<Record<string, string>> | undefined }
>;

/** Makes the engine, and all that asks it, go by the query that has been read. */
export function setQuery(request: IncomingMessage, query: Readonly<Record<string, string>>): void {
  (request as unknown as RequestMembers)._query = query;
}

/** Finds the query that a request was let in with. */
export function queryOf(request: IncomingMessage): Readonly<Record<string, string>> {
  return (request as unknown as RequestMembers)._query ?? {};
}

/** Undocumented members of a connection. */
type ConnectionMembers = Private<
  'engine.io',
  'Socket',
  {
    readonly id: string;
    readonly protocol: number;
    readonly server: ServerMembers;
    /** Address that Socket.IO takes for `handshake.address`. */
    remoteAddress: string;
    readonly pingTimeoutTimer: NodeJS.Timeout | null;
    readonly pingIntervalTimer: NodeJS.Timeout | null;
    resetPingTimeout(): void;
    sendPacket(type: 'ping'): void;
    /** Packets that wait for the network, or for the end of the tick. */
    readonly writeBuffer: readonly unknown[];
    /** True while a client changes from polling to WebSocket. */
    readonly upgrading: boolean;
    /** Ends the connection at once, whatever the other side says. */
    onClose(reason: string): void;
    /** Polling or WebSocket; each has some of these. */
    readonly transport: TransportMembers & Partial<PollingMembers> & Partial<WebSocketTransportMembers>;
  }
>;

type TransportMembers = Private<'engine.io', 'Transport', { parser: EngineParser }>;

type PollingMembers = Private<
  'engine.io',
  'Polling',
  {
    /** Answer to the poll that waits. */
    readonly res: ServerResponse | null;
    /** Callback that a closing transport runs on the next poll. */
    shouldClose: (() => void) | null;
  }
>;

type WebSocketTransportMembers = Private<
  'engine.io',
  'WebSocket',
  { readonly socket: WebSocketMembers & Partial<CollectingWebSocket> }
>;

type WebSocketMembers = Private<
  'ws',
  'WebSocket',
  {
    readonly _socket: Socket | null;
    readonly bufferedAmount: number;
    readonly isPaused: boolean;
    pause(): void;
    resume(): void;
    terminate(): void;
  }
>;

const internals = (connection: EngineConnection): ConnectionMembers =>
  connection as unknown as ConnectionMembers;

/** Finds the connection of a session. */
export function findConnection({ clients }: Engine, sessionId: string): EngineConnection | undefined {
  return Object.hasOwn(clients, sessionId) ? clients[sessionId] : undefined;
}

/** Finds the namespace that a packet is for: clients of version 2 may write a query behind its name. */
export function namespaceOf(connection: EngineConnection, { nsp }: RawPacket): string {
  return internals(connection).protocol === 3 ? new URL(nsp, 'https://socket.io').pathname : nsp;
}

/** Tells connections of Engine.IO 3 from those of Engine.IO 4. */
export function isEngine3(connection: EngineConnection): boolean {
  return internals(connection).protocol === 3;
}

/** Stops reading a WebSocket; what has been read already still comes. Other transports are left alone. */
export function pauseReading(connection: EngineConnection): void {
  const { socket } = internals(connection).transport;
  if (socket?.isPaused === false) socket.pause();
}

/** Reads a WebSocket again. */
export function resumeReading(connection: EngineConnection): void {
  const { socket } = internals(connection).transport;
  if (socket?.isPaused === true) socket.resume();
}

/** Time of the last ping of a connection that is read slowly, in milliseconds of `performance.now()`. */
const pingedAt = new WeakMap<EngineConnection, number>();

/**
 * Takes a client for alive while its pongs are behind what is read slowly, and goes on with pings, which it waits for:
 * the engine sends none before the pong, and after a late one waits for a whole interval. A client gives up after that
 * interval and the time limit together, hence a ping in half of the time limit.
 */
export function keepAlive(connection: EngineConnection): void {
  const engine = internals(connection);
  engine.pingTimeoutTimer?.refresh();
  if (isEngine3(connection)) return; // there, clients ping
  const now = performance.now();
  if (now - (pingedAt.get(connection) ?? Number.NEGATIVE_INFINITY) < engine.server.opts.pingTimeout / 2)
    return;
  pingedAt.set(connection, now);
  engine.sendPacket('ping');
  engine.resetPingTimeout();
  engine.pingIntervalTimer?.refresh();
}

/** Tells whether the application has given the engine middleware, by `app.io.engine.use`. */
export function hasMiddleware(engine: Engine): boolean {
  return engine.middlewares.length > 0;
}

/** Finds the WebSocket of a connection; null over polling. */
export function webSocketOf(connection: EngineConnection): EventEmitter | null {
  return (internals(connection).transport.socket as unknown as EventEmitter | undefined) ?? null;
}

/** Finds the network socket below a WebSocket; null over polling, and once it is closed. */
export function netSocketOf(connection: EngineConnection): Socket | null {
  return internals(connection).transport.socket?._socket ?? null;
}

/** Bytes that were handed to a WebSocket and have not left the process. */
export function unsentBytes(connection: EngineConnection): number {
  return internals(connection).transport.socket?.bufferedAmount ?? 0;
}

/** Finds the WebSocket of a connection, where it is one that collects frames. */
export function collectingWebSocketOf(connection: EngineConnection): CollectingWebSocket | null {
  const { socket } = internals(connection).transport;
  return socket?.offer === undefined ? null : (socket as CollectingWebSocket);
}

/** Tells whether a message has to wait for others, or for another transport. */
export function hasQueue(connection: EngineConnection): boolean {
  const { writeBuffer, upgrading } = internals(connection);
  return connection.readyState !== 'open' || writeBuffer.length > 0 || upgrading;
}

/** Finds the HTTP response that the next packets go out with; null over WebSocket. */
export function pollAnswer(connection: EngineConnection): ServerResponse | null {
  return internals(connection).transport.res ?? null;
}

/** Ends a poll that waits: a transport that closes would wait 30 s for a further one, which cannot reach it. */
export function answerLastPoll(this: EngineConnection): void {
  const { transport } = internals(this);
  transport.shouldClose?.();
  transport.shouldClose = null;
}

/** Ends a connection here and now, and lets go of all that waits in it: `close` would keep it for a goodbye. */
export function cut(connection: EngineConnection, reason: string): void {
  const { socket } = internals(connection).transport;
  connection.onClose(reason);
  socket?.terminate();
}

/**
 * Keeps the end of a transport from ending its connection: what was read before it is still to be handed on.
 *
 * @returns what lets the end through, after all that has been handed on by then
 */
export function holdEnd(connection: EngineConnection): () => void {
  const transport = connection.transport as unknown as EventEmitter;
  const held = (['close', 'error'] as const).map((event) => [event, transport.rawListeners(event)] as const);
  let end: [event: string, ...args: unknown[]] | null = null;
  const note =
    (event: string) =>
    (...args: unknown[]): void => {
      end ??= [event, ...args];
    };
  const [onClose, onError] = [note('close'), note('error')];
  for (const [event] of held) transport.removeAllListeners(event);
  transport.on('close', onClose).on('error', onError);
  return () => {
    transport.off('close', onClose);
    // The transport may have been replaced by a better one, whose end is another matter.
    if ((connection.transport as unknown) !== transport) return;
    transport.off('error', onError);
    for (const [event, listeners] of held)
      for (const one of listeners) transport.on(event, one as () => void);
    if (end !== null) process.nextTick(() => transport.emit(...(end as [string])));
  };
}
