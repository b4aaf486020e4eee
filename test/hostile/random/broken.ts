import { HOSTILE_PACKETS } from '../packets.js';
import { randomEvent } from './events.js';
import { packetOf, type RandomPacket } from './packet.js';
import type { Seeded } from './seeded.js';
import { randomJson } from './values.js';

const IDS = ['', '0', '7', '-1', '1.5', '00', '9007199254740993', '1'.repeat(400), 'NaN', '__proto__'];
/** Not those that visits join: a CONNECT too many would end the connection later on. */
const NAMESPACES = [
  ...['', '/nowhere,', '/,', '/team/c?token=1,', '/__proto__,', '//,', '/\u0000,', '/team/,', '/team/[x],'],
];
const RESERVED = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];
const ATOMS = ['0', '1e999', 'true', 'null', '""', '[]', '{}', '"\\ud800"', '["ping"]', '[0]', '[null]'];
const BY_HAND = HOSTILE_PACKETS.map(({ packets }) =>
  packets.map((packet) => (typeof packet === 'string' ? `4${packet}` : packet)),
).filter((frames) => frames.length <= 3 && frames.every(({ length }) => length < 1_000));
const GOODBYE = /^41(\/[^,]*,?)?\d*$/;
const JOINS_A_TEAM = /^40\/team\/[ab]\b/;
const MAX_SMALL_ID = 99;

/** A packet that no client sends: a mutated one, or a hostile one. It never leaves a namespace. */
export function randomBroken(random: Seeded, namespaces: readonly string[]): RandomPacket {
  for (;;) {
    const frames = random.chance(0.5) ? mutated(random, random.pick(namespaces)) : hostile(random);
    if (!frames.some(changesPlace)) return packetOf('/', frames, { mayEnd: true });
  }
}

/** Visits join and leave on purpose, and keep account of where they are. */
function changesPlace(frame: string | Buffer): boolean {
  return typeof frame === 'string' && (GOODBYE.test(frame) || JOINS_A_TEAM.test(frame));
}

/** A valid packet with something broken in it. */
function mutated(random: Seeded, namespace: string): RandomPacket['frames'] {
  const id = random.chance(0.6) ? random.int(0, MAX_SMALL_ID) : null;
  const [first = '', ...bytes] = randomEvent(random, namespace, id).frames;
  const text = String(first);
  const at = random.int(0, Math.min(text.length, 300));
  const end = at + random.int(1, 8);
  const before = text.slice(0, at);
  const after = text.slice(at);
  const noise = String.fromCharCode(random.int(0, random.pick([31, 127, 0xffff])));
  switch (random.int(0, 5)) {
    case 0:
      return [before, ...bytes];
    case 1:
      return [before + text.slice(end), ...bytes];
    case 2:
      return [before + noise + after, ...bytes];
    case 3:
      return [before + text.slice(at, end) + after, ...bytes];
    case 4:
      return [text, ...bytes, random.bytes(random.int(0, 20))];
    default:
      return [text, ...bytes.slice(1)];
  }
}

/** Sent by nobody who means well. */
function hostile(random: Seeded): RandomPacket['frames'] {
  const id = random.pick(IDS);
  const namespace = random.pick(NAMESPACES);
  switch (random.int(0, 11)) {
    case 0:
      return [`42[${JSON.stringify(random.pick(RESERVED))},1]`];
    case 1:
      return [`4${random.int(0, 9)}${namespace}${id}${random.pick(ATOMS)}`];
    case 2:
      return [`40${namespace}${randomJson(random, 2, null)}`];
    case 3:
      return [`45${random.pick(['0', '-1', '51000000', '1e9', '999999999999', 'x', ''])}-${id}["echo"]`];
    case 4: {
      const num = random.pick(['1', '-1', '1e9', '"0"', '"length"', 'null']);
      return [`451-["echo",{"_placeholder":true,"num":${num}}]`, random.bytes(4)];
    }
    case 5:
      return [random.bytes(random.int(0, 200))];
    case 6:
      return [random.latin1(random.int(0, 60))];
    case 7:
      return [`${random.int(0, 9)}${random.latin1(random.int(0, 8))}`];
    case 8:
      return [`42${namespace}${id}["echo",1]`];
    case 9:
      return [`451-${id}["echo",{"_placeholder":true,"num":0}]`, '42["echo"]'];
    case 10:
      return random.pick(BY_HAND);
    default:
      return [`42${id}["echo",${'['.repeat(random.int(1, 3_000))}`];
  }
}
