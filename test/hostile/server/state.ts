import type { App } from '../../../src/index.js';

/** What the server holds for its clients. */
export interface ServerState {
  readonly connections: number;
  readonly sockets: number;
  readonly rooms: number;
  readonly timers: number;
}

/** Counts what clients may leave behind. */
export function stateOf({ io }: App): ServerState {
  const namespaces = [...io._nsps.values()];
  const sum = (count: (namespace: (typeof namespaces)[number]) => number): number =>
    namespaces.reduce((total, namespace) => total + count(namespace), 0);
  return {
    connections: io.engine.clientsCount,
    sockets: sum(({ sockets }) => sockets.size),
    rooms: sum(({ adapter }) => adapter.rooms.size),
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
  };
}
