import { describe, expect, it } from '@jest/globals';
import { type Answered, isPacket, RawClient } from './client/raw-client.js';
import type { TransportName } from './client/wire.js';
import { HostileServer } from './hostile-server.js';
import { HOSTILE_NAMES } from './packets.js';
import { hostileWorld, TRANSPORTS, type World } from './shared-server.js';

/** What the guarantee says, and what a busy machine may add in a single run. */
const PROMISED_MS = 100;
const BUSY_MS = 2_000;
const TRIES = 2;

const ERROR = { code: expect.any(String), message: expect.any(String), id: expect.any(String) };
const INTERNAL = { ...ERROR, code: 'INTERNAL', message: 'internal error' };
const FORBIDDEN = { ...ERROR, code: 'FORBIDDEN' };
const TIMEOUT = { ...ERROR, code: 'TIMEOUT' };
const INVALID = { ...ERROR, code: 'INVALID_PAYLOAD', details: expect.any(Array) };

interface Case {
  readonly event: string;
  readonly args?: readonly unknown[];
  /** Value of the acknowledgement; `undefined` is one, too. */
  readonly value?: unknown;
  readonly error?: object;
  /** The server tells when something comes too late, which is after this time of the handler. */
  readonly isLate?: boolean;
  /** The time that passes before there is a cause. */
  readonly causeMs?: number;
}

const SHORT = { error: TIMEOUT, causeMs: 30 };

const ANSWERS: readonly Case[] = [
  { event: 'value', value: { n: 1 } },
  { event: 'async-value', value: { n: 2 } },
  { event: 'undefined' },
  { event: 'null', value: null },
  { event: 'echo', args: ['text'], value: 'text' },
  { event: 'echo' },
  { event: 'function' },
  { event: 'symbol' },
  { event: 'map', value: {} },
  { event: 'then-twice', value: 'first' },
  { event: 'then-nested', value: 'inner' },
  { event: 'schema', args: [{ n: 5 }], value: 5 },
  { event: 'args-schema', args: ['a', 1], value: ['a', 1] },
  ...[
    'bigint',
    'async-bigint',
    'circular',
    'deep',
    'blob',
    'untouchable',
    'getter-throws',
    'to-json-throws',
    'then-getter-throws',
    'then-throws',
    'throw',
    'async-throw',
    'throw-function',
    'throw-untouchable',
    'throw-bare-object',
    'throw-error-in-circle',
    'reject-undefined',
    'reject-null',
    'reject-untouchable',
    'map-throws',
    'map-rejects',
    'details-bigint',
    'details-circular',
    'guard-throws',
    'guard-rejects',
    'schema-throws',
    'schema-rejects',
    'ack-schema',
  ].map((event) => ({ event, error: INTERNAL })),
  ...['undefined', 'null', 'string', 'symbol'].map((kind) => ({
    event: 'throw-by-name',
    args: [kind],
    error: INTERNAL,
  })),
  { event: 'sold-out', error: { ...ERROR, code: 'SOLD_OUT', message: 'no seats', details: { left: 0 } } },
  { event: 'guard-false', error: FORBIDDEN },
  { event: 'guard-async-false', error: FORBIDDEN },
  { event: 'schema', error: INVALID },
  { event: 'schema', args: [{ n: 'five' }], error: INVALID },
  { event: 'schema', args: [[]], error: INVALID },
  { event: 'schema', args: [null], error: INVALID },
  { event: 'args-schema', error: INVALID },
  { event: 'args-schema', args: ['a', 1, 2], error: INVALID },
  { event: 'guard-hangs', ...SHORT },
  { event: 'then-never', ...SHORT },
  { event: 'never', ...SHORT },
  { event: 'slow', ...SHORT, isLate: true },
  { event: 'slow-failure', ...SHORT, isLate: true },
  { event: 'ack', value: 'by hand' },
  { event: 'ack-twice', value: 'first' },
  { event: 'ack-later', value: 'later', causeMs: 10 },
  { event: 'ack-async', value: 'first' },
  { event: 'ack-then-throw', value: 'first' },
  { event: 'ack-then-reject', value: 'first' },
  { event: 'throw-then-ack', error: INTERNAL, isLate: true },
  { event: 'ack-error', error: INTERNAL },
  { event: 'ack-bigint', error: INTERNAL },
  { event: 'ack-never', ...SHORT },
  { event: 'ack-never-async', ...SHORT },
  { event: 'ack-too-late', ...SHORT, isLate: true },
];

