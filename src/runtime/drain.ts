import { setTimeout as sleep } from 'node:timers/promises';
import type { Server, Socket } from 'socket.io';
import { INTERNAL_EVENTS } from '../base/reserved-names.js';
import { closeConnections } from '../transport/engine.js';
import type { Engine, EngineConnection } from '../transport/engineio.js';
import type { InFlight } from './in-flight.js';
import { abandon } from './run-event.js';
import { emitToSocket } from './send.js';
import { stateOf } from './socket-state.js';
import { namespacesOf } from './socketio.js';

/** Sent to each socket ahead of the end of its connection, with when to come back. */
const NOTICE = INTERNAL_EVENTS.drain;
/** Time that a connection gets to take its last packets; a polling client that is gone never will. */
const LAST_PACKETS_MS = 2_000;
const MAX_BATCHES = 20;
const MIN_BATCH = 100;

/** Connections to close, and the calls to wait for. */
export interface DrainParts {
  /** Identity of the application, for the messages of channels. */
  readonly app: string;
  readonly io: Server;
  readonly engine: Engine;
  readonly calls: InFlight;
  /** Milliseconds between the first batch and the last, and the longest that a client is told to stay away. */
  readonly spreadMs: number;
  /** Milliseconds that running calls get. */
  readonly timeoutMs: number;
}

/**
 * Closes all connections, a batch after another, so that their clients do not come back in one moment. Each client is
 * told when to come back, and keeps its connection until its calls are answered.
 */
export async function drain(parts: DrainParts): Promise<void> {
  const { app, engine, calls, spreadMs, timeoutMs } = parts;
  const endsAt = performance.now() + timeoutMs;
  const connections = Object.values(engine.clients);
  const size = Math.max(MIN_BATCH, Math.ceil(connections.length / MAX_BATCHES));
  const socketsOf = groupSockets(parts.io);
  const leaving: Promise<void>[] = [];
  for (let i = 0; i < connections.length; i += size) {
    if (i > 0) await sleep((spreadMs * size) / connections.length);
    const batch = connections.slice(i, i + size);
    calls.refuseNew(batch);
    for (const connection of batch) announce(app, socketsOf.get(connection) ?? [], spreadMs);
    leaving.push(seeOff(batch, parts, endsAt));
  }
  await Promise.all(leaving);
  calls.refuseAll();
  await calls.idle(leftUntil(endsAt)); // what belongs to no connection any more
  calls.abandon(abandon);
  await closeConnections(Object.values(engine.clients), lastPacketsMs(timeoutMs));
  engine.close();
}

/** Those whose calls do not end in time stay, and are answered for together. */
async function seeOff(
  batch: EngineConnection[],
  { calls, timeoutMs }: DrainParts,
  endsAt: number,
): Promise<void> {
  const isIdle = await calls.idle(leftUntil(endsAt), new Set(batch));
  if (isIdle) await closeConnections(batch, lastPacketsMs(timeoutMs));
}

/** Clients that know nothing of it ignore it, and come back when their own backoff says. */
function announce(app: string, sockets: readonly Socket[], spreadMs: number): void {
  const returnInMs = Math.floor(Math.random() * spreadMs);
  for (const socket of sockets) emitToSocket(app, socket, NOTICE, [{ returnInMs }]);
}

function groupSockets(io: Server): ReadonlyMap<unknown, readonly Socket[]> {
  const groups = new Map<unknown, Socket[]>();
  for (const namespace of namespacesOf(io)) {
    for (const socket of namespace.sockets.values()) {
      if (stateOf(socket) === undefined) continue;
      const group = groups.get(socket.conn);
      if (group === undefined) groups.set(socket.conn, [socket]);
      else group.push(socket);
    }
  }
  return groups;
}

function leftUntil(time: number): number {
  return Math.max(0, time - performance.now());
}

function lastPacketsMs(timeoutMs: number): number {
  return Math.min(timeoutMs, LAST_PACKETS_MS);
}
