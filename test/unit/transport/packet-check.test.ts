import { describe, expect, it } from '@jest/globals';
import { Assembly, checkBinaryPacket, checkPacket, type Slot } from '../../../src/transport/packet-check.js';

const LIMITS = { packetDepth: 2, packetKeys: 6 };

/** Which limit refuses the arguments of an event; null when none does. */
const limitOf = (...args: readonly unknown[]) => checkPacket(['echo', ...args], 1, LIMITS)?.limit ?? null;

const placeholder = (num: unknown) => ({ _placeholder: true, num });

/** Checks the arguments of an event with attachments. */
function checkBinary(count: number, ...args: readonly unknown[]) {
  const found: Slot[] = [];
  const refusal = checkBinaryPacket(['echo', ...args], 1, LIMITS, count, found);
  return { found, refusal };
}

describe('the check of the values of a packet', () => {
  it.each<readonly [string, readonly unknown[]]>([
    ['no arguments', []],
    ['atoms', [1, 'text', true, null]],
    ['arrays as deep as allowed', [[[1]]]],
    ['objects as deep as allowed', [{ a: { b: 1 } }]],
    ['as many arguments as members are allowed', [1, 2, 3, 4, 5, 6]],
    ['as many members as allowed, on two levels', [{ a: 1, b: [1, 2, 3] }]],
    ['a placeholder where no attachments were announced', [placeholder(0)]],
  ])('takes %s', (_, args) => {
    expect(limitOf(...args)).toBeNull();
  });

  it.each<readonly [string, string, readonly unknown[]]>([
    ['arrays one level too deep', 'packetDepth', [[[[]]]]],
    ['objects one level too deep', 'packetDepth', [{ a: { b: {} } }]],
    ['both, one level too deep', 'packetDepth', [1, { a: [{}] }]],
    ['an argument too many', 'packetKeys', [1, 2, 3, 4, 5, 6, 7]],
    ['an array with an element too many', 'packetKeys', [[1, 2, 3, 4, 5, 6]]],
    ['an object with a member too many', 'packetKeys', [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }]],
    ['a member too many in the last of several', 'packetKeys', [{ a: 1 }, [1], { b: 2, c: 3 }]],
  ])('refuses %s', (_, limit, args) => {
    expect(limitOf(...args)).toBe(limit);
  });

  it('begins at the first argument: the name of the event costs nothing', () => {
    const args = [1, 2, 3, 4, 5, 6];
    expect(checkPacket(args, 0, LIMITS)).toBeNull();
    expect(checkPacket([[[[]]], ...args], 1, LIMITS)).toBeNull();
    expect(checkPacket(['echo', ...args], 0, LIMITS)?.limit).toBe('packetKeys');
  });

  it('refuses what is deeper than the stack, when the limit is beyond it', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 200_000; i++) deep = [deep];
    const refusal = checkPacket([deep], 0, { packetDepth: 1e9, packetKeys: 1e9 });
    expect(refusal?.toError()).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: 'the payload is nested too deep (limits.packetDepth)',
    });
  });

  it('counts each packet for itself', () => {
    for (let i = 0; i < 3; i++) expect(limitOf(1, 2, 3, 4, 5, 6)).toBeNull();
    expect(limitOf(1, 2, 3, 4, 5, 6, 7)).toBe('packetKeys');
    expect(limitOf(1, 2, 3, 4, 5, 6)).toBeNull();
  });
});

describe('the check of a packet with attachments', () => {
  it('lists their places, at any depth, and counts the placeholder as one value', () => {
    const list = [placeholder(1), placeholder(2)];
    const { found, refusal } = checkBinary(3, placeholder(0), { a: list });
    expect(refusal).toBeNull();
    expect(found).toEqual([
      { parent: ['echo', placeholder(0), { a: list }], key: 1, num: 0 },
      { parent: list, key: 0, num: 1 },
      { parent: list, key: 1, num: 2 },
    ]);
    expect(found[1]?.parent).toBe(list);
  });

  it.each([1, -1, 0.5, Number.NaN, '0', null, undefined, 'length', {}])(
    'refuses a place of attachment %p of one',
    (num) => {
      expect(checkBinary(1, placeholder(num)).refusal).toMatchObject({
        code: 'INVALID_PAYLOAD',
        limit: null,
        text: 'the payload names an attachment that was not sent',
      });
    },
  );

  it('refuses a second place of the same attachment', () => {
    expect(checkBinary(2, placeholder(1), [placeholder(1)]).refusal).toMatchObject({
      code: 'INVALID_PAYLOAD',
      text: 'the payload names an attachment twice',
    });
  });

  it('has the bounds of other packets, and none of the places of the packet before', () => {
    expect(checkBinary(1, [[[placeholder(0)]]]).refusal?.limit).toBe('packetDepth');
    expect(checkBinary(1, placeholder(0), [1, 2, 3, 4, 5]).refusal?.limit).toBe('packetKeys');
    expect(checkBinary(1, placeholder(0)).refusal).toBeNull();
    expect(limitOf(placeholder(7))).toBeNull();
  });

  it('takes a placeholder of any other value for an object', () => {
    const { found, refusal } = checkBinary(1, { _placeholder: 'true', num: 0 });
    expect([found, refusal]).toEqual([[], null]);
  });
});

describe('a packet whose attachments arrive', () => {
  const bytes = (length: number, value: number) => Buffer.alloc(length, value);

  it('is whole with the last one, which goes to its place', () => {
    const data = ['echo', placeholder(1), [placeholder(0)]];
    const found: Slot[] = [];
    checkBinaryPacket(data, 1, LIMITS, 2, found);
    const packet = { type: 5, nsp: '/', data, attachments: 2, bytes: 10 };
    const assembly = new Assembly(packet as never, found, null, 100);
    expect(assembly.take(bytes(3, 1))).toBe(false);
    expect(data[1]).toEqual(placeholder(1));
    expect(assembly.take(bytes(4, 2))).toBe(true);
    expect(packet).toEqual({ type: 5, nsp: '/', data: ['echo', bytes(4, 2), [bytes(3, 1)]], bytes: 17 });
  });

  it('is copied where it is less than half of what was read with it, but for 256 bytes', () => {
    const take = (length: number) => {
      const data = ['echo', placeholder(0)];
      const found: Slot[] = [];
      checkBinaryPacket(data, 1, LIMITS, 1, found);
      const read = new Uint8Array(length).fill(7);
      new Assembly({ type: 5, nsp: '/', data, attachments: 1 } as never, found, null, 10_000).take(
        read.subarray(100, 1_100),
      );
      const part = data[1] as unknown as Uint8Array;
      expect(Buffer.from(part).equals(Buffer.alloc(1_000, 7))).toBe(true);
      return part.buffer === read.buffer;
    };
    expect([take(2_256), take(2_257)]).toEqual([true, false]);
  });

  it('is refused from the byte that is too many, and still waits for all of them', () => {
    const data = ['echo', placeholder(0), placeholder(1), placeholder(2)];
    const found: Slot[] = [];
    checkBinaryPacket(data, 1, LIMITS, 3, found);
    const assembly = new Assembly({ type: 5, nsp: '/', data, attachments: 3 } as never, found, null, 100);
    expect([assembly.take(bytes(100, 1)), assembly.refusal]).toEqual([false, null]);
    expect(assembly.take(bytes(1, 2))).toBe(false);
    expect(assembly.refusal).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', limit: 'attachments' });
    expect(assembly.take(bytes(1, 3))).toBe(true);
    expect(data).toEqual(['echo', placeholder(0), placeholder(1), placeholder(2)]);
  });
});
