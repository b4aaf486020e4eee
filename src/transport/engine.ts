import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';
import type { Server, ServerOptions } from 'socket.io';
import type { Traffic } from './connection-limits.js';
import { engineCors } from './cors.js';
import type { EnginePacket } from './output-limit.js';
import { sessionIds } from './session-ids.js';

/** One connection of the engine, below all namespaces. */
export interface EngineConnection {
  readonly readyState: string;
  /** The request that made it; some applications set it to null to save memory. */
  readonly request: IncomingMessage;
  /** What Socket.IO takes for `handshake.address`. */
  remoteAddress: string;
  /** What a polling transport runs when the poll comes in which it says goodbye. */
  readonly transport: { readonly name: string; shouldClose?: (() => void) | null };
  close(discard?: boolean): void;
  /** Sends a message of the layer above, as it is. */
  write(text: string): void;
  emit(event: 'error', error: unknown): unknown;
  /** Ends it here and now, whatever the other side says. */
  onClose(reason: string): void;
  on(event: 'close' | 'flush', listener: (this: EngineConnection) => void): unknown;
  on(event: 'data', listener: (this: EngineConnection, data: unknown) => void): unknown;
  on(event: 'packetCreate', listener: (this: EngineConnection, packet: EnginePacket) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  off(event: 'data' | 'close', listener: (this: EngineConnection, data: unknown) => void): unknown;
  listeners(event: 'data'): readonly unknown[];
}

/** The part of Engine.IO's server that gatewire uses. */
export interface Engine {
  readonly clients: Readonly<Record<string, EngineConnection>>;
  readonly clientsCount: number;
  on(event: 'connection', listener: (connection: EngineConnection) => void): unknown;
  listeners(event: 'connection'): readonly unknown[];
  off(event: 'connection', listener: (connection: EngineConnection) => void): unknown;
  prependListener(event: 'connection', listener: (connection: EngineConnection) => void): unknown;
  generateId(request: IncomingMessage): string;
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/**
 * Makes the engine and binds Socket.IO to it. Doing it here, and not by `io.attach()`, keeps the HTTP server
 * in the hands of its owner: `io.close()` would close it.
 *
 * @param traffic - told of every connection
 * @param onError - told what the application's `allowRequest` throws
 * @param node - name of this node, for the ids of sessions
 */
export function createEngine(
  io: Server,
  options: Partial<ServerOptions>,
  traffic: Traffic,
  onError: (error: unknown) => void,
  node?: string,
): Engine {
  // Through socket.io's own dependencies, so that there is one copy whatever else is installed.
  const require = createRequire(createRequire(import.meta.url).resolve('socket.io/package.json'));
  const { Server: EngineServer } = require('engine.io') as {
    Server: new (options: Partial<ServerOptions>) => Engine;
  };
  const { allowRequest, cors } = options;
  const engine = new EngineServer({
    ...options,
    ...(cors === undefined ? null : { cors: engineCors(cors) }),
    ...(allowRequest === undefined ? null : { allowRequest: guarded(allowRequest, onError) }),
  });
  if (node !== undefined) engine.generateId = sessionIds(node);
  io.bind(engine);
  openFirst(engine, traffic);
  engine.on('connection', endWaiting);
  return engine;
}

/** Socket.IO makes its decoder in the listener that it has just added, and the decoder has to know for whom. */
function openFirst(engine: Engine, traffic: Traffic): void {
  const [accept] = engine.listeners('connection') as [(connection: EngineConnection) => void];
  engine.off('connection', accept);
  engine.on('connection', (connection) => {
    traffic.open(connection);
    accept(connection);
  });
}

/** A polling transport that closes while nobody polls would wait 30 s for a poll that cannot reach it any more. */
function endWaiting(connection: EngineConnection): void {
  if (connection.transport.name === 'polling') connection.on('close', answerLastPoll);
}

function answerLastPoll(this: EngineConnection): void {
  const { transport } = this;
  transport.shouldClose?.();
  transport.shouldClose = null;
}

type AllowRequest = NonNullable<ServerOptions['allowRequest']>;

/** Refuses when `allowRequest` throws or rejects, and decides once: the engine would let either end the process. */
function guarded(allowRequest: AllowRequest, onError: (error: unknown) => void): AllowRequest {
  return (request, decide) => {
    let isDecided = false;
    const decideOnce: typeof decide = (message, isAllowed) => {
      if (isDecided) return;
      isDecided = true;
      decide(message, isAllowed);
    };
    const refuse = (error: unknown): void => {
      onError(error);
      decideOnce(undefined, false);
    };
    try {
      Promise.resolve(allowRequest(request, decideOnce) as unknown).catch(refuse);
    } catch (error) {
      refuse(error);
    }
  };
}

/**
 * Closes connections after what is queued has been sent. Clients see a lost transport and come back by
 * themselves; a Socket.IO disconnect would make them stay away.
 *
 * @param timeoutMs - after that connections are cut
 */
export async function closeConnections(
  connections: readonly EngineConnection[],
  timeoutMs: number,
): Promise<void> {
  const closed = connections.map(
    (connection) => new Promise<void>((resolve) => connection.once('close', resolve)),
  );
  for (const connection of connections) connection.close();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([Promise.all(closed), late]);
  clearTimeout(timer);
  for (const connection of connections)
    if (connection.readyState !== 'closed') connection.onClose('forced close');
}
