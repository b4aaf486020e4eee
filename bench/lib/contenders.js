// Who is measured. Each has a module whose `start({ handlers, ... })` resolves with the port it listens on.
const url = (path) => new URL(`../${path}`, import.meta.url);

/** Every ratio refers to this contender, so it always runs. */
export const yardstick = 'raw';

export const contenders = [
  { name: 'raw', title: 'socket.io', moduleUrl: url('servers/plain.js') },
  { name: 'nest', title: 'NestJS', moduleUrl: url('peers/build/nest.js'), source: url('peers/nest.ts') },
  {
    name: 'gatewire',
    title: 'gatewire',
    moduleUrl: url('build/gatewire.js'),
    source: url('servers/gatewire.ts'),
  },
  {
    // Bare acknowledgements, as the first two send them; only where acknowledgements are what is measured.
    name: 'gatewire-raw',
    title: "gatewire, reply: 'raw'",
    moduleUrl: url('build/gatewire.js'),
    source: url('servers/gatewire.ts'),
    startOptions: { reply: 'raw' },
    acksOnly: true,
  },
];
