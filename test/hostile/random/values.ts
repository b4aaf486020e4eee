import type { Seeded } from './seeded.js';

const KEYS = [
  ...['a', 'n', 'to', 'value', 'kind', 'choice', 'list', 'then', 'toJSON', 'length', 'num'],
  ...['__proto__', 'constructor', 'prototype', 'hasOwnProperty', '', '\u0000', '\ud800'],
];
/** Some of them mean something to the handlers of the fixture server. */
const ATOMS = [
  ...['0', '-0', '1e999', '1.5', 'true', 'false', 'null', '""', '[]', '{}', '"\\ud800"', '"\\u0000"'],
  ...[
    '"sync"',
    '"async"',
    '"timeout"',
    '"bigint"',
    '"circular"',
    '"me"',
    '"volatile"',
    '"string"',
    '"symbol"',
  ],
];
const MAX_ATTACHMENTS = 5;

/**
 * JSON of any shape.
 *
 * @param bytes - takes attachments that the JSON refers to; null for none
 */
export function randomJson(random: Seeded, depth: number, bytes: Buffer[] | null): string {
  if (bytes !== null && bytes.length < MAX_ATTACHMENTS && random.chance(0.08)) {
    bytes.push(random.bytes(random.int(0, 60)));
    return `{"_placeholder":true,"num":${bytes.length - 1}}`;
  }
  if (depth === 0 || random.chance(0.5)) return atom(random);
  const items = Array.from({ length: random.int(0, 4) }, () => randomJson(random, depth - 1, bytes));
  if (random.chance(0.4)) return `[${items.join()}]`;
  return `{${items.map((item) => `${JSON.stringify(random.pick(KEYS))}:${item}`).join()}}`;
}

function atom(random: Seeded): string {
  if (random.chance(0.6)) return random.pick(ATOMS);
  if (random.chance(0.5)) return String(random.int(-1e9, 1e9));
  return JSON.stringify(random.latin1(random.int(0, 30)));
}
