import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { freePort } from '../support/free-port.js';
import { ServerProcess } from '../support/server-process.js';
import { Seeded } from './random/seeded.js';
import { type Run, sendOverPolling, sendOverWebSockets } from './random/senders.js';

const LIMIT_MS = 180_000;
const PACKETS = Number(process.env['RANDOM_PACKETS'] ?? 100_000);
const SEED = Number(process.env['RANDOM_SEED'] ?? randomInt(2 ** 32));
const WEBSOCKET_SENDERS = 6;
const POLLING_SENDERS = 2;
const MAX_GROWTH_BYTES = 20_000_000;

interface State {
  readonly packets: number;
  readonly connections: number;
  readonly heapBytes: number;
}

describe(`random packets (again with RANDOM_SEED=${SEED})`, () => {
  let server: ServerProcess;
  let url: string;

  const state = async (): Promise<State> => (await fetch(`${url}/`)).json() as Promise<State>;

  /** Asks again and again, since nothing announces how far a process of its own is. */
  async function stateWhen(isReached: (now: State) => boolean): Promise<State> {
    for (;;) {
      const now = await state();
      if (isReached(now)) return now;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async function send(count: number): Promise<Run> {
    const run: Run = { url, isOver: false, ended: 0, answered: 0 };
    const senders = Array.from({ length: WEBSOCKET_SENDERS + POLLING_SENDERS }, (_, index) => {
      const random = new Seeded(SEED + index);
      return index < WEBSOCKET_SENDERS ? sendOverWebSockets(random, run) : sendOverPolling(random, run);
    });
    const { packets } = await state();
    const reached = stateWhen((now) => run.isOver || now.packets >= packets + count);
    try {
      await Promise.race([reached, Promise.all(senders)]);
      run.isOver = true;
      await Promise.all(senders);
    } catch (cause) {
      throw new Error(`seed ${SEED}; the server printed: ${server.printed}`, { cause });
    } finally {
      run.isOver = true;
      await Promise.allSettled([reached, ...senders]);
    }
    return run;
  }

  beforeAll(async () => {
    server = new ServerProcess('test/hostile/random/server.ts', await freePort(), {
      execArgv: ['--expose-gc'],
    });
    url = await server.listening();
  }, LIMIT_MS);

  afterAll(() => server.kill(), LIMIT_MS);

  it(
    `leaves a server standing that has taken ${PACKETS} of them`,
    async () => {
      // The first ones make what a process makes once: compiled code, buffers, caches.
      await send(PACKETS / 20);
      const { heapBytes } = await stateWhen(({ connections }) => connections === 0);

      const run = await send(PACKETS);
      expect(run.ended).toBeGreaterThan(0);
      expect(run.answered).toBeGreaterThan(0);
      expect(server.isRunning).toBe(true);
      expect(server.printed).not.toMatch(/unhandled|uncaught|MaxListeners/i);

      const client = io(url);
      expect(await client.timeout(5_000).emitWithAck('echo', 'still here')).toEqual({
        ok: true,
        data: 'still here',
      });
      client.close();
      const left = await stateWhen(({ connections }) => connections === 0);
      expect(left.heapBytes - heapBytes).toBeLessThan(MAX_GROWTH_BYTES);
    },
    LIMIT_MS,
  );
});
