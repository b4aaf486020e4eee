import { afterEach, describe, expect, it } from '@jest/globals';
import { Gateway, GatewireError, OnSubscribe, type TopicContext, Topics } from 'gatewire';
import { connect } from 'gatewire/client';
import { createTestApp, type TestApp } from 'gatewire/testing';
import { deferred } from '../../support/deferred.js';
import { until } from '../../support/until.js';

const closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

let loads = 0;
let load: () => unknown = () => undefined;
let mayRead = (_user: string): boolean => true;

@Gateway('/live', { auth: ({ auth }) => ({ user: { id: String(auth['user'] ?? 'ann') } }) })
class LiveGateway {
  @OnSubscribe('prices/:symbol', { history: 5 })
  prices(ctx: TopicContext, { symbol }: { symbol: string }) {
    if (!mayRead((ctx.user as { id: string }).id)) throw new GatewireError('FORBIDDEN');
    if (symbol === 'NONE') throw new GatewireError('NOT_FOUND');
    expect(ctx.topic).toBe(`prices/${symbol}`);
  }

  @OnSubscribe('started') started() {
    return { at: 1 };
  }

  @OnSubscribe('stock', { keyed: true, history: 5 }) stock() {}

  @OnSubscribe('orders', { history: 2 }) orders() {
    return {
      snapshot: () => {
        loads++;
        return load();
      },
    };
  }

  @OnSubscribe('ticks', { deliver: 'latest' }) ticks() {}

  @OnSubscribe('book', { delta: true }) book() {}

  @OnSubscribe('books', { delta: true, keyed: true }) books() {}
}

async function start(): Promise<TestApp> {
  const test = await createTestApp(LiveGateway);
  closing.push(test);
  return test;
}
const topicsOf = (test: TestApp) => test.topics.namespace('/live');

function page(test: TestApp) {
  const client = connect('/live', test.url, { auth: { user: 'ann' }, warn: false });
  closing.push(client);
  return client;
}

