import { HOSTILE_NAMES } from '../packets.js';
import { packetOf, prefix, type RandomPacket } from './packet.js';
import type { Seeded } from './seeded.js';
import { randomJson } from './values.js';

/** Eight digits, for events that have to be answered: broken packets have fewer, or far more. */
export const FIRST_OWED_ID = 50_000_000;

/** Namespaces that let everybody in who asks with the kind `ok`, and events that mean something to most of them. */
export const NAMESPACES = [
  ...[
    '/answers',
    '/bare',
    '/steps',
    '/raw',
    '/hooks',
    '/sync-hooks',
    '/shared',
    '/team/a',
    '/team/b',
    '/emits',
  ],
  ...['/asks', '/bad-goodbye', '/slow-goodbye', '/raw-goodbye', '/raw-strips', '/raw-outgoing', '/raw-use'],
  ...['/bad-welcome', '/connect-steps'],
];
const ANSWERS = [
  ...['value', 'async-value', 'undefined', 'null', 'echo', 'buffer', 'bigint', 'async-bigint', 'circular'],
  ...['function', 'symbol', 'map', 'blob', 'untouchable', 'getter-throws', 'to-json-throws', 'then-throws'],
  ...['then-getter-throws', 'then-twice', 'then-nested', 'throw', 'async-throw', 'throw-by-name'],
  ...[
    'throw-function',
    'throw-untouchable',
    'throw-bare-object',
    'throw-error-in-circle',
    'reject-undefined',
  ],
  ...['reject-null', 'reject-untouchable', 'map-throws', 'map-rejects', 'sold-out', 'details-bigint'],
  ...['details-circular', 'guard-false', 'guard-async-false', 'guard-throws', 'guard-rejects', 'schema'],
  ...['schema-choice', 'schema-valibot', 'schema-arktype', 'schema-arktype-all', 'schema-throws'],
  ...['schema-rejects', 'args-schema', 'ack-schema', 'ack', 'ack-twice', 'ack-later', 'ack-async'],
  ...['ack-then-throw', 'ack-then-reject', 'throw-then-ack', 'ack-error', 'ack-bigint'],
];
/** They are answered when their time is over. */
const SLOW = ['then-never', 'guard-hangs', 'slow', 'slow-failure', 'never', 'ack-never', 'ack-too-late'];
const STEPS = [
  ...[
    'forgets-next',
    'throws-first',
    'throws-after-next',
    'throws-beside-next',
    'calls-twice',
    'does-not-wait',
  ],
  ...['does-not-wait-failure', 'answers-itself', 'calls-next-late', 'rejects-with-nothing', 'caches-bigint'],
  ...['parameter-throws', 'parameter-rejects', 'parameters-reject', 'parameter-rejects-and-next-throws'],
  ...['disposal-throws', 'disposal-throws-async', 'constructor-throws'],
];
const RAW = [
  ...['any-throws', 'any-rejects', 'use-throws', 'use-twice', 'use-refuses', 'use-later', 'use-rejects'],
  ...['raw', 'raw-throws', 'raw-rejects', 'raw-needs-ack', 'both'],
];
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  '/': ['echo', 'note', 'bye'],
  '/answers': ANSWERS,
  '/bare': ANSWERS,
  '/steps': STEPS,
  '/raw': RAW,
  '/emits': ['emit', 'emit-good'],
  '/asks': ['ask'],
};
const OTHER_EVENTS = ['ping', 'note', 'bye', 'throw', 'echo'];
/** For these the parser ends the connection. */
const REFUSED_NAMES: readonly unknown[] = [
  ...['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'],
];
const ODD_NAMES = HOSTILE_NAMES.filter(
  (name) =>
    typeof name === 'number' ||
    (typeof name === 'string' && name.length < 1_000 && !REFUSED_NAMES.includes(name)),
);

/**
 * An event that any server has to take, with some JSON or bytes, or with a shape that nobody has thought of.
 *
 * @param id - the id of its acknowledgement; null when it wants none
 */
export function randomEvent(random: Seeded, namespace: string, id: number | null): RandomPacket {
  const kind = random.next();
  const head = `${prefix(namespace)}${id ?? ''}`;
  if (kind < 0.06) return packetOf(namespace, [`42${head}["echo",${deep(random)}]`], { id });
  if (kind < 0.1) return packetOf(namespace, oneBufferOften(random, head), { id });
  if (kind < 0.12) {
    const text = 'x'.repeat(random.pick([0, 1, 1_000, 60_000]));
    return packetOf(namespace, [`42${head}["echo","${text}"]`], { id });
  }
  const bytes: Buffer[] = [];
  const args = Array.from({ length: random.int(0, 3) }, () => randomJson(random, 3, bytes));
  const json = `[${[JSON.stringify(nameFor(random, namespace)), ...args].join()}]`;
  const type = bytes.length === 0 ? '42' : `45${bytes.length}-`;
  return packetOf(namespace, [`${type}${head}${json}`, ...bytes], { id });
}

/** An acknowledgement, of something that was asked or of nothing. */
export function randomAck(random: Seeded, namespace: string): RandomPacket {
  const bytes: Buffer[] = [];
  const json = `[${randomJson(random, 2, bytes)}]`;
  const type = bytes.length === 0 ? '43' : `46${bytes.length}-`;
  return packetOf(namespace, [`${type}${prefix(namespace)}${random.int(0, 40)}${json}`, ...bytes]);
}

function nameFor(random: Seeded, namespace: string): unknown {
  if (random.chance(0.06)) return random.pick(ODD_NAMES);
  const own = EVENTS[namespace];
  if (own === undefined || random.chance(0.1)) return random.pick(OTHER_EVENTS);
  return own === ANSWERS && random.chance(0.03) ? random.pick(SLOW) : random.pick(own);
}

/** Levels that fail when they are sent back, now and then. */
function deep(random: Seeded): string {
  const depth = random.chance(0.05) ? random.pick([500, 4_200, 10_000]) : 40;
  if (random.chance(0.5)) return '['.repeat(depth) + ']'.repeat(depth);
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}

function oneBufferOften(random: Seeded, head: string): (string | Buffer)[] {
  const same = Array.from({ length: random.int(1, 12) }, () => '{"_placeholder":true,"num":0}');
  return [`451-${head}["echo",[${same.join()}]]`, random.bytes(random.int(0, 40))];
}
