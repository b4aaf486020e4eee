import type { Server } from 'socket.io';
import type { ConnectionState } from '../runtime/connection-state.js';
import type { InFlight } from '../runtime/in-flight.js';
import { applicationRooms } from '../runtime/rooms.js';
import { stateOf } from '../runtime/socket-state.js';
import { namespacesOf } from '../runtime/socketio.js';
import { type Engine, netSocketOf } from '../transport/engineio.js';

/** Numbers of one namespace instance. */
export interface NamespaceStats {
  /** Sockets that are in it. */
  readonly sockets: number;
  /** Rooms that the application has put sockets into. */
  readonly rooms: number;
}

/** State of an application at one moment, of this node alone. */
export interface AppStats {
  /** Transport connections that are open; one carries the sockets of several namespaces. */
  readonly connections: number;
  /** Numbers by namespace instance, such as `/team/7`. */
  readonly namespaces: Readonly<Record<string, NamespaceStats>>;
  readonly calls: {
    /** Calls whose handlers have returned a promise that has not settled. */
    readonly running: number;
    /** Events that wait for `@OnConnect` or for a running call to end. */
    readonly waiting: number;
  };
  /** Bytes on the network sockets of the connections that are open, below TLS and WebSocket frames. */
  readonly bytes: { readonly read: number; readonly written: number };
}

/** Counts what is there now. It looks through all sockets and connections, and so costs time in proportion. */
export function statsOf(io: Server, engine: Engine | null, calls: InFlight): AppStats {
  const namespaces: Record<string, NamespaceStats> = {};
  const connections = new Set<ConnectionState>();
  let waiting = 0;
  for (const { name, sockets, adapter } of namespacesOf(io)) {
    const ownRooms = new Set(sockets.keys());
    const rooms = [...adapter.rooms.keys()].filter((room) => !ownRooms.has(room));
    namespaces[name] = { sockets: sockets.size, rooms: applicationRooms(rooms, '').size };
    for (const socket of sockets.values()) {
      const state = stateOf(socket);
      if (state === undefined) continue;
      waiting += state.waiting?.length ?? 0;
      connections.add(state.connection);
    }
  }
  for (const { semaphore } of connections) waiting += semaphore?.waiting ?? 0;
  let read = 0;
  let written = 0;
  for (const connection of Object.values(engine?.clients ?? {})) {
    const socket = netSocketOf(connection);
    read += socket?.bytesRead ?? 0;
    written += socket?.bytesWritten ?? 0;
  }
  return {
    connections: engine?.clientsCount ?? 0,
    namespaces,
    calls: { running: calls.running, waiting },
    bytes: { read, written },
  };
}
