import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { NodeBus } from '../../../src/runtime/remote/node-adapter.js';
import { Cluster } from '../../../src/runtime/remote/peers.js';
import { decodeMessage, encodeMessage } from '../../../src/runtime/remote/request.js';

/** Longer than any test may take: nothing here ends at its limit. */
const LIMIT_MS = 600_000;
const logger = { debug() {}, info() {}, warn() {}, error() {} };

/** A bus without a network, which the test is the other end of. */
class TestBus implements NodeBus {
  readonly sent: { readonly message: Readonly<Record<string, unknown>>; readonly to: string | null }[] = [];
  isOpen = true;
  count: number | null = 1;

  send(message: string, to: string | null): boolean {
    if (!this.isOpen) return false;
    this.sent.push({ message: decodeMessage(message) ?? {}, to });
    return true;
  }

  async nodes(): Promise<number | null> {
    return this.count;
  }
}

/** What another node says. */
const said = (from: string, message: object): string =>
  encodeMessage({ from, name: `node ${from}`, ...message });

async function openCluster(bus = new TestBus(), namespaces: readonly string[] = ['/']) {
  const cluster = new Cluster('me', logger, LIMIT_MS);
  await cluster.open(bus, namespaces);
  return { cluster, bus };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the start of a node', () => {
  it('tells the others of 32 namespaces at most', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `/${i}`);
    const { cluster, bus } = await openCluster(new TestBus(), names);
    expect(bus.sent).toMatchObject([{ message: { t: 'hello', namespaces: names.slice(0, 32) }, to: null }]);
    cluster.close();
  });

  it('has a timer that keeps no process running, and ends with close()', async () => {
    const set = jest.spyOn(globalThis, 'setInterval');
    const clear = jest.spyOn(globalThis, 'clearInterval');
    const { cluster } = await openCluster();
    const timer = set.mock.results[0]?.value as NodeJS.Timeout;
    expect([set.mock.results.length, timer.hasRef()]).toEqual([1, false]);
    cluster.close();
    expect(clear).toHaveBeenCalledWith(timer);
  });

  it('waits until all nodes that listen have been heard', async () => {
    const bus = new TestBus();
    bus.count = 3;
    const cluster = new Cluster('me', logger, LIMIT_MS);
    let isOpen = false;
    // It waits for half a second at most, which a busy machine may take for the lines below.
    const set = jest.spyOn(globalThis, 'setTimeout').mockReturnValue(undefined as never);
    const opening = cluster.open(bus, ['/']).then(() => {
      isOpen = true;
    });
    await turn();
    expect(set).toHaveBeenCalledTimes(1);
    cluster.receive(said('a', { t: 'here' }));
    await turn();
    expect(isOpen).toBe(false);
    cluster.receive(said('b', { t: 'here' }));
    await opening;
    expect(cluster.nodeCount).toBe(3);
    cluster.close();
  });

  it('waits for nobody where no other node listens, or where that cannot be known', async () => {
    const set = jest.spyOn(globalThis, 'setTimeout');
    for (const count of [1, null]) {
      const bus = new TestBus();
      bus.count = count;
      (await openCluster(bus)).cluster.close();
    }
    expect(set).not.toHaveBeenCalled();
  });
});

