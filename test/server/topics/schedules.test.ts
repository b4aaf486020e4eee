import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type Client, claim, TopicWorld } from './topic-world.js';

const SCHEDULES = Number(process.env['GATEWIRE_SCHEDULES'] ?? 8_000);
const SEED = Number(process.env['GATEWIRE_SEED'] ?? 17);

beforeAll(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
});
afterAll(() => {
  jest.useRealTimers();
});

/** What can happen, with how often it does. The number picks which one it happens to. */
const HAPPENINGS: Readonly<Record<string, readonly [number, (world: TopicWorld, pick: number) => void]>> = {
  publish: [8, (world, pick) => world.publish(`k${pick % 3}`, pick % 5 === 0)],
  join: [3, (world, pick) => join(world, 0, pick)],
  resume: [1, (world, pick) => join(world, 1, pick)],
  forge: [1, (world, pick) => join(world, 2, pick)],
  move: [10, (world, pick) => void of(world.clients, pick)?.move()],
  disconnect: [2, (world, pick) => of(world.clients, pick)?.disconnect()],
  reconnect: [3, (world, pick) => of(world.clients, pick)?.connect(world.nodeOf(pick))],
  perform: [3, (world, pick) => world.perform(pick % Math.max(1, world.operations.length))],
  answer: [8, (world, pick) => world.answer(pick % Math.max(1, world.operations.length))],
  fail: [1, (world, pick) => world.fail(pick % Math.max(1, world.operations.length))],
  deliver: [8, (world, pick) => world.deliver(pick % 2, false)],
  late: [2, (world, pick) => world.deliver(pick % Math.max(1, world.messages.length), false)],
  repeat: [1, (world, pick) => world.deliver(pick % Math.max(1, world.messages.length), true)],
  lose: [2, (world, pick) => void world.messages.splice(pick % Math.max(1, world.messages.length), 1)],
  compare: [2, (world, pick) => world.nodeOf(pick).compare()],
  wait: [1, () => jest.advanceTimersByTime(600)],
  loseEnd: [1, (world, pick) => world.loseEnd(1 + (pick % 3))],
  delete: [1, (world) => world.delete()],
  wipe: [1, (world) => world.wipe()],
};
/** Happenings after which values may be gone for good. */
const LOSSES = ['loseEnd', 'delete', 'wipe', 'forge'];

function of<T>(list: readonly T[], pick: number): T | undefined {
  return list[pick % Math.max(1, list.length)];
}

function join(world: TopicWorld, kind: number, pick: number): void {
  if (world.clients.length >= 4) return;
  const client = claim(world, kind, pick);
  world.clients.push(client);
  client.connect(world.nodeOf(pick));
}

/** How much goes wrong: messages are late and repeated only, or lost too, or the log loses what it had. */
const TROUBLES = [['lose', 'compare', ...LOSSES], LOSSES, []];
const schedules = fc.constantFrom(0, 1, 2).chain((trouble) => {
  const names = Object.entries(HAPPENINGS)
    .filter(([name]) => TROUBLES[trouble]?.includes(name) !== true)
    .map(([name, [weight]]) => ({ weight, arbitrary: fc.constant(name) }));
  const step = fc.tuple(fc.oneof(...names), fc.nat(30), fc.boolean());
  return fc.record({
    nodes: fc.integer({ min: 1, max: 3 }),
    history: fc.constantFrom(2, 5, 1_000),
    trouble: fc.constant(trouble),
    steps: fc.array(step, { minLength: 10, maxLength: 60 }),
  });
});

type Schedule = typeof schedules extends fc.Arbitrary<infer T> ? T : never;

async function run({ nodes, history, trouble, steps }: Schedule, isKeyed: boolean): Promise<TopicWorld> {
  const world = new TopicWorld(nodes, history, isKeyed);
  for (const [name, pick, isNextTurn] of steps) {
    HAPPENINGS[name]?.[1](world, pick);
    if (isNextTurn) await setImmediate();
    else for (let i = 0; i < pick % 4; i++) await null;
  }
  // Those that are connected stay: nothing but the node repairs what they miss.
  for (const client of world.clients) if (!client.isConnected) client.connect(world.nodeOf(0));
  // A store that loses nothing is not compared with.
  await world.rest((ms) => jest.advanceTimersByTime(ms), trouble > 0);
  return world;
}

/** Finds what a client saw against the list of what was published; null where it saw all of it. */
function findFault({ log }: TopicWorld, { seen, from, subscription }: Client): string | null {
  if (subscription.state !== 'live') return `is ${subscription.state}`;
  let last: number | null | 'present' = from;
  for (const one of seen) {
    if (one === 'reset') last = 'present';
    else {
      const { before } = log.published.get(one.value) ?? { before: Number.NaN };
      if (last !== 'present' && before !== last) return `saw ${one.value} behind ${last}, not ${before}`;
      last = one.value;
    }
  }
  // A client that was told that there is no value begins behind nothing.
  if (last === 'present') last = null;
  if (last !== log.last) return `ends with ${last}, not ${log.last}`;
  const value = subscription.value ?? null;
  return value === log.last ? null : `has ${String(value)}, not ${log.last}`;
}

describe('an active topic, by random schedules', () => {
  it('shows each client every change once and in order, or a reset', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const world = await run(schedule, false);
        try {
          for (const client of world.clients) {
            expect(world.faults).toEqual([]);
            expect([findFault(world, client), client.seen]).toEqual([null, client.seen]);
            if (!world.mayReset) expect(client.seen).not.toContain('reset');
          }
        } finally {
          world.close();
        }
      }),
      { numRuns: SCHEDULES, seed: SEED, endOnFailure: false },
    );
  });

  it('leaves each client with the keys and values of a keyed topic', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const world = await run(schedule, true);
        try {
          const values = Object.fromEntries(
            [...world.log.values].map(([key, json]) => [key, JSON.parse(json)]),
          );
          for (const { subscription, seen } of world.clients) {
            expect([subscription.state, Object.fromEntries(subscription.entries)]).toEqual(['live', values]);
            if (!world.mayReset) expect(seen).not.toContain('reset');
          }
        } finally {
          world.close();
        }
      }),
      { numRuns: Math.ceil(SCHEDULES / 4), seed: SEED, endOnFailure: false },
    );
  });
});