const STEPS: readonly Case[] = [
  { event: 'forgets-next', error: FORBIDDEN },
  { event: 'throws-first', error: INTERNAL },
  { event: 'throws-after-next', error: INTERNAL },
  { event: 'throws-beside-next', error: INTERNAL },
  { event: 'calls-twice', value: 'once' },
  { event: 'does-not-wait', value: 'awaited' },
  { event: 'does-not-wait-failure', error: INTERNAL },
  { event: 'answers-itself', value: 'cached' },
  { event: 'calls-next-late', value: 'early', isLate: true },
  { event: 'hangs', ...SHORT },
  { event: 'rejects-with-nothing', error: INTERNAL },
  { event: 'caches-bigint', error: INTERNAL },
  { event: 'parameter-throws', error: INTERNAL },
  { event: 'parameter-rejects', error: INTERNAL },
  { event: 'parameters-reject', error: INTERNAL },
  { event: 'parameter-rejects-and-next-throws', error: INTERNAL },
  { event: 'disposal-throws', value: 'answered' },
  { event: 'disposal-throws-async', value: 'answered' },
  { event: 'constructor-throws', error: INTERNAL },
];

const RAW: readonly Case[] = [
  { event: 'any-throws', error: INTERNAL },
  { event: 'any-rejects', value: 'handled' },
  { event: 'use-throws', error: INTERNAL },
  { event: 'use-twice', value: 'handled' },
  { event: 'use-refuses', error: INTERNAL },
  { event: 'use-later', value: 'handled', causeMs: 5 },
  { event: 'use-rejects', value: 'handled' },
  { event: 'raw-throws', error: INTERNAL },
  { event: 'raw-rejects', error: INTERNAL },
  { event: 'both', value: 'gateway' },
  { event: 'nobody', error: { ...ERROR, code: 'UNKNOWN_EVENT' } },
];

const title = ({ event, args }: Case): string =>
  [event, ...(args ?? []).map((arg) => JSON.stringify(arg))].join(' ');
const envelope = ({ error, value }: Case): unknown[] => {
  if (error !== undefined) return [{ ok: false, error }];
  return [value === undefined ? { ok: true } : { ok: true, data: value }];
};
/** A function or symbol in an array is null to JSON. */
const bare = ({ event, error, value }: Case): unknown[] => {
  if (error !== undefined) return [{ error }];
  if (event === 'function' || event === 'symbol') return [null];
  return value === undefined ? [] : [value];
};

/** Asks again and again, and returns what the fastest answer took beyond its cause. */
async function ask(
  world: World,
  client: RawClient,
  namespace: string,
  one: Case,
  expected: unknown[],
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    const from = world.server.mark;
    const answered: Answered = await client.call(namespace, one.event, ...(one.args ?? []));
    expect(answered.args).toEqual(expected);
    times.push(answered.ms - (one.causeMs ?? 0));
    if (one.isLate) await world.server.told(({ at }) => at === 'late', 'a late answer', from);
    await client.roundTrip(namespace);
    expect(client.countAnswers(namespace, answered.id)).toBe(1);
  }
  expect(Math.max(...times)).toBeLessThan(BUSY_MS);
  return Math.min(...times);
}

const world = hostileWorld();

