import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { CertificateFolder } from '../support/certificate.js';
import { startProxy } from '../support/documented-proxy.js';
import { freePort } from '../support/free-port.js';
import { RedisServer } from '../support/redis-server.js';
import { ServerProcess } from '../support/server-process.js';
import { within } from '../support/within.js';

// Rolling restart of two nodes behind nginx: no client offline at the end, no call unanswered.
const POLLING = 50;
const CLIENTS = 2_000;
const NAMES = ['one', 'two'] as const;

interface Report {
  readonly calls: number;
  readonly answered: number;
  /** How often a call was sent again because the answer was UNAVAILABLE. */
  readonly repeated: number;
  readonly longestMs: number;
  readonly reconnects: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly connected: number;
}

const nodes = new Map<string, ServerProcess>();
const ports = new Map<string, number>();
const folder = new CertificateFolder();
const certificate = folder.make('app.example');
const CA = readFileSync(certificate.cert, 'utf8');
let redis: RedisServer;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let site: string;
let callers: ChildProcess;

beforeAll(async () => {
  redis = await RedisServer.start();
  for (const name of NAMES) ports.set(name, await freePort());
  await Promise.all(NAMES.map(start));
  const port = await freePort();
  const [one, two] = NAMES.map((name) => `127.0.0.1:${ports.get(name)}`) as [string, string];
  proxy = await startProxy('nginx', { port, nodes: [one, two], certificate });
  site = `https://127.0.0.1:${port}`;
});

afterAll(async () => {
  callers?.kill('SIGKILL');
  await proxy?.stop();
  for (const node of nodes.values()) await node.kill();
  await redis?.stop();
  folder[Symbol.dispose]();
});

async function start(name: string): Promise<void> {
  const env = { NODE_NAME: name, REDIS_URL: redis.url };
  const node = new ServerProcess('test/fixtures/load/rolling.ts', ports.get(name) as number, { env });
  nodes.set(name, node);
  await node.listening();
}

async function startCallers(): Promise<Report> {
  callers = fork('test/fixtures/load/callers.ts', {
    execArgv: ['--import', 'tsx'],
    env: {
      ...process.env,
      URL: site,
      WEBSOCKETS: String(CLIENTS - POLLING),
      POLLING: String(POLLING),
      NODE_EXTRA_CA_CERTS: certificate.cert,
    },
  });
  return answerOf(callers);
}

async function answerOf(process: ChildProcess): Promise<Report> {
  const [report] = await within('a report of the callers', once(process, 'message'), 60_000);
  return report as Report;
}

function ask(question: 'report' | 'stop'): Promise<Report> {
  const answer = answerOf(callers);
  callers.send(question);
  return answer;
}

/** The node that nginx gives a new client to. */
async function newcomer(): Promise<unknown> {
  const socket = io(site, { ca: CA, transports: ['websocket'], forceNew: true });
  try {
    return (await socket.timeout(5_000).emitWithAck('where')).data;
  } finally {
    socket.disconnect();
  }
}

async function restart(name: string): Promise<void> {
  const node = nodes.get(name) as ServerProcess;
  node.child.kill('SIGTERM');
  expect(await node.exited()).toMatchObject({ code: 0 });
  await start(name);
  // Only when nginx has noticed may the other one go.
  while ((await newcomer()) !== name);
}

it(`two nodes are restarted in turn under ${CLIENTS} clients, and nobody misses an answer`, async () => {
  expect(await startCallers()).toMatchObject({ connected: CLIENTS, failed: {} });
  const start = performance.now();
  for (const name of NAMES) await restart(name);
  const seconds = (performance.now() - start) / 1_000;
  const report = await ask('stop');
  console.log({ seconds, ...report });
  expect(report).toMatchObject({ connected: CLIENTS, failed: {}, answered: report.calls });
  expect(report.reconnects).toBeGreaterThanOrEqual(CLIENTS);
});
