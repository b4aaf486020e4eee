// Who is measured. Each has a module whose `start({ handlers, ... })` resolves with the port it listens on.
const url = (path) => new URL(`../${path}`, import.meta.url);

/** Every ratio refers to this contender, so it always runs. */
export const yardstick = 'raw';

export const contenders = [
  { name: 'raw', title: 'socket.io', moduleUrl: url('servers/plain.js') },
  {
    name: 'nest',
    title: 'NestJS',
    moduleUrl: url('peers/build/nest.js'),
    source: url('peers/nest.ts'),
    scenarios: [
      'ack-echo-10',
      'ack-echo-1',
      'guard-validation',
      'no-ack',
      'fan-out',
      'busy-room',
      'connect',
      'heap-6',
      'heap-26',
      'boot',
    ],
  },
  {
    name: 'gatewire',
    title: 'gatewire',
    moduleUrl: url('build/gatewire.js'),
    source: url('servers/gatewire.ts'),
  },
  {
    // Without a framework, and with the least of the protocol.
    name: 'ws',
    title: 'ws, by hand',
    moduleUrl: url('servers/ws.js'),
    scenarios: [
      'ack-echo-10',
      'ack-echo-1',
      'no-ack',
      'fan-out',
      'busy-room',
      'echo-16k',
      'latency-p99',
      'connect',
      'heap-6',
    ],
  },
  {
    // Bare acknowledgements, as the first two send them; only where acknowledgements are what is measured.
    name: 'gatewire-raw',
    title: "gatewire, reply: 'raw'",
    moduleUrl: url('build/gatewire.js'),
    source: url('servers/gatewire.ts'),
    startOptions: { reply: 'raw' },
    scenarios: ['ack-echo-10', 'ack-echo-1', 'guard-validation'],
  },
  {
    // Every limit out of reach: what the defaults cost.
    name: 'gatewire-unbounded',
    title: 'gatewire, no limits',
    moduleUrl: url('build/gatewire.js'),
    source: url('servers/gatewire.ts'),
    startOptions: { isUnbounded: true },
    scenarios: ['ack-echo-10', 'ack-echo-1', 'no-ack', 'guard-validation'],
  },
  {
    // Each message in a write of its own, as plain Socket.IO has it.
    name: 'gatewire-plain',
    title: "gatewire, engine: 'plain'",
    moduleUrl: url('build/gatewire.js'),
    source: url('servers/gatewire.ts'),
    startOptions: { engine: 'plain' },
    scenarios: [
      'ack-echo-10',
      'ack-echo-1',
      'no-ack',
      'fan-out',
      'busy-room',
      'echo-16k',
      'latency-p99',
      'connect',
      'nodes-classic',
      'nodes-sharded',
      'nodes-streams',
    ],
  },
  {
    // The same schema, called by the handler: what the payload stage costs beyond zod itself.
    name: 'gatewire-by-hand',
    title: 'gatewire, zod by hand',
    moduleUrl: url('build/gatewire.js'),
    source: url('servers/gatewire.ts'),
    startOptions: { byHand: true },
    scenarios: ['guard-validation'],
  },
];
