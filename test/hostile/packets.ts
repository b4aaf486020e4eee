/** Event names that mean something to JavaScript, to Socket.IO or to gatewire, and things that are no names. */
export const HOSTILE_NAMES: readonly unknown[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  'error',
  'exception',
  'connect',
  'connection',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
  'gw:x',
  'gw:',
  '',
  ' ',
  '\u0000',
  '\ud800',
  'x'.repeat(100_000),
  5,
  -0.5,
  null,
  true,
  {},
  [],
  ['ping'],
];

interface HostilePacket {
  readonly name: string;
  readonly packets: readonly (string | Buffer)[];
}

const BYTES = Buffer.from('bytes');
const placeholder = (num: unknown) => `{"_placeholder":true,"num":${JSON.stringify(num)}}`;
const nest = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

/** Messages of the engine that together take much work, 1 MB or less in one piece. */
export const LONG_MESSAGES: readonly HostilePacket[] = [
  { name: '50,000 pongs at once', packets: Array.from({ length: 50_000 }, () => '3') },
  {
    name: '50,000 acknowledgements that nobody asked for',
    packets: Array.from({ length: 50_000 }, () => '43[]'),
  },
  { name: 'an event of 490,000 levels', packets: [`42["ping",${'['.repeat(490_000)}`] },
  { name: 'an event of 300,000 objects', packets: [`42["ping",[${'{},'.repeat(300_000)}{}]]`] },
  { name: 'CONNECT to a name of 900,000 letters', packets: [`40/${'x'.repeat(900_000)},`] },
  { name: 'CONNECT with 900,000 letters of auth', packets: [`40/a,{"token":"${'x'.repeat(900_000)}"}`] },
  {
    name: '5,000 times CONNECT and DISCONNECT',
    packets: Array.from({ length: 5_000 }, () => ['40/a,', '41/a,']).flat(),
  },
];

