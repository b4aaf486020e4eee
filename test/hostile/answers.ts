import { expect } from '@jest/globals';
import type { RawClient } from './client/raw-client.js';
import type { ServerFixture } from './shared-server.js';

export const ERROR = { code: expect.any(String), message: expect.any(String), id: expect.any(String) };
const INTERNAL = { ...ERROR, code: 'INTERNAL', message: 'internal error' };
const FORBIDDEN = { ...ERROR, code: 'FORBIDDEN' };
const TIMEOUT = { ...ERROR, code: 'TIMEOUT' };
const INVALID = { ...ERROR, code: 'INVALID_PAYLOAD', details: expect.any(Array) };

/** An event with the answer that it has to get. */
export interface Case {
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

/** Events of `/answers`, and of `/bare`, where answers come without an envelope. */
export const ANSWERS: readonly Case[] = [
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

/** Events of `/steps`. */
export const STEPS: readonly Case[] = [
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

/** Events of `/raw`, where raw listeners are, too. */
export const RAW: readonly Case[] = [
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

export const title = ({ event, args }: Case): string =>
  [event, ...(args ?? []).map((arg) => JSON.stringify(arg))].join(' ');
/** The arguments of the acknowledgement. */
export const envelope = ({ error, value }: Case): unknown[] => {
  if (error !== undefined) return [{ ok: false, error }];
  return [value === undefined ? { ok: true } : { ok: true, data: value }];
};
/** The arguments of the acknowledgement without an envelope. A function or symbol in an array is null to JSON. */
export const bare = ({ event, error, value }: Case): unknown[] => {
  if (error !== undefined) return [{ error }];
  if (event === 'function' || event === 'symbol') return [null];
  return value === undefined ? [] : [value];
};

/**
 * Asks, and expects this answer, once.
 *
 * @returns the time from the cause of the answer to its arrival, in milliseconds
 */
export async function ask(
  fixture: ServerFixture,
  client: RawClient,
  namespace: string,
  one: Case,
  expected: unknown[],
): Promise<number> {
  const from = fixture.server.mark;
  const answered = await client.call(namespace, one.event, ...(one.args ?? []));
  expect(answered.args).toEqual(expected);
  if (one.isLate) await fixture.server.told(({ at }) => at === 'late', 'a late answer', from);
  await client.roundTrip(namespace);
  expect(client.countAnswers(namespace, answered.id)).toBe(1);
  return answered.ms - (one.causeMs ?? 0);
}
