import { afterEach, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { type AdmissionOptions, admission, createApp, Gateway, OnConnect, OnEvent } from '../../src/index.js';
import { createTestApp, describeMatrix, type TestApp, type TestAppOptions } from '../../src/testing/index.js';
import { TestClient } from '../../src/testing/test-client.js';
import { ConnectionQueue } from '../../src/transport/connection-queue.js';
import type { Engine } from '../../src/transport/engineio.js';
import { ask, askUpgrade } from '../support/raw-http.js';
import { within } from '../support/within.js';

let order: string[] = [];

@Gateway('/', { auth: ({ auth }) => ({ user: { id: String(auth['name']) } }) })
class Shop {
  @OnConnect() enter({ user }: { user: unknown }) {
    order.push((user as { id: string }).id);
  }
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

const clients: TestClient[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

const lines: ConnectionQueue[] = [];
const { isFull } = ConnectionQueue.prototype;
ConnectionQueue.prototype.isFull = function (pending) {
  if (!lines.includes(this)) lines.push(this);
  return isFull.call(this, pending);
};

async function start(
  options: Partial<AdmissionOptions['queue']>,
  rest: TestAppOptions = {},
  maxConnections = 1,
) {
  order = [];
  lines.length = 0;
  const queue = { max: 10, timeoutMs: 60_000, ...options };
  return createTestApp(Shop, {
    ...rest,
    admission: admission({ maxConnections, queue }),
    limits: { closeTimeoutMs: 50, ...rest.limits },
  });
}

/** Counts places of the line of one place and ten more that are taken, by those that it says are left. */
function occupied(): number {
  const [queue] = lines as [ConnectionQueue];
  let free = 0;
  while (!isFull.call(queue, free)) free++;
  return 11 - free;
}

/** Begins to connect, and resolves when the line has told a position. */
function line(client: TestClient): Promise<number> {
  const manager = client.socket.io as unknown as {
    on(event: 'packet', listener: (packet: never) => void): void;
  };
  const told = new Promise<number>((resolve) => {
    manager.on('packet', ({ nsp, data }: { nsp: string; data: [string, { position: number }] }) => {
      if (nsp === '/gw:queue' && data[0] === 'gw:queue') resolve(data[1].position);
    });
  });
  client.socket.connect();
  return within('a position', told);
}

const connected = (socket: Socket): Promise<void> =>
  socket.connected
    ? Promise.resolve()
    : within('to be let in', new Promise((resolve) => socket.once('connect', () => resolve())));

describeMatrix('admission', (cell) => {
  const newClient = (test: TestApp, name: string, query: Record<string, string> = {}): TestClient => {
    const client = new TestClient(test.url, { transports: [cell.transport], auth: { name }, query });
    clients.push(client);
    return client;
  };

  it('lets a plain client wait, past connectTimeout, tells its position, and loses nothing', async () => {
    const connectTimeout = 1_000;
    await using test = await start({}, { ...cell, socket: { connectTimeout } });
    const first = await newClient(test, 'first').connect();
    const second = newClient(test, 'second');
    const third = newClient(test, 'third');
    expect(await line(second)).toBe(1);
    expect(await line(third)).toBe(2);
    const answer = second.socket.emitWithAck('echo', 'while waiting');
    await new Promise((resolve) => setTimeout(resolve, connectTimeout + 100));
    expect(occupied()).toBe(3);
    await first.close();
    await connected(second.socket);
    expect(await answer).toEqual({ ok: true, data: 'while waiting' });
    await second.close();
    await connected(third.socket);
    expect(order).toEqual(['first', 'second', 'third']);
  });

  it('refuses beyond the line with 503, before the upgrade', async () => {
    await using test = await start({ max: 1 }, cell);
    await newClient(test, 'first').connect();
    await line(newClient(test, 'second'));
    const port = test.app.address?.port as number;
    for (const answer of [await ask(port), await askUpgrade(port)]) {
      expect(answer.status).toBe(503);
      expect(JSON.parse(answer.body)).toEqual({ code: 'OVERLOADED', message: expect.any(String) });
    }
  });

  it('answers OVERLOADED when the time is over', async () => {
    await using test = await start({ timeoutMs: 1 }, cell);
    await newClient(test, 'first').connect();
    await expect(newClient(test, 'second').connect()).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(occupied()).toBe(1);
  });

  it('is ordered by priority, and one that fails counts as none', async () => {
    const priority = ({ query }: { query: Readonly<Record<string, string>> }) => {
      if (query['tier'] === 'broken') throw new Error('no such tier');
      return Number(query['tier']);
    };
    await using test = await start({ priority }, cell);
    const first = await newClient(test, 'first', { tier: '0' }).connect();
    const waiting = ['0', 'broken', '2', '1'].map((tier) => newClient(test, tier, { tier }));
    const positions: number[] = [];
    for (const client of waiting) positions.push(await line(client));
    expect(positions).toEqual([1, 2, 1, 2]);
    expect(test.log.records).toContainEqual(expect.objectContaining({ event: 'admission.priority-failed' }));
    const [last, broken, best, good] = waiting as [TestClient, TestClient, TestClient, TestClient];
    await first.close();
    for (const client of [best, good, last, broken]) {
      await connected(client.socket);
      await client.close();
    }
    expect(order).toEqual(['first', '2', '1', '0', 'broken']);
  });

  it('lets a client that was there moments ago go ahead, once', async () => {
    await using test = await start({}, cell);
    const ticket = 'a0a8f7c2-7f0e-4a53-9c5e-000000000001';
    const back = newClient(test, 'back', { ticket });
    await back.connect();
    const other = newClient(test, 'other');
    const third = newClient(test, 'third');
    await line(other);
    await line(third);
    await back.close();
    await connected(other.socket);
    const again = newClient(test, 'again', { ticket });
    expect(await line(again)).toBe(1);
    const copy = newClient(test, 'copy', { ticket });
    expect(await line(copy)).toBe(3);
    await other.close();
    await connected(again.socket);
  });

  it('takes a message without data, which ends its own connection alone', async () => {
    await using test = await start({}, cell);
    const first = await newClient(test, 'first').connect();
    const [odd, other] = [newClient(test, 'odd'), newClient(test, 'other')];
    await line(odd);
    await line(other);
    const engine = odd.socket.io.engine as unknown as {
      write(data: string): void;
      once(e: string, f: () => void): void;
    };
    const closed = new Promise<void>((resolve) => engine.once('close', resolve));
    engine.write('');
    await first.close();
    await within('the end of the odd one', closed);
    await connected(other.socket);
    expect(await other.call('echo', 1)).toBe(1);
  });

  it('keeps nothing of those that leave, and closes who sends too much', async () => {
    await using test = await start({}, cell);
    const first = await newClient(test, 'first').connect();
    const waiting = [1, 2, 3].map((i) => newClient(test, `waiting-${i}`));
    for (const client of waiting) await line(client);
    const [one, ...others] = waiting as [TestClient, ...TestClient[]];
    const engine = one.socket.io.engine as unknown as {
      write(data: string): void;
      once(e: string, f: () => void): void;
    };
    const closed = new Promise<void>((resolve) => engine.once('close', resolve));
    for (let i = 0; i < 100; i++) engine.write(`2["echo",${i}]`);
    await within('the end', closed);
    for (const client of others) await client.close();
    await left(test, 1);
    await first.close();
    await left(test, 0);
    expect(occupied()).toBe(0);
    expect(order).toEqual(['first']);
  });
});

/** Waits until the server has seen so many connections end that `rest` of them are left. */
async function left(test: TestApp, rest: number): Promise<void> {
  const { engine } = test.app.io as unknown as { engine: Engine };
  while (engine.clientsCount > rest) {
    const ends = Object.values(engine.clients).map(
      (each) => new Promise<void>((resolve) => each.once('close', resolve)),
    );
    await within('that one leaves', Promise.race(ends));
  }
}

describe('at boot', () => {
  it.each([
    [undefined, 3],
    [{ maxConnections: 0, queue: { max: 1, timeoutMs: 1 } }, 1],
    [{ maxConnections: 1, queue: { max: 1, timeoutMs: 1, priority: 7 } }, 1],
  ])('%j is a problem', (options, count) => {
    const app = createApp({ gateways: [Shop], admission: admission(options as never), logger: false });
    let found = 0;
    try {
      app.plan();
    } catch (error) {
      found = (error as { problems: unknown[] }).problems.length;
    }
    expect(found).toBe(count);
  });
});