describe('a question to the other nodes', () => {
  it('is answered by nobody where there is nobody', async () => {
    const { cluster, bus } = await openCluster();
    expect(await cluster.ask('count', {})).toEqual({ replies: [], missing: [] });
    expect(bus.sent).toHaveLength(1);
    expect(cluster.nodeCount).toBe(1);
    cluster.close();
  });

  it('ends when all have answered, or said goodbye', async () => {
    const { cluster, bus } = await openCluster();
    for (const from of ['a', 'b']) cluster.receive(said(from, { t: 'here' }));
    const answers = cluster.ask('count', { nsp: '/' });
    const question = bus.sent.at(-1)?.message;
    expect(question).toMatchObject({ t: 'ask', op: 'count', body: { nsp: '/' } });
    const id = question?.['id'];
    cluster.receive(said('a', { t: 're', id, last: true, body: { count: 5 } }));
    cluster.receive(said('stranger', { t: 're', id, last: true, body: { count: 7 } }));
    cluster.receive(said('b', { t: 'bye' }));
    expect(await answers).toEqual({ replies: [{ node: 'node a', body: { count: 5 } }], missing: [] });
    cluster.close();
  });

  it('misses all of them at once while they cannot be reached', async () => {
    const { cluster, bus } = await openCluster();
    cluster.receive(said('a', { t: 'here' }));
    bus.isOpen = false;
    expect(cluster.isReachable).toBe(false);
    expect(await cluster.ask('count', {})).toEqual({ replies: [], missing: ['node a'] });
    cluster.close();
  });

  it('ends with close(), and misses those that have not answered', async () => {
    const { cluster } = await openCluster();
    cluster.receive(said('a', { t: 'here' }));
    const answers = cluster.ask('count', {});
    cluster.close();
    expect(await answers).toEqual({ replies: [], missing: ['node a'] });
  });

  it('of another node is answered to that node, also where nobody knows such a question', async () => {
    const { cluster, bus } = await openCluster();
    cluster.answer('double', ({ n }, reply) => reply({ n: Number(n) * 2 }));
    cluster.receive(said('a', { t: 'ask', op: 'double', id: 1, body: { n: 4 } }));
    cluster.receive(said('a', { t: 'ask', op: 'other', id: 2, body: {} }));
    await turn();
    const replies = bus.sent.filter(({ message }) => message['t'] === 're');
    expect(replies.map(({ message: { id, last, body }, to }) => ({ id, last, body, to }))).toEqual([
      { id: 1, last: true, body: { n: 8 }, to: 'a' },
      { id: 2, last: true, body: { failed: true }, to: 'a' },
    ]);
    cluster.close();
  });
});

describe('a message between nodes', () => {
  it('carries binary values as they are', () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const message = { a: bytes.subarray(1, 3), b: [bytes.buffer], c: Buffer.from('x'), d: 'text' };
    expect(decodeMessage(encodeMessage(message))).toEqual({
      a: Buffer.from([2, 3]),
      b: [Buffer.from([1, 2, 3, 4])],
      c: Buffer.from('x'),
      d: 'text',
    });
  });

  it('carries objects that look like the marks of the encoding as they are', () => {
    const mark = '\u0001binary';
    const { parse } = JSON;
    const values = [
      { [mark]: 'AAAA' },
      { [mark]: 'AAAA', name: 'ann' },
      { [`\u0001${mark}`]: { [mark]: 5 } },
      { '\u0001': 1, '\u0001\u0001': 2, '': 3 },
      parse('{"\\u0001binary":"AAAA","__proto__":{"\\u0001binary":"AAAA"}}') as object,
      { rooms: ['\u0001u:ann'], bytes: Buffer.from('x'), list: [[{ [mark]: [] }]] },
    ];
    for (const value of values) expect(decodeMessage(encodeMessage({ value }))).toEqual({ value });
  });

  it('is counted and nothing else where it is none', async () => {
    const { cluster, bus } = await openCluster();
    const wrong = [
      '',
      'null',
      '5',
      '"text"',
      'true',
      '{',
      '[]',
      '{}',
      '{"from":5,"name":"x"}',
      '{"from":"a"}',
    ];
    for (const text of wrong) cluster.receive(text);
    expect(cluster.malformed).toBe(wrong.length);
    cluster.receive(said('a', { t: 're', id: 1, last: true, body: 5 }));
    expect(cluster.malformed).toBe(wrong.length + 1);
    expect(bus.sent).toHaveLength(1);
    for (const text of ['null', '5', '"text"', 'true', '{']) expect(decodeMessage(text)).toBeNull();
    cluster.close();
  });
});
