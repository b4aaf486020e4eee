import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { RawClient } from '../hostile/client/raw-client.js';
import type { TransportName } from '../hostile/client/wire.js';
import { within } from '../support/within.js';
import { LoadServer } from './load-server.js';

const EVENTS = 30_000;
const BURST = 8_000;
const MAX_P99_MS = 100;
const TRANSPORTS: readonly TransportName[] = ['websocket', 'polling'];

let server: LoadServer;
let other: Socket;

beforeAll(async () => {
  // Five times the default, so that the test takes 6 s and not 28 s.
  server = await LoadServer.start({ eventsPerSecond: 5_000 }, 'traffic.ts', {
    pingInterval: 400,
    pingTimeout: 400,
  });
});

afterAll(() => server.stop());

beforeEach(async () => {
  other = io(server.url, { transports: ['websocket'], forceNew: true, reconnection: false });
  await other.emitWithAck('reset');
});

afterEach(() => void other.disconnect());

const port = (): number => Number(new URL(server.url).port);
const ask = async <T>(event: string): Promise<T> => (await other.emitWithAck(event)).data as T;

interface Seen {
  readonly seen: number;
  readonly inOrder: boolean;
}

/** Asks one thing after the other until everything has arrived. @returns milliseconds of each answer, sorted */
async function answerTimes(count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (;;) {
    const at = performance.now();
    const { seen } = await ask<Seen>('seen');
    times.push(performance.now() - at);
    if (seen >= count) return times.sort((a, b) => a - b);
  }
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor((sorted.length - 1) * share)] as number;

describe.each(TRANSPORTS)('a client that floods over %s', (transport) => {
  it(`sends ${EVENTS} events at once, and others are answered within ${MAX_P99_MS} ms, and none is lost`, async () => {
    const client = await RawClient.open(port(), transport);
    await client.connect('/');
    const packets = Array.from({ length: EVENTS }, (_, i) => `2["count",${i}]`);
    const measured = answerTimes(EVENTS);
    const began = performance.now();
    client.packet(...packets);
    const times = await within('all events', measured, 20_000);
    // All but the burst took its time.
    expect(performance.now() - began).toBeGreaterThan((0.9 * (EVENTS - 2_000 - 100)) / 5);
    expect(percentile(times, 0.99)).toBeLessThan(MAX_P99_MS);
    expect(await ask<Seen>('seen')).toEqual({ seen: EVENTS, inOrder: true });
    // It was alive all the time, also where its pongs were behind the flood.
    await client.roundTrip('/');
    expect(client.wire.isClosed).toBe(false);
    console.log(
      `${transport}: ${times.length} answers, p50 ${percentile(times, 0.5).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms`,
    );
    client.destroy();
  });

  it(`gets ${BURST} acknowledgements in order, and stays connected`, async () => {
    const socket = io(server.url, { transports: [transport], forceNew: true, reconnection: false });
    const answers: number[] = [];
    let pings = 0;
    let left = '';
    socket.io.on('ping', () => void pings++);
    socket.on('disconnect', (reason) => {
      left = reason;
    });
    const all = new Promise<void>((resolve) => {
      socket.on('connect', () => {
        for (let i = 0; i < BURST; i++) {
          socket.emit('count', i, (reply: { data: number }) => {
            if (answers.push(reply.data) === BURST) resolve();
          });
        }
      });
    });
    await within(() => `all answers; ${answers.length} so far, ${left}`, all, 15_000);
    expect(answers).toEqual(Array.from({ length: BURST }, (_, i) => i));
    // At least 1.2 s. Its pongs were behind the flood, and it would have given up 0.8 s after the last ping.
    expect(pings).toBeGreaterThanOrEqual(4);
    expect(left).toBe('');
    await socket.emitWithAck('ping');
    socket.disconnect();
  });

  it('has everything delivered that it sent before it said goodbye', async () => {
    const socket = io(server.url, { transports: [transport], forceNew: true, reconnection: false });
    await new Promise<void>((resolve) => socket.on('connect', resolve));
    for (let i = 0; i < 10_000; i++) socket.emit('count', i);
    socket.disconnect();
    await within('all events', answerTimes(10_000), 15_000);
    expect(await ask<Seen>('seen')).toEqual({ seen: 10_000, inOrder: true });
  });
});
