import { randomInt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { within } from '../../support/within.js';
import { PollingWire } from '../client/polling-wire.js';
import { WebSocketWire } from '../client/websocket-wire.js';
import type { Wire } from '../client/wire.js';
import type { ServerState } from '../server/state.js';
import { type ServerFixture, serverFixture } from '../shared-server.js';
import { Seeded } from './seeded.js';
import { type Burst, RandomVisit } from './visit.js';
import { Visitor } from './visitor.js';

const SEED = Number(process.env['HOSTILE_SEED'] ?? randomInt(2 ** 31));
/** Number of the one visit to make; without it there are as many as the packets need. */
const VISIT = process.env['HOSTILE_VISIT'];
const VISITORS = 16;
/** Every so many-th visit comes over polling, where each burst and each answer is a request of its own. */
const POLLING_EVERY = 4;
const SHOWN_CHARACTERS = 200;

/** Numbers of the visits that go on at the moment: any of them may be what ended the process. */
const underWay = new Set<number>();

/** Lets clients send that many packets, each visit from a seed of its own, so that it can be made again alone. */
export function describeRandomPackets(packets: number): void {
  describe(`the process survives ${packets} random packets (again with HOSTILE_SEED=${SEED})`, () => {
    const fixture = serverFixture();

    it('and answers everything that it owes, once, and keeps nothing', async () => {
      const { timers } = await fixture.server.state();
      const total = { taken: 0, answered: 0, isOver: false };
      let next = Number(VISIT ?? 0);
      const visitInTurn = async (): Promise<void> => {
        while (!total.isOver) {
          const { taken, answered } = await visit(fixture, next++);
          total.taken += taken;
          total.answered += answered;
          total.isOver ||= VISIT !== undefined || total.taken >= packets;
        }
      };
      const visitors = Array.from({ length: VISIT === undefined ? VISITORS : 1 }, visitInTurn);
      try {
        await Promise.all(visitors);
      } finally {
        total.isOver = true;
        await Promise.allSettled(visitors);
      }
      expect(fixture.server.isAlive).toBe(true);
      if (VISIT === undefined) expect(total.answered).toBeGreaterThan(total.taken / 4);
      await fixture.expectAlive();
      await emptied(fixture, timers);
    });
  });
}

/** Makes one connection say all that it has to say. */
async function visit(fixture: ServerFixture, number: number): Promise<Visitor> {
  const { server } = fixture;
  const isPolling = number % POLLING_EVERY === 0;
  const wire: Wire = isPolling ? new PollingWire(server.port) : new WebSocketWire(server.port);
  const visitor = new Visitor(wire);
  let burst: Burst = [];
  underWay.add(number);
  try {
    await visitor.opened();
    for (burst of new RandomVisit(new Seeded(SEED, number)).bursts()) {
      if (!(await visitor.send(burst))) break;
    }
    wire.hangUp();
    return visitor;
  } catch (cause) {
    wire.destroy();
    const frames = burst.flatMap(({ frames }) => frames);
    const shown = frames.map((frame) => JSON.stringify(String(frame).slice(0, SHOWN_CHARACTERS)));
    const again = `HOSTILE_SEED=${SEED} HOSTILE_VISIT=${number} (of ${[...underWay].join()})`;
    throw new Error(`${again}: ${String(cause)}\nafter\n${shown.join('\n')}\n${server.errors}`, { cause });
  } finally {
    underWay.delete(number);
  }
}

/** Waits until the server holds no more than it held before anybody came. */
async function emptied(fixture: ServerFixture, timers: number): Promise<void> {
  let state: ServerState | null = null;
  const wait = async (): Promise<void> => {
    do state = await fixture.server.state();
    while (state.connections + state.sockets + state.rooms > 0 || state.timers > timers);
  };
  await within(() => `an empty server; it has ${JSON.stringify(state)}`, wait());
}
