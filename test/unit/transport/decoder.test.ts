import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { decodePacket } from 'engine.io-parser';
import { ConnectionLimits } from '../../../src/transport/connection-limits.js';
import { inputOf, readPayload, StrictDecoder } from '../../../src/transport/decoder.js';
import type { EngineConnection, RawPacket } from '../../../src/transport/engineio.js';
import { RejectedPacket } from '../../../src/transport/packet-check.js';
import { Payload } from '../../../src/transport/payload.js';
import { DEFAULT_TRANSPORT_LIMITS, type TransportLimits } from '../../../src/transport/transport-limits.js';

let shared: ConnectionLimits | null = null;
afterEach(() => shared?.close());

const waiting = (): number => (shared?.input.used ?? 0) + (shared?.input.kept ?? 0);

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
  const ended: string[] = [];
  const connection = Object.assign(new EventEmitter(), {
    protocol: 3, // no pings
    transport: new EventEmitter(),
    write: (text: string) => written.push(text),
    close: () => {},
    onClose: (reason: string) => ended.push(reason),
  });
  shared.output.watch(connection as unknown as EngineConnection);
  const decoder = new StrictDecoder(shared, connection as unknown as EngineConnection);
  const packets: RawPacket[] = [];
  (decoder as unknown as EventEmitter).on('decoded', (packet: RawPacket) => packets.push(packet));
  for (const piece of pieces) decoder.add(piece);
  return { packets, written, ended, connection, decoder };
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

  it('may have as many attachments as the limit says, also more than the parser of Socket.IO takes', () => {
    const places = Array.from({ length: 12 }, (_, num) => place(num));
    const parts = places.map((_, num) => bytes(num + 1));
    const { packets } = decode(['0', `512-["echo",${places.join()}]`, ...parts], { attachments: 12 });
    expect(packets[1]?.data).toEqual(['echo', ...parts]);
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

describe('tokens', () => {
  const SLOW = { eventsPerSecond: 1, eventsBurst: 4 };
  const kinds = ({ packets }: ReturnType<typeof decode>) => packets.slice(1).map(({ type }) => type);

  it('are taken by acknowledgements that nobody asked for', () => {
    expect(kinds(decode(['0', ...Array.from({ length: 9 }, (_, id) => `3${id}[]`)], SLOW))).toHaveLength(4);
  });

  it.each(['21["ask"]', '2/a,1["ask"]', `51-1["ask",${place(0)}]`, `51-/a,1["ask",${place(0)}]`])(
    'are not taken by the answer to %s, which overtakes what is kept',
    (question) => {
      const result = decode(['0'], SLOW);
      const { connection, decoder } = result;
      connection.emit('packetCreate', { type: 'message', data: '2["tell"]' });
      connection.emit('packetCreate', { type: 'message', data: question });
      for (let i = 0; i < 9; i++) decoder.add('2["a"]');
      decoder.add('31[]');
      decoder.add('31[]');
      expect(kinds(result)).toEqual([2, 2, 2, 2, 3]);
    },
  );

  it('are taken by bytes, of texts and of attachments', () => {
    const text = `2["a","${'x'.repeat(8_192)}"]`;
    expect(kinds(decode(['0', text, text, text], SLOW))).toHaveLength(2);
    const upload = [`51-["a",${place(0)}]`, bytes(20_000)];
    expect(kinds(decode(['0', ...upload, ...upload], SLOW, 100_000))).toHaveLength(1);
  });

  it('are taken by pongs, and a flood of them ends the connection', () => {
    const { connection, ended } = decode(['0'], SLOW);
    for (let i = 0; i < 105; i++) connection.emit('packet', { type: 'pong' });
    expect(ended).toEqual([]);
    for (let i = 0; i < 10; i++) connection.emit('packet', { type: 'pong' });
    expect(ended[0]).toBe('too much input');
  });
});

it('hands nothing on while too much waits because of the connection', () => {
  const result = decode(['0', '2["a"]'], { inputBytes: 1_000 });
  const { connection, decoder, packets } = result;
  const input = inputOf(connection);
  input?.enter(1_000);
  decoder.add('2["b"]');
  expect([packets.length, decoder.drain(false)]).toEqual([2, false]);
  input?.leave(1_000);
  expect([decoder.drain(false), packets.length]).toEqual([true, 3]);
  decoder.destroy();
  expect(waiting()).toBe(0);
});

it('hands all on at the end of the server, however much waits', () => {
  const { connection, decoder, packets } = decode(['0', '2["a"]'], { inputBytes: 1_000 });
  inputOf(connection)?.enter(1_000);
  for (const piece of ['2["b"]', '2["c"]']) decoder.add(piece);
  expect([packets.length, decoder.drain(true), packets.length]).toEqual([2, true, 4]);
});

it('counts attachments that are on their way, and forgets them with the connection', () => {
  const { decoder } = decode(['0', `52-["a",${place(0)},${place(1)}]`, bytes(50)]);
  expect(waiting()).toBeGreaterThan(300);
  decoder.destroy();
  expect(waiting()).toBe(0);
});

it('keeps no more of what was read than a small attachment has', () => {
  const read = Buffer.alloc(60_000, 1);
  const { packets } = decode(['0', `51-["a",${place(0)}]`, read.subarray(100, 103)]);
  const [, part] = (packets[1] as RawPacket).data as [string, Buffer];
  expect([part, part.buffer.byteLength]).toEqual([Buffer.alloc(3, 1), 3]);
});

it('keeps what comes too fast, and lets acknowledgements overtake it', () => {
  const { connection, packets, decoder } = decode(['0'], { eventsPerSecond: 1, eventsBurst: 1 });
  connection.emit('packetCreate', { type: 'message', data: '21["ask"]' });
  for (const piece of ['2["a"]', '2["b"]', '31[1]', '2["c"]']) decoder.add(piece);
  const names = () => packets.slice(1).map(({ type, data }) => (type === 3 ? 'ack' : (data as [string])[0]));
  expect(names()).toEqual(['a', 'ack']);
  expect(decoder.drain(true)).toBe(true);
  expect(names()).toEqual(['a', 'ack', 'b', 'c']);
});

it('lets an acknowledgement with attachments overtake what is kept, once it is whole', () => {
  const { connection, packets, decoder } = decode(['0'], { eventsPerSecond: 1, eventsBurst: 1 });
  connection.emit('packetCreate', { type: 'message', data: '21["ask"]' });
  for (const piece of ['2["a"]', '2["b"]', `62-1[${place(0)},${place(1)}]`, bytes(1)]) decoder.add(piece);
  expect(packets).toHaveLength(2);
  decoder.add(bytes(2));
  expect(packets[2]).toMatchObject({ type: 3, data: [bytes(1), bytes(2)] });
  decoder.add('2["c"]');
  expect([packets.length, decoder.drain(true), packets.length]).toEqual([3, true, 5]);
});

it('reads a WebSocket no further while something is kept, and again at the end of the connection', () => {
  const { connection, decoder } = decode(['0'], { eventsPerSecond: 1, eventsBurst: 1 });
  const socket = {
    isPaused: false,
    pause: () => void Object.assign(socket, { isPaused: true }),
    resume: () => void Object.assign(socket, { isPaused: false }),
  };
  Object.assign(connection.transport, { socket });
  decoder.add('2["a"]');
  expect(socket.isPaused).toBe(false);
  decoder.add('2["b"]');
  expect(socket.isPaused).toBe(true);
  decoder.drain(true);
  expect(socket.isPaused).toBe(false);
  decoder.add('2["c"]');
  expect(socket.isPaused).toBe(true);
  decoder.destroy();
  expect(socket.isPaused).toBe(false);
});

describe('what would exceed the budget of the process', () => {
  it.each([
    ['a long text', [`2["b","${'x'.repeat(20_000)}"]`]],
    ['a packet with attachments', [`51-["b",${place(0)}]`, bytes(20_000)]],
  ])('waits, whichever connection used it: %s', (_, pieces) => {
    const { decoder, packets, connection } = decode(['0', '2["a"]'], {}, 1_000_000);
    const used = 2 * (shared?.input.inAll ?? 0);
    if (shared !== null) shared.input.used += used;
    decoder.add(pieces[0] as string);
    expect([packets.length, shared?.input.kept]).toEqual([2, (pieces[0] as string).length + 256]);
    if (shared !== null) shared.input.used -= used;
    expect(decoder.drain(false)).toBe(true);
    for (const piece of pieces.slice(1)) decoder.add(piece);
    expect(packets).toHaveLength(3);
    expect(inputOf(connection)?.isExcessive).toBe(false);
  });
});

describe('a POST', () => {
  /** Reads a POST as the polling transport does. */
  function read(texts: readonly string[], limits: Partial<TransportLimits>) {
    const result = decode(['0'], limits);
    const taken: string[] = [];
    const connection = Object.assign(result.connection, { readyState: 'open' });
    const payload = new Payload(
      texts.join('\x1e'),
      connection as unknown as EngineConnection,
      decodePacket,
      (packet) => {
        taken.push(packet.type);
        if (packet.type === 'message') result.decoder.add(packet.data);
        else result.connection.emit('packet', packet);
        if (result.ended.length > 0) connection.readyState = 'closed';
      },
    );
    readPayload(connection, payload);
    return { ...result, taken, payload };
  }
  const events = Array.from({ length: 10 }, (_, i) => `42["e",${i}]`);

  it('is decoded as far as its packets may be handed on, and the rest later, in order', () => {
    const { taken, packets, decoder, payload } = read(events, { eventsBurst: 4, eventsPerSecond: 1 });
    expect([taken.length, packets.length, payload.isDone]).toEqual([5, 5, false]);
    expect(waiting()).toBeGreaterThan(payload.length);
    expect([decoder.drain(false), taken.length]).toEqual([false, 5]);
    expect([decoder.drain(true), payload.isDone]).toEqual([true, true]);
    expect(packets.slice(1).map(({ data }) => (data as unknown[])[1])).toEqual(events.map((_, i) => i));
    expect(waiting()).toBe(0);
  });

  it('is decoded no further than the packet that ends the connection', () => {
    const { taken, ended } = read(
      Array.from({ length: 100_000 }, () => '3'),
      { eventsBurst: 10, eventsPerSecond: 1 },
    );
    expect(ended).toEqual(['too much input']);
    expect(taken.length).toBeLessThan(200);
  });

  it('whose packet has attachments is decoded across the pause', () => {
    const whole = ['42["a"]', `451-["b",${place(0)}]`, `b${bytes(3).toString('base64')}`, '42["c"]'];
    const { packets, decoder } = read(whole, { eventsBurst: 1, eventsPerSecond: 1 });
    expect(packets.map(({ data }) => (data as unknown[] | undefined)?.[0])).toEqual([undefined, 'a']);
    expect(decoder.drain(true)).toBe(true);
    expect(packets.slice(2).map(({ data }) => data)).toEqual([['b', bytes(3)], ['c']]);
  });
});
