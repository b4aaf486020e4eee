import { afterEach, describe, expect, it } from '@jest/globals';
import { Gateway, OnEvent } from '../../src/index.js';
import { createTestApp, describeMatrix, type TestApp, type TestAppOptions } from '../../src/testing/index.js';
import { ConnectionCount } from '../../src/transport/connection-count.js';
import type { Engine } from '../../src/transport/engineio.js';
import { countedAddress } from '../../src/transport/ip.js';
import { ask, askUpgrade, POLLING, type RawAnswer, WEBSOCKET } from '../support/raw-http.js';

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

const start = async (
  options: TestAppOptions,
): Promise<TestApp & { port: number; left: (rest?: number) => Promise<void> }> => {
  const test = await createTestApp(Echo, { ...options, limits: { closeTimeoutMs: 50, ...options.limits } });
  const { engine } = test.app.io as unknown as { engine: Engine };
  const left = async (rest = 0): Promise<void> => {
    while (engine.clientsCount > rest) {
      await Promise.race(
        Object.values(engine.clients).map(
          (one) => new Promise<void>((resolve) => one.once('close', resolve)),
        ),
      );
    }
  };
  return Object.assign(test, { port: test.app.address?.port as number, left });
};

const bodyOf = ({ body }: RawAnswer) => JSON.parse(body) as unknown;

describeMatrix('limits.connections', (cell) => {
  it('refuses one more with 503, and lets it in when another one has left', async () => {
    await using test = await start({ ...cell, limits: { connections: 2 } });
    const first = await test.client.connect();
    await test.client.connect();
    for (const answer of [await ask(test.port), await askUpgrade(test.port)]) {
      expect(answer.status).toBe(503);
      expect(bodyOf(answer)).toEqual({
        code: 'OVERLOADED',
        message: expect.any(String),
        limit: 'connections',
      });
    }
    expect(test.log.records).toContainEqual(
      expect.objectContaining({ level: 'warn', event: 'connection.refused', limit: 'connections' }),
    );
    await first.close();
    await test.left(1);
    const third = await test.client.connect();
    expect(await third.call('echo', 1)).toBe(1);
  });
});

describeMatrix('limits.connectionsPerAddress', (cell) => {
  it('refuses one more of an address with 429, and nobody else', async () => {
    await using test = await start({ ...cell, trustProxy: 1, limits: { connectionsPerAddress: 2 } });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const connect = (address: string) => test.client.connect('/', { extraHeaders: from(address) });
    await connect('203.0.113.1');
    const second = await connect('203.0.113.1');
    for (const answer of [
      await ask(test.port, { headers: from('203.0.113.1') }),
      await askUpgrade(test.port, { headers: from('203.0.113.1') }),
    ]) {
      expect(answer.status).toBe(429);
      expect(bodyOf(answer)).toEqual({
        code: 'RATE_LIMITED',
        message: expect.any(String),
        limit: 'connectionsPerAddress',
      });
    }
    const other = await connect('203.0.113.2');
    expect(await other.call('echo', 1)).toBe(1);
    await second.close();
    await other.close();
    await test.left(1);
    const again = await connect('203.0.113.1');
    expect(await again.call('echo', 2)).toBe(2);
  });
});

describe('a start in production', () => {
  const environment = process.env['NODE_ENV'];
  afterEach(() => {
    process.env['NODE_ENV'] = environment;
  });

  const CASES: readonly (readonly [options: TestAppOptions, mode: string, warnings: number])[] = [
    [{}, 'production', 1],
    [{ limits: { connections: 50 } }, 'production', 1],
    [{ limits: { connectionsPerAddress: 200 } }, 'production', 0],
    [{ trustProxy: 1 }, 'production', 0],
    [{}, 'development', 0],
  ];
  it.each(CASES)(
    'with %j in %s warns of connections without a bound: %d',
    async (options, mode, warnings) => {
      process.env['NODE_ENV'] = mode;
      await using test = await createTestApp(Echo, options);
      const found = test.log.records.filter(({ event }) => event === 'connections.unbounded');
      expect(found).toHaveLength(warnings);
      for (const one of found)
        expect(one).toMatchObject({ level: 'warn', option: 'limits.connectionsPerAddress' });
    },
  );
});

