import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { ATTACKS } from '../fixtures/load/attacks.js';

/** 60 to see what grows slowly. */
const SECONDS = Number(process.env['LOAD_SECONDS'] ?? 6);
const MAX_GROWTH = 150_000_000;
const TSX = ['--import', 'tsx'];

let server: ChildProcess;
let url: string;
let other: Socket;

beforeAll(async () => {
  server = fork('test/fixtures/load/bounded.ts', { execArgv: ['--max-old-space-size=256', ...TSX] });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  url = `http://127.0.0.1:${port}`;
  other = io(url, { transports: ['websocket'], forceNew: true, reconnection: false });
  await other.emitWithAck('ping');
});

afterAll(() => {
  other?.disconnect();
  server?.kill();
});

async function highestMemory(): Promise<number> {
  server.send('look');
  const [{ highest }] = (await once(server, 'message')) as [{ highest: number }];
  return highest;
}

interface Seen {
  /** Milliseconds of the answers to another client, sorted. */
  readonly times: readonly number[];
  readonly growth: number;
  readonly megabytes: number;
}

/** Asks one thing after the other while others flood the server. */
async function flood(name: string, clients: number): Promise<Seen> {
  await highestMemory();
  const before = await highestMemory();
  const args = [url, name, String(clients), String(SECONDS)];
  const attacker = fork('test/fixtures/load/attacker.ts', args, { execArgv: TSX });
  const done = once(attacker, 'message') as Promise<[{ bytes: number }]>;
  let isOver = false;
  void done.finally(() => {
    isOver = true;
  });
  const times: number[] = [];
  while (!isOver) {
    const at = performance.now();
    await other.timeout(60_000).emitWithAck('ping');
    times.push(performance.now() - at);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const [{ bytes }] = await done;
  const growth = (await highestMemory()) - before;
  return { times: times.sort((a, b) => a - b), growth, megabytes: bytes / 1e6 };
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor((sorted.length - 1) * share)] as number;

describe.each([
  [1, 100],
  [50, 1_000],
])('a server with a heap of 256 MB and %d hostile clients', (clients, most) => {
  let control = 0;

  it.each(Object.entries(ATTACKS))('answers others while they send %s', async (name, { title }) => {
    const { times, growth, megabytes } = await flood(name, clients);
    const p99 = percentile(times, 0.99);
    console.log(
      `${clients} × ${title}: ${megabytes.toFixed(0)} MB, ${times.length} answers, p50 ${percentile(times, 0.5).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, RSS +${(growth / 1e6).toFixed(0)} MB`,
    );
    if (name === 'nothing') control = p99;
    expect([server.exitCode, server.signalCode]).toEqual([null, null]);
    expect(growth).toBeLessThan(MAX_GROWTH);
    // What an idle server takes is the machine's.
    expect(p99).toBeLessThan(most + control);
  });
});
