import { describe, expect, it } from '@jest/globals';
import { BatchCollector } from '../../../src/nodes/redis/batch-collector.js';
import {
  batchedLength,
  isBatch,
  isEntryBatch,
  readBatch,
  readEntryBatch,
  writeBatch,
  writeEntryBatch,
} from '../../../src/nodes/redis/batch-format.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a batch of messages', () => {
  const messages = [
    { suffix: 'général#', message: Buffer.from([0x93, 0, 0xff]) },
    { suffix: '', message: '{"text":"ünïcode 🎈"}' },
    { suffix: 'a#b#', message: Buffer.alloc(70_000, 7) },
  ];
  const batch = writeBatch(messages);

  it('gives back what was written', () => {
    expect(isBatch(batch)).toBe(true);
    expect(readBatch(batch)).toEqual(
      messages.map(({ suffix, message }) => ({ suffix, message: Buffer.from(message as Buffer) })),
    );
  });

  it('has the form of all releases', () => {
    const bytes = [0xc1, 0, 0, 0, 1, 0x61, 0, 0, 0, 2, 0x62, 0x63];
    expect([...writeBatch([{ suffix: 'a', message: 'bc' }])]).toEqual(bytes);
  });

  it('is refused wherever it is cut off, and when it is empty', () => {
    const short = writeBatch(messages.slice(0, 2));
    const first = writeBatch(messages.slice(0, 1)).length;
    for (let length = 1; length < short.length; length++) {
      if (length === first) continue; // the first message alone is whole
      expect(() => readBatch(short.subarray(0, length))).toThrow();
    }
    expect(() => readBatch(Buffer.concat([short, Buffer.from([0])]))).toThrow();
  });
});

describe('a batch of entries of a stream', () => {
  const entries = [
    { uid: 'a1', nsp: '/', type: '3', data: '{"packet":"\\n🎈"}' },
    { uid: 'b2', nsp: '/x"y', type: '3', data: 'base64==' },
  ];
  const batch = writeEntryBatch(entries);

  it('gives back what was written', () => {
    expect(isEntryBatch(batch)).toBe(true);
    expect(isEntryBatch(entries[0] ?? {})).toBe(false);
    expect(isEntryBatch({ ...batch, nsp: '/' })).toBe(false);
    expect(isEntryBatch({ ...batch, type: '3' })).toBe(false);
    expect(readEntryBatch(batch)).toEqual(entries);
  });

  it('takes no more than is counted for its entries', () => {
    const long = { uid: 'u'.repeat(20), nsp: '/"\\"\u0001', type: '12', data: 'é'.repeat(1_000_000) };
    for (const some of [entries, [{}], [long], Array(20).fill(long)]) {
      const counted = some.reduce((sum, one) => sum + batchedLength(one), 0);
      expect(writeEntryBatch(some)['data']?.length).toBeLessThanOrEqual(counted);
    }
  });

  it.each([
    ['without its last character', `${batch['data']?.slice(0, -1)}`],
    ['with one more', `${batch['data']}x`],
    ['without heads', 'x'],
    ['with senseless heads', '[1]\n'],
    ['that is empty', ''],
  ])('%s is refused', (_, data) => {
    expect(() => readEntryBatch({ ...batch, data })).toThrow();
  });
});

describe('a collector', () => {
  const collect = (keepsOrder = false) => {
    const sent: string[] = [];
    const collector = new BatchCollector<string>(keepsOrder, (key, messages) =>
      sent.push(`${key}: ${messages.join(' ')}`),
    );
    const add = (key: string, ...messages: string[]): void => {
      for (const message of messages) collector.add(key, message, message.length);
    };
    return { sent, collector, add };
  };

  it('sends what was added in a turn at its end, one batch for each key', async () => {
    const { sent, add } = collect();
    add('a', '1', '2');
    add('b', '3');
    add('a', '4');
    expect(sent).toEqual([]);
    await turn();
    expect(sent).toEqual(['a: 1 2 4', 'b: 3']);
    add('b', '5');
    await turn();
    expect(sent.slice(2)).toEqual(['b: 5']);
  });

  it('sends a batch before one of another key, where order counts', async () => {
    const { sent, add } = collect(true);
    add('a', '1', '2');
    add('b', '3');
    add('a', '4');
    await turn();
    expect(sent).toEqual(['a: 1 2', 'b: 3', 'a: 4']);
  });

  it('sends at once what is asked for, and nothing twice', async () => {
    const { sent, add, collector } = collect();
    add('a', '1');
    collector.flush();
    add('a', '2');
    collector.flush();
    collector.flush();
    expect(sent).toEqual(['a: 1', 'a: 2']);
    await turn();
    expect(sent).toHaveLength(2);
  });

  it('sends 128 messages at once', () => {
    const { sent, add } = collect();
    for (let i = 0; i < 127; i++) add('a', 'x');
    expect(sent).toEqual([]);
    add('a', 'x');
    expect(sent).toHaveLength(1);
  });

  it('sends 256 KB for a key at once, and 1 MB of all keys', () => {
    const { sent, add } = collect();
    const part = 'x'.repeat(100_000);
    add('a', part, part);
    expect(sent).toHaveLength(0);
    add('a', part);
    expect(sent).toEqual([`a: ${part} ${part}`]);
    for (let i = 0; i < 9; i++) add(`key ${i}`, part);
    expect(sent).toHaveLength(1);
    add('one more', part);
    expect(sent).toHaveLength(12);
  });

  it('leaves room for the signature in 256 KB, and fills 1 MB to the last byte', () => {
    const { sent, add } = collect();
    add('a', 'x'.repeat(262_144 - 257), 'x');
    expect(sent).toEqual([]);
    add('a', 'x');
    expect(sent).toHaveLength(1);
    for (let i = 0; i < 8; i++) add(`key ${i}`, 'x'.repeat(131_072 - (i === 0 ? 1 : 0)));
    expect(sent).toHaveLength(1);
    add('one more', 'x');
    expect(sent).toHaveLength(11);
  });

  it('is called once for a turn, and sends one batch after the other', async () => {
    const seen: string[] = [];
    const collector: BatchCollector<string> = new BatchCollector(false, (key) => {
      seen.push(`${key} begins`);
      collector.flush();
      seen.push(`${key} ends`);
    });
    const { flush } = collector;
    for (const key of ['a', 'b', 'b']) collector.add(key, 'x', 1);
    let calls = 0;
    collector.flush = () => {
      calls++;
      flush.call(collector);
    };
    await turn();
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(calls).toBe(1 + 2); // one of the turn, and one while each batch is sent
  });
});