describe('what counts as a connection', () => {
  it('is one that goes from polling to a WebSocket, once', async () => {
    await using test = await start({ limits: { connections: 2, connectionsPerAddress: 1 } });
    const client = test.client.connect('/', { transports: ['polling', 'websocket'] });
    const { io } = (await client).socket;
    if (io.engine.transport.name !== 'websocket')
      await new Promise((resolve) => io.engine.once('upgrade', resolve));
    expect((await askUpgrade(test.port)).status).toBe(429);
    await (await client).close();
    await test.left();
    const next = await test.client.connect();
    expect(await next.call('echo', 1)).toBe(1);
  });

  it.each([
    ['&sid=', 503],
    ['&a=sid=x', 503],
    ['&sid=x&sid=', 400],
    ['#&sid=x', 400],
    ['&%73id=', 400],
  ])('is no handshake that passes with %s', async (query, status) => {
    await using test = await start({ limits: { connections: 1 } });
    await test.client.connect();
    expect((await ask(test.port, { path: POLLING + query })).status).toBe(status);
    expect((await askUpgrade(test.port, { path: WEBSOCKET + query })).status).toBe(status);
  });

  it('are a hundred handshakes at once, while `allowRequest` thinks', async () => {
    let thinking = 0;
    const socket: NonNullable<TestAppOptions['socket']> = {
      allowRequest: (_request, decide) => {
        thinking++;
        setImmediate(() => setImmediate(decide, undefined, true));
      },
    };
    await using test = await start({ limits: { connections: 10 }, socket });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? ask(test.port) : askUpgrade(test.port))),
    );
    for (const answer of answers) answer.socket?.destroy();
    expect(answers.filter(({ status }) => status === 503)).toHaveLength(90);
    expect(thinking).toBe(10);
  });

  it('is no handshake that the engine refuses, or that hangs up', async () => {
    const limits = { connections: 1, connectionsPerAddress: 1 };
    await using test = await start({ limits: { ...limits, connections: 2 } });
    for (let i = 0; i < 5; i++) {
      expect((await ask(test.port, { path: '/socket.io/?EIO=4&transport=none' })).status).toBe(400);
      expect((await ask(test.port, { method: 'POST' })).status).toBe(400);
      expect((await askUpgrade(test.port, { path: '/socket.io/?EIO=4&transport=none' })).status).toBe(400);
    }
    const client = await test.client.connect();
    expect(await client.call('echo', 1)).toBe(1);
  });
});

describe('the count of connections', () => {
  it('keeps nothing when all have left', async () => {
    using kept = mapOfAddresses();
    await using test = await start({
      trustProxy: 1,
      limits: { connections: 1_000, connectionsPerAddress: 5 },
    });
    const { engine } = test.app.io as unknown as { engine: Engine };
    const clients = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        test.client.connect('/', {
          transports: i % 2 === 0 ? ['polling'] : ['websocket'],
          extraHeaders: { 'x-forwarded-for': `2001:db8:0:${i % 20}::${i}` },
        }),
      ),
    );
    expect(engine.clientsCount).toBe(40);
    const count = countOf(test);
    expect(kept.size()).toBe(20);
    await Promise.all(clients.map((client) => client.close()));
    await test.left();
    expect(kept.size()).toBe(0);
    expect([count.total, count.pending]).toEqual([0, 0]);
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['2001:0DB8:0001::', '2001:db8:1:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
    ['1:2:3::4:5.6.7.8', '1:2:3:0::/64'],
    ['', ''],
  ])('counts %p as %p', (address, counted) => {
    expect(countedAddress(address)).toBe(counted);
  });
});

/** Finds the map with an entry for each address: what is left in it can be seen in no other way. */
function mapOfAddresses(): Disposable & { size(): number | undefined } {
  const { set } = Map.prototype;
  let found: Map<unknown, unknown> | undefined;
  Map.prototype.set = function (key, value) {
    if (typeof key === 'string' && key.endsWith('::/64')) found = this;
    return set.call(this, key, value);
  };
  return {
    size: () => found?.size,
    [Symbol.dispose]: () => {
      Map.prototype.set = set;
    },
  };
}

/** The count that the application's transport keeps. */
function countOf(test: TestApp): ConnectionCount {
  const found = counts.get((test.app.io as unknown as { engine: object }).engine);
  if (found === undefined) throw new Error('no count was made');
  return found;
}

const counts = new WeakMap<object, ConnectionCount>();
const { take } = ConnectionCount.prototype;
ConnectionCount.prototype.take = function (connection) {
  counts.set((this as unknown as { engine: object }).engine, this);
  return take.call(this, connection);
};
