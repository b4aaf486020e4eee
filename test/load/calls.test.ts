import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import type { AckReply } from '../../src/index.js';
import { LoadServer, type Stats } from './load-server.js';

const CALLS = 20_000;
const IN_FLIGHT = 64;
const WAITING = 2_000;
const MAX_GROWTH = 10_000_000;

let server: LoadServer;

beforeAll(async () => {
  // The default bound on events per second would spread them over 18 s.
  server = await LoadServer.start({ eventsPerSecond: 1_000_000, eventsBurst: 1_000_000 });
});

afterAll(() => server.stop());

it(`${CALLS} calls of a handler that never ends cost little memory, and all but ${IN_FLIGHT + WAITING} are refused`, async () => {
  const socket = io(`${server.url}/team/1`, {
    transports: ['websocket'],
    auth: { id: 'ann' },
    reconnection: false,
  });
  await socket.timeout(20_000).emitWithAck('join', 'a');
  const before = await server.stats();
  const codes: string[] = [];
  const refused = new Promise<void>((resolve) => {
    for (let i = 0; i < CALLS; i++) {
      socket.emit('hang', { i, text: 'x'.repeat(50) }, (reply: AckReply) => {
        codes.push(reply.ok ? 'ok' : reply.error.code);
        if (codes.length === CALLS - IN_FLIGHT - WAITING) resolve();
      });
    }
  });
  await refused;
  const during = await server.stats();
  expect(new Set(codes)).toEqual(new Set(['OVERLOADED']));
  expect(during.heapBytes - before.heapBytes).toBeLessThan(MAX_GROWTH);
  socket.disconnect();
  // What waited is let go of at once; what runs goes on until it ends, or its time is up.
  const isGone = ({ timers = 0 }: Stats) => timers <= Number(before['timers']) + IN_FLIGHT;
  let after = await server.stats();
  while (!isGone(after)) after = await server.stats();
  expect(after.heapBytes - before.heapBytes).toBeLessThan(MAX_GROWTH / 5);
});
