import type { Seeded } from './seeded.js';

/** What goes over the wire one after the other: the text of a packet, and the bytes that follow it. */
export type Frames = readonly (string | Buffer)[];

const EVENTS = ['echo', 'echo:all', 'echo:emit', 'room:join', 'room:say', 'bytes:ask', 'nobody:listens'];
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  'length',
  '_placeholder',
  'gw:topic',
  'exception',
  'error',
  'connection',
  '',
  '\u0000',
  '\ud800',
  'e'.repeat(2_000),
];
/** Socket.IO's parser ends the connection for these. */
const RESERVED = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];
const IDS = ['', '0', '7', '-1', '1.5', '00', '9007199254740993', '1'.repeat(400), 'NaN', '__proto__'];
const NAMESPACES = ['', '/second,', '/nowhere,', '/,', '/second?token=1,', '/__proto__,', '//,', '/\u0000,'];
const JSON_ATOMS = [
  '0',
  '-0',
  '1e999',
  '1.5',
  'true',
  'false',
  'null',
  '""',
  '[]',
  '{}',
  '"\\ud800"',
  '"\\u0000"',
];

/** Makes the next packet. Few of them end the connection, since nothing after such a one arrives. */
export function nextFrames(random: Seeded): Frames {
  const kind = random.next();
  if (kind < 0.6) return valid(random);
  if (kind < 0.91) return odd(random);
  if (kind < 0.965) return mutated(random);
  return hostile(random);
}

/** What any client might send. */
function valid(random: Seeded): Frames {
  const bytes: Buffer[] = [];
  const args = Array.from({ length: random.int(0, 3) }, () => value(random, 3, bytes));
  const id = random.chance(0.6) ? String(random.int(0, 1_000)) : '';
  const json = `[${[JSON.stringify(random.pick(EVENTS)), ...args].join()}]`;
  const head = bytes.length === 0 ? '42' : `45${bytes.length}-`;
  return [`${head}${id}${json}`, ...bytes];
}

/** Well-formed, and what nobody has thought of. */
function odd(random: Seeded): Frames {
  const id = random.int(0, 99);
  switch (random.int(0, 8)) {
    case 0:
      return [`42${id}[${JSON.stringify(random.pick(NAMES))},${value(random, 2, null)}]`];
    case 1:
      return [`42${id}[${random.int(-5, 5)},1]`];
    case 2: {
      const depth = random.chance(0.1) ? random.pick([500, 4_200, 10_000]) : 40;
      return [`42${id}["echo",${'['.repeat(depth)}${']'.repeat(depth)}]`];
    }
    case 3: {
      const depth = random.chance(0.1) ? random.pick([500, 4_200]) : 40;
      return [`42["echo:emit",${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}]`];
    }
    case 4:
      return [`42${id}["echo",{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":1}}}]`];
    case 5:
      return [`42${id}["room:join",${JSON.stringify(random.pick([...NAMES, 'x'.repeat(129), 'room']))}]`];
    case 6:
      return [`43${id}[${value(random, 2, null)}]`];
    case 7: {
      const count = random.int(1, 12);
      const same = Array.from({ length: count }, () => '{"_placeholder":true,"num":0}');
      return [`451-${id}["echo",[${same.join()}]]`, random.bytes(random.int(0, 40))];
    }
    default:
      return [`42${id}["echo","${'x'.repeat(random.pick([0, 1, 1_000, 60_000]))}"]`];
  }
}

/** A valid packet with something broken in it. */
function mutated(random: Seeded): Frames {
  const [text = '', ...bytes] = valid(random);
  const at = random.int(0, String(text).length);
  const end = at + random.int(1, 8);
  const before = String(text).slice(0, at);
  const after = String(text).slice(at);
  const noise = String.fromCharCode(random.int(0, random.pick([31, 127, 0xffff])));
  switch (random.int(0, 5)) {
    case 0:
      return [before, ...bytes];
    case 1:
      return [before + String(text).slice(end), ...bytes];
    case 2:
      return [before + noise + after, ...bytes];
    case 3:
      return [before + String(text).slice(at, end) + after, ...bytes];
    case 4:
      return [String(text), ...bytes, random.bytes(random.int(0, 20))];
    default:
      return [String(text), ...bytes.slice(1)];
  }
}

/** Sent by nobody who means well. */
function hostile(random: Seeded): Frames {
  const id = random.pick(IDS);
  const namespace = random.pick(NAMESPACES);
  switch (random.int(0, 11)) {
    case 0:
      return [`42[${JSON.stringify(random.pick(RESERVED))},1]`];
    case 1:
      return [`4${random.int(0, 9)}${namespace}${id}${random.pick(JSON_ATOMS)}`];
    case 2:
      return [`40${namespace}${value(random, 2, null)}`];
    case 3:
      return [`45${random.pick(['0', '-1', '51000000', '1e9', '999999999999', 'x', ''])}-${id}["echo"]`];
    case 4:
      return [
        `451-["echo",{"_placeholder":true,"num":${random.pick(['1', '-1', '1e9', '"0"', '"length"', 'null'])}}]`,
        random.bytes(4),
      ];
    case 5:
      return [random.bytes(random.int(0, 200))];
    case 6:
      return [random.bytes(random.int(0, 60)).toString('latin1')];
    case 7:
      return [`${random.int(0, 9)}${random.bytes(random.int(0, 8)).toString('latin1')}`];
    case 8:
      return [`41${namespace}`];
    case 9:
      return [`42${namespace}${id}["echo",1]`];
    case 10:
      return [`451-${id}["echo",{"_placeholder":true,"num":0}]`, '42["echo"]'];
    default:
      return [`42${id}["echo",${'['.repeat(random.int(1, 3_000))}`];
  }
}

/** JSON of any shape; with `bytes`, some of it binary. */
function value(random: Seeded, depth: number, bytes: Buffer[] | null): string {
  if (bytes !== null && bytes.length < 5 && random.chance(0.08)) {
    bytes.push(random.bytes(random.int(0, 60)));
    return `{"_placeholder":true,"num":${bytes.length - 1}}`;
  }
  if (depth === 0 || random.chance(0.5)) return atom(random);
  const items = Array.from({ length: random.int(0, 4) }, () => value(random, depth - 1, bytes));
  if (random.chance(0.5)) return `[${items.join()}]`;
  return `{${items.map((item) => `${JSON.stringify(random.pick(NAMES).slice(0, 20))}:${item}`).join()}}`;
}

function atom(random: Seeded): string {
  if (random.chance(0.5)) return random.pick(JSON_ATOMS);
  if (random.chance(0.5)) return String(random.int(-1e9, 1e9));
  return JSON.stringify(random.bytes(random.int(0, 30)).toString('latin1'));
}
