import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConnectionLimits } from '../../../src/transport/connection-limits.js';
import { StrictDecoder } from '../../../src/transport/decoder.js';
import type { EngineConnection, RawPacket } from '../../../src/transport/engineio.js';
import { RejectedPacket } from '../../../src/transport/packet-check.js';
import { DEFAULT_TRANSPORT_LIMITS, type TransportLimits } from '../../../src/transport/transport-limits.js';

let shared: ConnectionLimits | null = null;
afterEach(() => shared?.close());

/** Decodes pieces of one connection. */
function decode(
  pieces: readonly (string | Uint8Array)[],
  limits: Partial<TransportLimits> = {},
  maxBytes = 100,
  admit: ConnectionLimits['admit'] = () => null,
) {
  shared = new ConnectionLimits('app', { ...DEFAULT_TRANSPORT_LIMITS, ...limits }, maxBytes);
  shared.admit = admit;
  const written: string[] = [];
  const connection = Object.assign(new EventEmitter(), {
    protocol: 3, // no pings
    transport: new EventEmitter(),
    write: (text: string) => written.push(text),
    close: () => {},
  });
  const decoder = new StrictDecoder(shared, connection as unknown as EngineConnection);
  const packets: RawPacket[] = [];
  (decoder as unknown as EventEmitter).on('decoded', (packet: RawPacket) => packets.push(packet));
  for (const piece of pieces) decoder.add(piece);
  return { packets, written, decoder };
}

const place = (num: number): string => `{"_placeholder":true,"num":${num}}`;
const bytes = (length: number): Buffer => Buffer.alloc(length, 7);

describe('a decoded packet', () => {
  it('of text has its length', () => {
    const { packets } = decode(['0', '2["echo","é"]', '2/a,7["echo"]', '31["yes"]']);
    expect(packets.map(({ type, bytes }) => [type, bytes])).toEqual([
      [0, undefined],
      [2, 13],
      [2, 13],
      [3, 9],
    ]);
  });

  it('with attachments has their bytes at their places, and the length of all', () => {
    const text = `52-1["echo",[${place(1)},{"a":${place(0)}}]]`;
    const { packets } = decode(['0', text, bytes(3), bytes(4)]);
    expect(packets[1]).toEqual({
      type: 2,
      nsp: '/',
      id: 1,
      data: ['echo', [bytes(4), { a: bytes(3) }]],
      bytes: text.length + 7,
    });
  });
});

describe('a packet beyond a limit', () => {
  it.each<readonly [string, string, Partial<TransportLimits>]>([
    ['packetDepth', '2["echo",[[[1]]]]', { packetDepth: 2 }],
    ['packetKeys', '2["echo",[1,2,3]]', { packetKeys: 3 }],
    ['attachments', `52-["echo",${place(0)},${place(1)}]`, { attachments: 1 }],
  ])('has the rejection of `%s` in the place of its data', (limit, text, limits) => {
    const { packets } = decode(['0', text, ...(text.startsWith('5') ? [bytes(1), bytes(1)] : [])], limits);
    const [, { data }] = packets as [RawPacket, RawPacket];
    const [rejected] = data as [unknown];
    expect(rejected).toBeInstanceOf(RejectedPacket);
    expect(rejected).toMatchObject({ limit, event: 'echo' });
  });

  it.each([
    ['packetDepth', '['.repeat(40_000)],
    ['packetKeys', `[${'{},'.repeat(20_000)}`],
  ])('is not even parsed when its text is long: %s', (limit, broken) => {
    for (const head of ['2/a,7["echo",', '52-/a,7["echo",', '3/a,7[']) {
      const isBinary = head.startsWith('5');
      const { packets } = decode(['0', head + broken, ...(isBinary ? [bytes(1), bytes(1)] : [])]);
      const event = head.startsWith('3') ? '' : 'echo';
      expect(packets[1]).toMatchObject({ nsp: '/a', id: 7, data: [{ limit, event }] });
    }
    const { packets, written } = decode(['0', `0/a,{"token":${broken}`]);
    expect(packets).toHaveLength(1);
    expect(written).toEqual([expect.stringMatching(/^4\/a,.*PAYLOAD_TOO_LARGE/)]);
  });

  it('of names is rejected before a RegExp sees them', () => {
    const name = 'x'.repeat(129);
    for (const pieces of [[`27["${name}"]`], [`51-7["${name}",${place(0)}]`, bytes(1)]]) {
      const { packets } = decode(['0', ...pieces]);
      expect(packets[1]?.data).toEqual([
        expect.objectContaining({ code: 'UNKNOWN_EVENT', event: name.slice(0, 128) }),
      ]);
    }
    expect(decode(['0', `2["${name.slice(1)}"]`]).packets[1]?.data).toEqual([name.slice(1)]);
    const asked: string[] = [];
    const { packets, written } = decode(
      ['0', `0/${'x'.repeat(256)},`, `0/${'x'.repeat(255)},`],
      {},
      100,
      (nsp) => {
        asked.push(nsp);
        return null;
      },
    );
    expect(written).toEqual([expect.stringMatching(/^4\/x{256},.*NOT_FOUND.*256 characters/)]);
    expect([packets.length, asked.length]).toEqual([2, 2]);
    expect(() => decode(['0', `0/${'x'.repeat(1_024)},`])).toThrow('too long');
  });

  it('of attachments keeps no bytes', () => {
    const { packets } = decode(['0', `52-["echo",${place(0)},${place(1)}]`, bytes(60), bytes(60)]);
    expect(packets[1]?.data).toEqual([expect.objectContaining({ limit: 'attachments', event: 'echo' })]);
  });

  it.each([
    [`51-["echo",${place(0)},${place(0)}]`, 'the payload names an attachment twice'],
    [`51-["echo",${place(1)}]`, 'the payload names an attachment that was not sent'],
  ])('%s is rejected', (text, message) => {
    const { packets } = decode(['0', text, bytes(1)]);
    expect(packets[1]?.data).toEqual([expect.objectContaining({ limit: null, text: message })]);
  });

  it('of CONNECT is answered, and goes no further', () => {
    const { packets, written } = decode(['0', '0/a,', '0/b,'], { namespacesPerConnection: 2 });
    expect(packets.map(({ nsp }) => nsp)).toEqual(['/', '/a']);
    expect(written).toEqual([expect.stringMatching(/^4\/b,\{"message":/)]);
  });
});

describe('pieces in an order that no client sends', () => {
  it.each<readonly [string, readonly (string | Uint8Array)[]]>([
    ['an attachment that no packet announced', [bytes(1)]],
    ['text where an attachment was due', [`51-["echo",${place(0)}]`, '2["echo"]']],
  ])('throw: %s', (message, pieces) => {
    expect(() => decode(['0', ...pieces])).toThrow(message);
  });
});

it('keeps what comes too fast, and lets acknowledgements overtake it', () => {
  const { packets, decoder } = decode(['0', '2["a"]', '2["b"]', '31[1]', '2["c"]'], {
    eventsPerSecond: 1,
    eventsBurst: 1,
  });
  const names = () => packets.slice(1).map(({ type, data }) => (type === 3 ? 'ack' : (data as [string])[0]));
  expect(names()).toEqual(['a', 'ack']);
  expect(decoder.drain(true)).toBe(true);
  expect(names()).toEqual(['a', 'ack', 'b', 'c']);
});