describe.each(TRANSPORTS)('an acknowledgement over %s', (transport) => {
  it.each(ANSWERS.map((one) => [title(one), one] as const))(
    'is given once and soon: %s',
    async (_title, one) => {
      const client = await world.client(transport, '/answers');
      expect(await ask(world, client, '/answers', one, envelope(one))).toBeLessThan(PROMISED_MS);
    },
  );

  it.each(ANSWERS.map((one) => [title(one), one] as const))(
    'is given once and soon, bare: %s',
    async (_title, one) => {
      const client = await world.client(transport, '/bare');
      expect(await ask(world, client, '/bare', one, bare(one))).toBeLessThan(PROMISED_MS);
    },
  );

  it.each(STEPS.map((one) => [title(one), one] as const))(
    'is given whatever a step does: %s',
    async (_title, one) => {
      const client = await world.client(transport, '/steps');
      const from = world.server.mark;
      expect(await ask(world, client, '/steps', one, envelope(one))).toBeLessThan(PROMISED_MS);
      expect(world.server.entries('ran', from)).toHaveLength(one.event === 'calls-twice' ? TRIES : 0);
    },
  );

  it.each(RAW.map((one) => [title(one), one] as const))(
    'is given beside raw listeners: %s',
    async (_title, one) => {
      const client = await world.client(transport, '/raw');
      expect(await ask(world, client, '/raw', one, envelope(one))).toBeLessThan(PROMISED_MS);
    },
  );

  it.each(HOSTILE_NAMES.filter(isSendable))('is given once for an event named %j', async (name) => {
    const client = await world.client(transport, '/answers', '/team/a', '/raw', '/hooks');
    for (const namespace of ['/answers', '/team/a', '/raw', '/hooks']) {
      const { id, args, ms } = await client.call(namespace, name as string, { a: 1 });
      const isHeard = namespace === '/team/a' && typeof name === 'string' && !isReserved(name);
      if (isHeard) expect(args).toEqual([{ ok: true, data: { heard: name } }]);
      else expect(args).toEqual([{ ok: false, error: { ...ERROR, code: 'UNKNOWN_EVENT' } }]);
      expect(ms).toBeLessThan(BUSY_MS);
      await client.roundTrip(namespace);
      expect(client.countAnswers(namespace, id)).toBe(1);
    }
  });

  it('is given once for an event without data', async () => {
    const client = await world.client(transport, '/answers', '/hooks');
    client.packet('2/answers,77', '2/hooks,77', '51-/answers,78', Buffer.from('x'));
    for (const [namespace, id] of [
      ['/answers', 77],
      ['/hooks', 77],
      ['/answers', 78],
    ] as const) {
      const { args } = await client.answer(namespace, id);
      expect(args).toEqual([{ ok: false, error: { ...ERROR, code: 'UNKNOWN_EVENT' } }]);
      await client.roundTrip(namespace);
      expect(client.countAnswers(namespace, id)).toBe(1);
    }
  });

  it('is given to each of 200 events at once, also to those of the same id', async () => {
    const client = await world.client(transport, '/answers');
    client.packet(...Array<string>(200).fill('2/answers,0["async-value"]'));
    const isLast = () => client.countAnswers('/answers', 0) === 200;
    await client.waitFor(isLast, '200 answers');
    await client.roundTrip('/answers');
    expect(client.countAnswers('/answers', 0)).toBe(200);
  });

  it('is replaced by one `exception` where none was asked for', async () => {
    const client = await world.client(transport, '/answers');
    const events = [
      'throw',
      'guard-false',
      'schema',
      'never',
      'details-bigint',
      'nobody',
      'throw-untouchable',
    ];
    for (const event of events) client.emit('/answers', event);
    const exceptions = () =>
      client.frames.filter(({ text }) => isPacket(text, '2', '/answers')).map(({ text }) => readEvent(text));
    await client.waitFor(() => exceptions().length === events.length, 'all exceptions');
    await client.roundTrip('/answers');
    const codes = new Map(exceptions().map(([, { event, error }]) => [event, error.code]));
    expect(exceptions()).toHaveLength(events.length);
    expect(Object.fromEntries(codes)).toEqual({
      throw: 'INTERNAL',
      'guard-false': 'FORBIDDEN',
      schema: 'INVALID_PAYLOAD',
      never: 'TIMEOUT',
      'details-bigint': 'INTERNAL',
      nobody: 'UNKNOWN_EVENT',
      'throw-untouchable': 'INTERNAL',
    });
  });

  it('is given to every event that waits for a connect: value, overload, refusal', async () => {
    for (const gate of ['open', 'fail'] as const) {
      const client = await world.client(transport);
      const name = `${gate}-${transport}`;
      const from = world.server.mark;
      await client.connect('/hooks', { kind: 'gate', gate: name });
      await world.server.told((entry) => entry.at === 'gate' && entry['name'] === name, 'the gate', from);
      const ids = Array.from({ length: 60 }, (_, i) => client.send('/hooks', 'note', i));
      const early = await Promise.all(ids.slice(50).map((id) => client.answer('/hooks', id)));
      for (const { args } of early)
        expect(args).toEqual([{ ok: false, error: { ...ERROR, code: 'OVERLOADED' } }]);
      const start = performance.now();
      world.server.tell(gate === 'open' ? { open: name } : { fail: name });
      const answers = await Promise.all(ids.slice(0, 50).map((id) => client.answer('/hooks', id)));
      expect(performance.now() - start).toBeLessThan(BUSY_MS);
      for (const [i, { args }] of answers.entries()) {
        const refusal = { ok: false, error: { ...ERROR, code: 'UNAVAILABLE' } };
        expect(args).toEqual([gate === 'open' ? { ok: true, data: i } : refusal]);
      }
      if (gate === 'open') await client.roundTrip('/hooks');
      for (const id of ids) expect(client.countAnswers('/hooks', id)).toBe(1);
    }
  });
});

