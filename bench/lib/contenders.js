// Who is measured. Each has a module whose `start({ handlers, ... })` resolves with the port it listens on.
const url = (path) => new URL(`../${path}`, import.meta.url);

/** Every ratio refers to this contender, so it always runs. */
export const yardstick = 'raw';

/** Whether a scenario is measured of a contender. */
export const takes = ({ scenarios }, { name }) => scenarios?.includes(name) ?? true;

const ACKS = ['ack-echo-10', 'ack-echo-1'];
/** What a server can do that answers the events of the benchmark over WebSocket. */
const WEBSOCKET = [
  ...ACKS,
  'no-ack',
  'fan-out',
  'busy-room',
  'slow-consumer',
  'echo-16k',
  'tls',
  'connect',
  'connect-storm',
];
/** What every framework on Socket.IO can do, on one node. */
const SOCKET_IO = [...WEBSOCKET, 'guard-validation', 'polling', 'heap-6', 'heap-26', 'boot'];
const NODES = ['nodes-classic', 'nodes-sharded', 'nodes-streams'];

/** A folder of `peers` with its own packages; `versionOf` is the package whose version is the peer's. */
const peer = (name, title, versionOf) => ({
  name,
  title,
  versionOf,
  folder: url(`peers/${name}/`),
  moduleUrl: url(`peers/${name}/build/server.js`),
  source: url(`peers/${name}/server.ts`),
  scenarios: SOCKET_IO,
  leftOut: 'one node only, and perhaps too slow for a rate of plain socket.io',
});

const gatewire = {
  title: 'gatewire',
  moduleUrl: url('build/gatewire.js'),
  source: url('servers/gatewire.ts'),
};

/**
 * Without `scenarios` a contender takes all of them. `leftOut` says why a framework of others does not; a variant of gatewire is
 * only where its difference is. Those with `onlyByName` run where `--only` names them.
 */
export const contenders = [
  { name: 'raw', title: 'socket.io', moduleUrl: url('servers/plain.js') },
  peer('nest', 'NestJS', '@nestjs/core'),
  { ...peer('socket-controllers', 'socket-controllers', 'socket-controllers'), onlyByName: true },
  { ...peer('tsed', 'Ts.ED', '@tsed/socketio'), onlyByName: true },
  { ...peer('zod-sockets', 'zod-sockets', 'zod-sockets'), onlyByName: true },
  { name: 'gatewire', ...gatewire },
  {
    // Without a framework, and with the least of the protocol.
    name: 'ws',
    title: 'ws, by hand',
    moduleUrl: url('servers/ws.js'),
    scenarios: [...WEBSOCKET, 'latency-p99', 'heap-6'],
    leftOut: 'no polling, no schemas, no more handlers, one node only',
  },
  {
    // Bare acknowledgements, as the first two send them; only where acknowledgements are what is measured.
    ...gatewire,
    name: 'gatewire-raw',
    title: "gatewire, reply: 'raw'",
    startOptions: { reply: 'raw' },
    scenarios: [...ACKS, 'guard-validation'],
  },
  {
    // Every limit out of reach: what the defaults cost.
    ...gatewire,
    name: 'gatewire-unbounded',
    title: 'gatewire, no limits',
    startOptions: { isUnbounded: true },
    scenarios: [...ACKS, 'no-ack', 'guard-validation'],
  },
  {
    // Each message in a write of its own, as plain Socket.IO has it.
    ...gatewire,
    name: 'gatewire-plain',
    title: "gatewire, engine: 'plain'",
    startOptions: { engine: 'plain' },
    scenarios: [...WEBSOCKET, 'latency-p99', ...NODES],
  },
  {
    // The same schema, called by the handler: what the payload stage costs beyond zod itself.
    ...gatewire,
    name: 'gatewire-by-hand',
    title: 'gatewire, zod by hand',
    startOptions: { byHand: true },
    scenarios: ['guard-validation'],
  },
];
