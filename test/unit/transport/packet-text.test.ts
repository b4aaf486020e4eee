import { describe, expect, it } from '@jest/globals';
import { checkPacket } from '../../../src/transport/packet-check.js';
import { PacketText } from '../../../src/transport/packet-text.js';

const LIMITS = { packetDepth: 3, packetKeys: 8, attachments: 2, authBytes: 2_000 };

describe('the text of a packet', () => {
  it.each([
    ['2["ping"]', '2', 'ping', 1],
    ['27[ "ping",1]', '27', 'ping', 1],
    ['2/chat,12["a\\"b"]', '2/chat,12', 'a"b', 5],
    ['52-/chat,1["up",[1]]', '52-/chat,1', 'up', 5],
    ['51-[5]', '51-', '', 1],
    ['2["never closed', '2', '', 1],
    ['3/chat,5[]', '3/chat,5', '', 5],
  ])('%s has a head, a name and a namespace', (text, head, event, namespaceLength) => {
    const packet = new PacketText(text);
    expect([packet.head, packet.event, packet.namespaceLength]).toEqual([head, event, namespaceLength]);
  });

  it('has no name that is longer than names are', () => {
    expect(new PacketText(`2["${'x'.repeat(100_000)}"]`).event).toBe('x'.repeat(128));
    expect(new PacketText(`0/${'x'.repeat(100_000)}`).namespaceLength).toBe(100_001);
  });

  it('has data behind an id of a possible length', () => {
    expect(() => new PacketText(`2${'9'.repeat(600)}["ping"]`).head).toThrow('without data');
  });
});

describe('the count of brackets and commas', () => {
  it('takes and refuses what the walk through the parsed data does', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const ATOMS = [0, -1.5, true, null, '', '[{', ',",', '\\', '\\"', 'a\\\\', '"]"', ']'];
    const value = (depth: number): unknown => {
      const kind = random(depth === 0 ? 1 : 3);
      if (kind === 0) return ATOMS[random(ATOMS.length)];
      const values = Array.from({ length: random(4) }, () => value(depth - 1));
      return kind === 1 ? values : Object.fromEntries(values.map((one, i) => [`${i}"\\`, one]));
    };
    const seen = new Set<string | undefined>();
    const differing: string[] = [];
    for (let i = 0; i < 5_000; i++) {
      const args = Array.from({ length: random(3) }, () => value(random(6)));
      const space = random(2);
      for (const [type, data, from] of [
        ['2', ['echo[', ...args], 1],
        ['3', args, 0],
        ['0', args[0], -1],
      ] as const) {
        if (typeof data !== 'object' || data === null) continue;
        const text = `${type}${JSON.stringify(data, null, space)}`;
        const counted = new PacketText(text).check(LIMITS);
        const walked = from < 0 ? checkPacket([data], 0, LIMITS) : checkPacket(data as [], from, LIMITS);
        seen.add(counted?.limit ?? undefined);
        // Of two limits, each finds the one that comes first on its way.
        if ((counted === null) !== (walked === null)) differing.push(text);
      }
    }
    expect(differing).toEqual([]);
    expect(seen).toEqual(new Set([undefined, 'packetDepth', 'packetKeys']));
  });

  it('leaves room for the placeholders of attachments, which the walk judges', () => {
    const place = (num: number) => ({ _placeholder: true, num });
    const text = (...args: unknown[]) => `52-${JSON.stringify(['up', ...args])}`;
    expect(new PacketText(text([[[place(0)]]], 1, place(1), 2)).check(LIMITS)).toBeNull();
    expect(new PacketText(text([[[[[1]]]]])).check(LIMITS)?.limit).toBe('packetDepth');
    expect(new PacketText(text(...Array.from({ length: 13 }, () => 1))).check(LIMITS)?.limit).toBe(
      'packetKeys',
    );
  });

  it('is linear in backslashes', () => {
    const text = `2["echo","${'\\\\'.repeat(50_000)}","${'\\"'.repeat(50_000)}"]`;
    expect(new PacketText(text).check(LIMITS)).toBeNull();
  });
});

it('refuses auth that is too large by its length, without a look at it', () => {
  const check = (token: number) => new PacketText(`0/a,{"token":"${'x'.repeat(token)}`).check(LIMITS)?.limit;
  expect([check(1_900), check(2_000)]).toEqual([undefined, 'authBytes']);
});