/** Socket.IO packets that no client sends. */
export const HOSTILE_PACKETS: readonly HostilePacket[] = [
  ...named('nothing at all', ''),
  ...named('unknown types', '7', '8["ping"]', '9', 'x', '-1', '\u0000', '\u00e9', '{}', '[]', ' 2["ping"]'),
  ...named('EVENT without data', '2', '27', '2/team/a,', '2/team/a,7', '2/hooks,', '2/hooks,7', '2/team/a'),
  ...named(
    'EVENT with wrong data',
    '2[]',
    '27[]',
    '2{}',
    '2null',
    '2"ping"',
    '2true',
    '2[1e400]',
    '27[1e400]',
  ),
  ...named(
    'EVENT with broken JSON',
    '2[',
    '2["ping"',
    '2["ping",]',
    '2["ping"]]',
    '27["ping',
    '2["\\ud800"]',
  ),
  ...named(
    'EVENT with a strange id',
    `2${'9'.repeat(400)}["ping"]`,
    `2${'9'.repeat(20)}["ping"]`,
    '2-1["ping"]',
    '21.5["ping"]',
    '2 ["ping"]',
    '21 1["ping"]',
    '2\t\n["ping"]',
    '20x1["ping"]',
    '2+1["ping"]',
  ),
  ...named('EVENT nested deeply', `2["echo",${nest(100_000)}]`, `27["echo",${nest(200_000)}]`),
  ...named('EVENT with odd payloads', '27["echo",{"__proto__":{"a":1}}]', '27["echo",1e999]', '27["echo"]'),
  ...named('the same id twice', '27["ping"]', '27["ping"]'),
  ...named('ACK never asked for', '3', '30', '30[]', '31[1]', '3-1[]', '3999999999999[1]', '3[]', '30[null]'),
  ...named('ACK with wrong data', '30{}', '30"x"', '30null', `30${nest(100_000)}`),
  ...named('DISCONNECT with data', '1{}', '1[]', '1null', '1"x"'),
  ...named('DISCONNECT elsewhere', '1/nowhere', '1/nowhere,', '1/team/b,'),
  ...named('CONNECT_ERROR', '4', '4{}', '4"x"', '4/team/a,{"message":"x"}', '4[]'),
  ...named(
    'CONNECT with wrong auth',
    '0/team/b,null',
    '0/team/b,[]',
    '0/team/b,"x"',
    '0/team/b,5',
    '0/team/b,{',
  ),
  ...named(
    'CONNECT with odd auth',
    '0/team/b,{"__proto__":{"pid":"x"}}',
    '0/team/b,{"pid":"x","offset":"y"}',
    '0/team/b,{"pid":{},"offset":[]}',
    `0/team/b,{"deep":${nest(200_000)}}`,
    `0/hooks,{"kind":${nest(1_000)}}`,
  ),
  ...named('CONNECT again', '0', '0{}', '0/team/a,', '0/team/a,{"token":1}'),
  ...named(
    'CONNECT to names that are none',
    '0//',
    '0//,{}',
    '0/../x',
    '0/..%2fx,',
    '0/%00',
    '0/\u0000',
    '0/team/[x]',
    '0/team/\\',
    '0/team/*',
    '0/team/a/b',
    '0/team/',
    '0/team/%61',
    '0/team/a b',
    '0/team/a\n',
    '0/team/\u00e9',
    '0/_0',
    '0/team/:team',
    '0?token=1',
    `0/${'x'.repeat(100_000)}`,
    `0/team/${'x'.repeat(129)}`,
    `0/${'/'.repeat(10_000)}`,
  ),
  ...named(
    'CONNECT to names of Object',
    '0/team/__proto__',
    '0/team/constructor',
    '0/__proto__',
    '0/toString',
  ),
  ...named(
    'an impossible count of attachments',
    '5',
    '5-',
    '50-["x"]',
    '5-1-["x"]',
    '51.5-["x"]',
    '51',
    '5x-["x"]',
  ),
  ...named('too many attachments', '511-["x"]', '599999999999-["x"]', '51e9-["x"]', '5Infinity-["x"]'),
  ...named('attachments without data', '51-', '61-', '51-7'),
  packet('attachments that never come', '51-["x"]'),
  packet('a text in place of an attachment', '51-["x"]', '2["ping"]'),
  packet('an attachment that nobody announced', BYTES),
  packet('one attachment too many', `51-["echo",${placeholder(0)}]`, BYTES, BYTES),
  packet('an attachment without a placeholder', '51-["echo"]', BYTES),
  packet('an attachment without data', '51-', BYTES),
  packet('an attachment without data but with an id', '51-7', BYTES),
  packet('an attachment in the name', `51-[${placeholder(0)}]`, BYTES),
  packet('attachments of an ack', `61-0[${placeholder(0)}]`, BYTES),
  packet('an empty attachment', `51-7["echo",${placeholder(0)}]`, Buffer.alloc(0)),
  packet('a placeholder used often', `51-7["echo",${Array(300).fill(placeholder(0)).join()}]`, BYTES),
  packet('a placeholder in a deep place', `51-7["echo",${'['.repeat(50_000)}1${']'.repeat(50_000)}]`, BYTES),
  packet('a placeholder in text', `27["echo",${placeholder(0)}]`),
  ...[5, -1, 0.5, '0', null, true, {}, [0]].map((num) =>
    packet(`the placeholder ${JSON.stringify(num)}`, `51-7["echo",${placeholder(num)}]`, BYTES),
  ),
  packet('2,000 times DISCONNECT', ...Array<string>(2_000).fill('1')),
  packet('200 times CONNECT', ...Array<string>(200).fill('0/auth,{"kind":"hangs"}')),
  packet(
    '200 times CONNECT to itself and away',
    ...Array.from({ length: 200 }, (_, i) => `${i % 2}/team/b,`),
  ),
  packet('2,000 times ACK', ...Array.from({ length: 2_000 }, (_, i) => `3${i}[]`)),
  packet('200 namespaces', ...Array.from({ length: 200 }, (_, i) => `0/team/t${i},`)),
  // CONNECT at the end: without it, a client whose packets were read at once gets neither an answer nor an end.
  packet('events after DISCONNECT', '1', '27["ping"]', '1/hooks,', '2/hooks,7["ping"]', '0'),
];

function packet(name: string, ...packets: readonly (string | Buffer)[]): HostilePacket {
  return { name, packets };
}

/** Packets that are sent one by one. */
function named(name: string, ...packets: readonly string[]): HostilePacket[] {
  return packets.map((text) => packet(`${name}: ${JSON.stringify(text.slice(0, 40))}`, text));
}