describe('a topic', () => {
  it('gives the last value first, and then each value in order', async () => {
    const test = await start();
    await topicsOf(test).publish('prices/BTC', 1);
    const client = await test.client.connect();
    const topic = client.topic('prices/BTC');
    await topic.live();
    await topicsOf(test).publish('prices/BTC', 2);
    await topicsOf(test).publishMany('prices/BTC', [3, 4]);
    expect([await topic.next(), await topic.next(), await topic.next(), await topic.next()]).toEqual([
      1, 2, 3, 4,
    ]);
    expect(topic).toMatchObject({ value: 4, resets: 0, state: 'live' });
  });

  it('belongs to its name', async () => {
    const test = await start();
    const client = await test.client.connect();
    const [one, other] = [client.topic('prices/BTC'), client.topic('prices/ETH')];
    await Promise.all([one.live(), other.live()]);
    await topicsOf(test).publish('prices/ETH', 1);
    expect(await other.next()).toBe(1);
    await client.flush();
    expect(one.take()).toEqual([]);
  });

  it('goes on where it was after a lost connection, with a value that comes meanwhile', async () => {
    const test = await start();
    const client = await test.client.connect('/live', { faults: true });
    const topic = client.topic('prices/BTC');
    await topic.live();
    for (let i = 0; i < 3; i++) {
      client.cut();
      await topicsOf(test).publish('prices/BTC', i);
      expect(await topic.next()).toBe(i);
    }
    expect(topic.resets).toBe(0);
  });

  it('begins anew, and says so, when more was lost than is kept', async () => {
    const test = await start();
    const client = await test.client.connect('/live', { faults: true });
    const topic = client.topic('prices/BTC');
    await topic.live();
    await topicsOf(test).publish('prices/BTC', 0);
    expect(await topic.next()).toBe(0);
    client.socket.io.engine.close();
    for (let i = 1; i <= 6; i++) await topicsOf(test).publish('prices/BTC', i);
    expect(await topic.next()).toBe(6);
    expect(topic.resets).toBe(1);
  });

  it('begins anew without a value when it is deleted', async () => {
    const test = await start();
    const topic = (await test.client.connect()).topic('prices/BTC');
    await topicsOf(test).publish('prices/BTC', 1);
    expect(await topic.next()).toBe(1);
    expect(await topicsOf(test).delete('prices/BTC')).toBe(true);
    await until('a reset', () => topic.resets === 1);
    expect(topic.value).toBeUndefined();
    await topicsOf(test).publish('prices/BTC', 2);
    expect(await topic.next()).toBe(2);
  });

  it('is refused by its method, and by its name', async () => {
    const test = await start();
    const client = await test.client.connect();
    await expect(client.topic('prices/NONE').live()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(client.topic('other').live()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(topicsOf(test).publish('other', 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    test.takeErrors();
  });

  it('takes what its method returns for its first value, once', async () => {
    const test = await start();
    const client = await test.client.connect();
    expect(await client.topic('started').next()).toEqual({ at: 1 });
    await topicsOf(test).publish('started', { at: 2 });
    const other = await test.client.connect();
    expect(await other.topic('started').next()).toEqual({ at: 2 });
  });

  it('has its state loaded by the application, and nothing of what comes meanwhile is lost', async () => {
    const test = await start();
    const { promise, resolve } = deferred<unknown>();
    loads = 0;
    load = () => promise;
    const client = await test.client.connect('/live', { faults: true });
    const topic = client.topic('orders');
    await until('a load', () => loads > 0);
    await topicsOf(test).publish('orders', 'later');
    resolve('all of them');
    expect([await topic.next(), await topic.next()]).toEqual(['all of them', 'later']);
    expect([topic.resets, loads]).toEqual([0, 1]);
    load = () => 'once more';
    client.socket.io.engine.close();
    for (const i of [1, 2, 3]) await topicsOf(test).publish('orders', i);
    expect(await topic.next()).toBe('once more');
    expect([topic.resets, loads]).toEqual([1, 2]);
  });

  it('ends where a renewed identity may not read it', async () => {
    const test = await start();
    const client = page(test);
    const errors: string[] = [];
    const topic = client.topic('prices/BTC', { onError: ({ code }) => errors.push(code) });
    await until('live', () => topic.state === 'live');
    mayRead = () => false;
    await new Promise((answered) => client.socket.emit('gw:auth', { user: 'ann' }, answered));
    await until('refused', () => topic.state === 'refused');
    mayRead = () => true;
    expect(errors).toEqual(['FORBIDDEN']);
    const seen: unknown[] = [];
    client.topic('prices/BTC', { onValue: (value) => seen.push(value) });
    await topicsOf(test).publish('prices/BTC', 1);
    await client.call('nothing' as never).catch(() => {});
    expect(seen).toEqual([]);
  });

  it('ends for a slow client of a topic of latest values with the newest one', async () => {
    const test = await start();
    const [slow, quick] = await Promise.all([test.client.connect(), test.client.connect()]);
    const [behind, ahead] = [slow.topic('ticks'), quick.topic('ticks')];
    await Promise.all([behind.live(), ahead.live()]);
    const { ws } = (
      slow.socket.io.engine as unknown as { transport: { ws: { pause(): void; resume(): void } } }
    ).transport;
    ws.pause();
    const large = 'x'.repeat(50_000);
    for (let i = 0; i < 300; i++) {
      await topicsOf(test).publish('ticks', { i, large });
      await ahead.next();
    }
    ws.resume();
    await until('the newest', () => (behind.value as { i: number } | undefined)?.i === 299);
    expect(behind.take().length).toBeLessThan(250);
    expect(behind.resets).toBe(0);
    await topicsOf(test).publish('ticks', 'next');
    await until('the next', () => behind.value === 'next');
  });
});

describe('a keyed topic', () => {
  it('gives all entries first, and then each change', async () => {
    const test = await start();
    const topics = topicsOf(test);
    await topics.set('stock', 'apples', 5);
    await topics.set('stock', 'pears', 1);
    const topic = (await test.client.connect()).topic('stock');
    await topic.live();
    expect(topic.entries).toEqual(
      new Map([
        ['apples', 5],
        ['pears', 1],
      ]),
    );
    await topics.set('stock', 'plums', 2);
    await topics.remove('stock', 'apples');
    await until('both', () => topic.entries.size === 2 && !topic.entries.has('apples'));
    expect(topic.entries).toEqual(await topics.entries('stock'));
  });

  it('sends a large state in pages, as of one position', async () => {
    const test = await start();
    const topics = topicsOf(test);
    for (let i = 0; i < 2_500; i++) await topics.set('stock', `key ${i}`, i);
    const client = await test.client.connect();
    const topic = client.topic('stock');
    await topic.live();
    expect(topic.entries.size).toBe(2_500);
    expect(topic.entries.get('key 2499')).toBe(2_499);
  });

  it('removes a key whose time has come', async () => {
    const test = await start();
    const topic = (await test.client.connect()).topic('stock');
    await topic.live();
    await topicsOf(test).set('stock', 'apples', 5, { ttlMs: 50 });
    expect(await topic.next()).toBe(5);
    await until('removed', () => topic.entries.size === 0);
  });
});

describe('a topic of deltas', () => {
  const order = (price: number) => ({
    name: 'a long name of the book',
    bids: { '100': price, '99': 1 },
    at: null,
  });

  it('sends what has changed, and the application sees whole values', async () => {
    const test = await start();
    const client = await test.client.connect();
    const frames: unknown[][] = [];
    client.socket.on('gw:topic', (...args: unknown[]) => frames.push(args));
    const topic = client.topic('book');
    await topic.live();
    for (const price of [1, 2, 3]) await topicsOf(test).publish('book', order(price));
    for (const price of [1, 2, 3]) expect(await topic.next()).toEqual(order(price));
    const changes = frames.flatMap((frame) => frame[3] as unknown[][]);
    expect(changes.map((change) => change.slice(2))).toEqual([
      [order(1)],
      [{ bids: { '100': 2 } }, null, 2],
      [{ bids: { '100': 3 } }, null, 2],
    ]);
    await topicsOf(test).publish('book', 'no object');
    expect(await topic.next()).toBe('no object');
  });

  it('gives a page the whole value that was loaded again without it', async () => {
    const test = await start();
    await topicsOf(test).publish('book', order(1));
    const kept = new Map<string, string>();
    const persist = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const first = page(test);
    const known = first.topic('book', { persist });
    await until('the value', () => known.value !== undefined);
    const other = await test.client.connect();
    await other.topic('book').live(); // keeps the topic open on this node
    first.close();
    const seen: unknown[] = [];
    const again = page(test).topic('book', { persist, onValue: (value) => seen.push(value) });
    await until('live', () => again.state === 'live');
    await topicsOf(test).publish('book', order(2)); // the first change that this node passes on is whole
    await topicsOf(test).publish('book', order(3));
    await until('the last', () => (again.value as ReturnType<typeof order>)?.bids['100'] === 3);
    expect(seen.at(-1)).toEqual(order(3));
  });

  it('compares values of the same key', async () => {
    const test = await start();
    const topic = (await test.client.connect()).topic('books');
    await topic.live();
    for (const price of [1, 2])
      for (const key of ['one', 'other']) await topicsOf(test).set('books', key, { ...order(price), key });
    await until('both', () => (topic.entries.get('other') as ReturnType<typeof order>)?.bids['100'] === 2);
    expect(topic.entries).toEqual(await topicsOf(test).entries('books'));
  });
});

describe('topics of a connection', () => {
  it('share one subscription, whose last one ends it', async () => {
    const test = await start();
    const client = page(test);
    const [early, late]: unknown[][] = [[], []];
    const one = client.topic('prices/BTC', { onValue: (value) => early?.push(value) });
    await until('live', () => one.state === 'live');
    await topicsOf(test).publish('prices/BTC', 1);
    await until('one', () => early?.length === 1);
    const other = client.topic('prices/BTC', { onValue: (value) => late?.push(value) });
    await topicsOf(test).publish('prices/BTC', 2);
    await until('both', () => late?.length === 2 && early?.length === 2);
    expect([early, late]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    one.unsubscribe();
    await topicsOf(test).publish('prices/BTC', 3);
    await until('the other', () => late?.length === 3);
    expect(early).toEqual([1, 2]);
    other.unsubscribe();
    expect([one.state, other.state]).toEqual(['closed', 'closed']);
  });

  it('can be iterated over, and end by a signal', async () => {
    const test = await start();
    const client = page(test);
    const controller = new AbortController();
    const topic = client.topic('prices/BTC', { signal: controller.signal });
    const seen: unknown[] = [];
    const over = (async () => {
      for await (const value of topic) seen.push(value);
    })();
    await until('live', () => topic.state === 'live');
    await topicsOf(test).publishMany('prices/BTC', [1, 2]);
    await until('two', () => seen.length === 2);
    controller.abort();
    await over;
    expect(topic.state).toBe('closed');
  });

  it('read earlier values on request', async () => {
    const test = await start();
    await topicsOf(test).publishMany('prices/BTC', [1, 2, 3]);
    const histories: unknown[] = [];
    const client = page(test);
    client.topic('prices/BTC', { history: 2, onHistory: (values) => histories.push(values) });
    await until('history', () => histories.length === 1);
    expect(histories).toEqual([[2, 3]]);
  });

  it('go on behind a position that was kept, as a page does that is loaded again', async () => {
    const test = await start();
    const kept = new Map<string, string>();
    const persist = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const first = page(test);
    const seen: unknown[] = [];
    first.topic('prices/BTC', { persist, onValue: (value) => seen.push(value) });
    await topicsOf(test).publish('prices/BTC', 1);
    await until('one', () => seen.length === 1);
    first.close();
    await topicsOf(test).publishMany('prices/BTC', [2, 3]);
    page(test).topic('prices/BTC', { persist, onValue: (value) => seen.push(value) });
    await until('all', () => seen.length === 3);
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe('publishing', () => {
  it('says what is wrong', async () => {
    const test = await start();
    const topics = topicsOf(test);
    await expect(topics.publish('prices/BTC', 'x'.repeat(70_000))).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
    await expect(topics.publish('prices/BTC', 1n)).rejects.toThrow('a BigInt cannot be sent');
    await expect(topics.publish('prices/BTC', undefined)).rejects.toThrow('undefined');
    await expect(topics.publish('stock', 1)).rejects.toThrow('is keyed');
    await expect(topics.set('prices/BTC', 'key', 1)).rejects.toThrow('is not keyed');
    const position = await topics.publish('prices/BTC', 1);
    const late = topics.publish('prices/BTC', 2, { expect: { ...position, offset: 0 } });
    await expect(late).rejects.toMatchObject({ code: 'CONFLICT', details: { offset: 1 } });
    expect(await topics.publish('prices/BTC', 2, { expect: position })).toMatchObject({ offset: 2 });
    const once = await topics.publish('prices/BTC', 3, { idempotencyKey: 'three' });
    expect(await topics.publish('prices/BTC', 3, { idempotencyKey: 'three' })).toEqual(once);
    expect(await topics.history('prices/BTC')).toEqual([1, 2, 3]);
    expect(await topics.last('prices/BTC')).toEqual({ position: once, value: 3 });
  });

  it('needs a name alone where one topic has it', async () => {
    @Gateway('/live')
    class Live {
      @OnSubscribe('prices/:symbol') prices() {}
      @OnSubscribe('news', { scope: 'app' }) news() {}
      @OnSubscribe('stock', { keyed: true }) stock() {}
    }
    @Gateway('/team/:team')
    class Team {
      @OnSubscribe('board') board() {}
      @OnSubscribe('news', { scope: 'app' }) news() {}
    }
    @Gateway('/other')
    class Other {
      @OnSubscribe('prices/BTC') prices() {}
    }
    const test = await createTestApp([Live, Team, Other]);
    closing.push(test);
    const { topics } = test;
    await topics.publish('prices/ETH', 1);
    expect(await topics.namespace('/live').last('prices/ETH')).toEqual(await topics.last('prices/ETH'));
    expect(await topics.publishMany('news', [1, 2])).toMatchObject({ offset: 2 });
    expect(await topics.namespace('/team/7').history('news')).toEqual([1, 2]);
    expect(await topics.history('news', 1)).toEqual([2]);
    await topics.set('stock', 'apples', 1);
    await topics.set('stock', 'pears', 2);
    await topics.remove('stock', 'apples');
    expect(await topics.entries('stock')).toEqual(new Map([['pears', 2]]));
    expect(await topics.delete('stock')).toBe(true);
    await expect(topics.publish('prices/BTC', 1)).rejects.toThrow('is a topic of `/live`, `/other`');
    await expect(topics.publish('board', 1)).rejects.toThrow('is a topic of `/team/:team`');
    await expect(topics.publish('none', 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('works from a class that has topics injected, once the application listens', async () => {
    const test = await start();
    expect(test.topics).toBe(test.app.get(Topics));
    await test.close();
    expect(() => test.topics.namespace('/live')).toThrow('while the application listens');
    await expect(test.topics.publish('prices/BTC', 1)).rejects.toThrow('while the application listens');
  });
});