describe('an acknowledgement of a server that is shut down', () => {
  it('is given once, whether the handler is running, waiting or not begun, over both transports', async () => {
    // `@OnConnect` may outlast the server, so that its events have to be answered before.
    const server = await HostileServer.start({ HOSTILE_CONNECT_MS: '10000' });
    try {
      const busy = await Promise.all(TRANSPORTS.map((transport) => makeBusy(server, transport)));
      server.signal('SIGTERM');
      await server.told(({ at }) => at === 'closing', 'that it is closing', 0);
      await Promise.all(busy.map(expectAnswers));
      expect(await server.exited()).toBe(0);
      expect(server.errors).toBe('');
    } finally {
      await server.stop();
    }
  });

  interface Busy {
    readonly client: RawClient;
    readonly calls: readonly (readonly [namespace: string, id: number])[];
  }

  async function makeBusy(server: HostileServer, transport: TransportName): Promise<Busy> {
    const client = await RawClient.open(server.port, transport);
    const gate = `never opened to ${transport}`;
    await client.connect('/answers');
    await client.connect('/hooks', { kind: 'gate', gate });
    const calls = [
      ['/answers', client.send('/answers', 'long')],
      ['/answers', client.send('/answers', 'ack-at-shutdown')],
      ['/hooks', client.send('/hooks', 'note', 1)],
    ] as const;
    await server.told((entry) => entry.at === 'gate' && entry['name'] === gate, 'the gate', 0);
    await client.roundTrip('/answers');
    return { client, calls };
  }

  async function expectAnswers({ client, calls }: Busy): Promise<void> {
    const late = ['/answers', client.send('/answers', 'value')] as const;
    for (const [namespace, id] of [late, ...calls]) {
      const { args } = await client.answer(namespace, id);
      expect(args).toEqual([{ ok: false, error: { ...ERROR, code: 'UNAVAILABLE' } }]);
    }
    await client.ended();
    for (const [namespace, id] of [late, ...calls]) expect(client.countAnswers(namespace, id)).toBe(1);
  }
});

/** The parser refuses everything else and names of its own, and the connection ends. */
function isSendable(name: unknown): boolean {
  const own = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];
  return typeof name === 'number' || (typeof name === 'string' && !own.includes(name));
}

function isReserved(name: string): boolean {
  return ['', 'error', 'exception', 'connection'].includes(name) || name.startsWith('gw:');
}

function readEvent(text: string): [string, { event: string; error: { code: string } }] {
  return JSON.parse(text.slice(text.indexOf('[')));
}
