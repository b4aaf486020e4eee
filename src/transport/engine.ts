import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Server, ServerOptions } from 'socket.io';
import { settlesWithin } from '../base/deadline.js';
import { engineCors } from './cors.js';
import { readPayload } from './decoder.js';
import {
  answerLastPoll,
  type ConnectionListener,
  type ConnectionStep,
  type Engine,
  type EngineConnection,
  newEngine,
} from './engineio.js';
import type { StrictParser } from './parser.js';
import { readPayloads } from './payload.js';

/** Length of Engine.IO's own ids: rooms whose names look like one are stored under another name. */
const ID_LENGTH = 20;

/** Steps of a new connection, in their order; Socket.IO's own step follows as the last. */
export interface ConnectionSteps {
  /** Gives the connection the address of its client. */
  readonly address: ConnectionStep;
  /** Ends the connection in time once it was closed. */
  readonly end: ConnectionStep;
  /** Makes the connection wait for its turn; null when none has to wait. */
  readonly queue: ConnectionStep | null;
  /** Lets go of the request of the handshake; null where it is kept. */
  readonly request: ConnectionStep | null;
  /** Bounds what the client sends and what waits for it. */
  readonly limits: ConnectionStep;
  /** Has messages written past the queue of the engine; null where they cannot be. */
  readonly write: ConnectionStep | null;
}

/**
 * Makes the engine. Its requests come from `HttpFront` and not by `io.attach()`, so that the HTTP server stays in the
 * hands of its owner: `io.close()` would close it.
 *
 * @param onError - called with what the application's `allowRequest` throws
 * @param node - name of this node, which session ids begin with
 */
export function createEngine(
  options: Partial<ServerOptions>,
  onError: (error: unknown) => void,
  node?: string,
): Engine {
  const { allowRequest, cors } = options;
  const engine = newEngine({
    httpCompression: false, // it takes CPU, and the length of what is compressed tells of its content
    ...options,
    ...(cors === undefined ? null : { cors: engineCors(cors) }),
    ...(allowRequest === undefined ? null : { allowRequest: guarded(allowRequest, onError) }),
  });
  if (node !== undefined) engine.generateId = sessionIds(node);
  return engine;
}

/** Takes every new connection of the engine through the steps, and then to Socket.IO. */
export function serveConnections(
  io: Server,
  engine: Engine,
  parser: StrictParser,
  { address, end, queue, request, limits, write }: ConnectionSteps,
): void {
  const steps = [address, end, queue, request, limits, write, socketIo(io, engine, parser)].filter(
    (step) => step !== null,
  );
  const enter = steps.reduceRight<ConnectionListener>(
    (next, step) => (connection) => step(connection, next),
    () => {},
  );
  engine.on('connection', (connection) => {
    if (connection.transport.name === 'polling')
      readPayloads(connection, (payload) => readPayload(connection, payload));
    enter(connection);
    if (connection.transport.name === 'polling') connection.on('close', answerLastPoll);
  });
}

/** Socket.IO is bound to a stand-in, which tells it of connections when their turn comes. */
function socketIo(io: Server, engine: Engine, parser: StrictParser): ConnectionStep {
  const entry = new EventEmitter();
  io.bind(entry as never);
  io.engine = engine as never;
  return (connection) => parser.serve(connection, () => entry.emit('connection', connection));
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

/** Makes session ids that begin with the name of their node and a dash; 78 bits or more of them are random. */
export function sessionIds(node: string): () => string {
  const prefix = `${node}-`;
  return () => (prefix + randomBytes(15).toString('base64url')).slice(0, ID_LENGTH);
}

/**
 * Closes connections after what is queued has been sent. Clients see a lost transport and come back by
 * themselves; a Socket.IO disconnect would make them stay away.
 *
 * @param timeoutMs - time after which connections are cut
 */
export async function closeConnections(
  connections: readonly EngineConnection[],
  timeoutMs: number,
): Promise<void> {
  const closed = connections.map(
    (connection) => new Promise<void>((resolve) => connection.once('close', resolve)),
  );
  for (const connection of connections) connection.close();
  await settlesWithin(Promise.all(closed), timeoutMs);
  for (const connection of connections)
    if (connection.readyState !== 'closed') connection.onClose('forced close');
}
