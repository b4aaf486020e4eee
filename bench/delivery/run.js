// npm run bench:delivery: what clients get of numbered updates while their connections are lost three times for two seconds and
// come back on the other node. Prints a table.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { connect } from '../../dist/client/index.js';
import { startRedis } from '../lib/redis.js';
import { Link } from './link.js';

const CLIENTS = 20;
const UPDATES = 600;
const EVERY_MS = 20;
/** Updates after which a hole begins. */
const HOLES = [100, 250, 400];
const HOLE_MS = 2_000;
const SETTLE_MS = 8_000;
const PAYLOAD = 'x'.repeat(100);
const RECONNECT = { reconnectionDelay: 100, reconnectionDelayMax: 500 };

const KINDS = [
  { kind: 'plain', title: 'socket.io, Redis adapter', nodes: 2 },
  { kind: 'recovery', title: 'socket.io, connection state recovery, one node', nodes: 1 },
  { kind: 'streams', title: 'socket.io, Redis streams adapter with recovery', nodes: 2 },
  { kind: 'topics', title: 'gatewire topics', nodes: 2 },
];

/** Updates that one client got, in their order, and when the last hole was made up for. */
class Viewer {
  seen = [];
  resets = 0;
  /** Milliseconds from the end of each hole until everything of before it was there. */
  recovered = [];
  #waits = null;

  constructor(link) {
    this.link = link;
  }

  async open(kind, port) {
    const url = `http://127.0.0.1:${port}`;
    const options = { transports: ['websocket'], forceNew: true, ...RECONNECT };
    if (kind === 'topics') {
      const client = connect('/', url, { socket: options, warn: false });
      this.close = () => client.close();
      const topic = client.topic('updates', {
        onValue: ({ n }) => this.#take(n),
        onReset: () => this.resets++,
      });
      while (topic.state !== 'live') await sleep(10);
    } else {
      const socket = io(url, options);
      this.close = () => socket.close();
      socket.on('update', ({ n }) => this.#take(n));
      await once(socket, 'connect');
    }
  }

  /** The hole is over; updates up to `n` were sent. */
  waitFor(n) {
    this.#waits = { n, from: performance.now() };
  }

  #take(n) {
    this.seen.push(n);
    if (this.#waits === null || n < this.#waits.n) return;
    this.recovered.push(performance.now() - this.#waits.from);
    this.#waits = null;
  }
}

async function measure({ kind, nodes: count }, redis) {
  const servers = [];
  for (let i = 0; i < count; i++) {
    const server = fork(new URL('server.js', import.meta.url), [kind, redis.url], {
      env: { ...process.env, NODE_ENV: 'production' },
    });
    const [{ port }] = await once(server, 'message');
    servers.push({ server, port });
  }
  const ports = servers.map(({ port }) => port);
  const viewers = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, i) => {
      const viewer = new Viewer(new Link(ports, i));
      await viewer.open(kind, await viewer.link.open());
      return viewer;
    }),
  );
  await sleep(500);
  const [{ server: first }] = servers;
  const cpuBefore = await cpuOf(servers);
  let hole = null;
  for (let n = 0; n < UPDATES; n++) {
    if (HOLES.includes(n)) {
      hole = performance.now();
      for (const { link } of viewers) link.hole(true);
    }
    if (hole !== null && performance.now() - hole >= HOLE_MS) {
      hole = null;
      for (const viewer of viewers) {
        viewer.waitFor(n - 1);
        viewer.link.hole(false);
      }
    }
    first.send({ update: { n, text: PAYLOAD } });
    await sleep(EVERY_MS);
  }
  await sleep(SETTLE_MS);
  const cpuMs = (await cpuOf(servers)) - cpuBefore;
  const result = { cpuMs, ...summary(viewers) };
  for (const { link, close } of viewers) {
    close();
    link.close();
  }
  for (const { server } of servers) server.kill();
  return result;
}

async function cpuOf(servers) {
  let sum = 0;
  for (const { server } of servers) {
    server.send({});
    const [{ cpuMs }] = await once(server, 'message');
    sum += cpuMs;
  }
  return sum;
}

function summary(viewers) {
  const all = viewers.flatMap(({ seen }) => seen);
  const distinct = viewers.reduce((sum, { seen }) => sum + new Set(seen).size, 0);
  const outOfOrder = viewers.reduce(
    (sum, { seen }) => sum + seen.filter((n, i) => i > 0 && n < seen[i - 1]).length,
    0,
  );
  const recovered = viewers.flatMap((viewer) => viewer.recovered).sort((a, b) => a - b);
  return {
    lost: CLIENTS * UPDATES - distinct,
    twice: all.length - distinct,
    outOfOrder,
    resets: viewers.reduce((sum, { resets }) => sum + resets, 0),
    recoveryMs: recovered[recovered.length >> 1] ?? null,
    bytes: viewers.reduce((sum, { link }) => sum + link.bytes, 0) / (CLIENTS * UPDATES),
  };
}

const redis = await startRedis();
const rows = [];
try {
  for (const kind of KINDS) rows.push({ title: kind.title, ...(await measure(kind, redis)) });
} finally {
  await redis.stop();
}
const sent = CLIENTS * UPDATES;
console.log(
  `\n${CLIENTS} clients, ${UPDATES} updates each, ${HOLES.length} times ${HOLE_MS / 1_000} s without a network\n`,
);
console.log(
  '| | lost | twice | out of order | told of a loss | newest value after | bytes per update | CPU of the servers |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const { title, lost, twice, outOfOrder, resets, recoveryMs, bytes, cpuMs } of rows) {
  const share = `${lost} of ${sent} (${((100 * lost) / sent).toFixed(1)} %)`;
  const after = recoveryMs === null ? 'never' : `${Math.round(recoveryMs)} ms`;
  console.log(
    `| ${title} | ${share} | ${twice} | ${outOfOrder} | ${resets} | ${after} | ${Math.round(bytes)} | ${Math.round(cpuMs)} ms |`,
  );
}
process.exit();
