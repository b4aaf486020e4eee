import { expect, it } from '@jest/globals';
import {
  Ack,
  type AckFunction,
  type AnyContract,
  Concurrency,
  type EventContext,
  Gateway,
  OnDisconnect,
  OnEvent,
  RateLimit,
  type User,
} from '../../src/index.js';
import { createTestApp, describeMatrix, type TestClient } from '../../src/testing/index.js';
import { type Deferred, deferred } from '../support/deferred.js';

/** Handlers that wait until the test lets them go. */
class Doors {
  readonly entered: string[] = [];
  readonly #doors: Deferred<void>[] = [];

  async pass(name: string): Promise<string> {
    this.entered.push(name);
    const door = deferred<void>();
    this.#doors.push(door);
    await door.promise;
    return name;
  }

  open(count: number): void {
    for (const door of this.#doors.splice(0, count)) door.resolve();
  }
}

let doors = new Doors();
const left: string[] = [];

@Gateway('/limits', { auth: ({ auth }) => ({ user: { id: String(auth['name']) } }) })
class Limited {
  @OnDisconnect() gone(ctx: EventContext<AnyContract, User>) {
    left.push(ctx.user.id);
  }
  @OnEvent('slow') slow(name: string) {
    return doors.pass(name);
  }
  @OnEvent('fast') fast(name: string) {
    doors.entered.push(name);
    return name;
  }
  @OnEvent('by-hand') byHand(@Ack() ack: AckFunction) {
    void doors.pass('by-hand').then(() => ack('done'));
  }
  @Concurrency({ limit: 1, queue: 2 }) @OnEvent('in-order') inOrder(name: string) {
    return doors.pass(name);
  }
  @Concurrency({ limit: 2, per: 'app', queue: 10 }) @OnEvent('pool') pool(name: string) {
    return doors.pass(name);
  }
  @Concurrency({ limit: 1, per: (ctx: EventContext) => String(ctx.payload) })
  @OnEvent('document')
  document(name: string) {
    return doors.pass(name);
  }
  @RateLimit({ limit: 2, windowMs: 60_000 }) @OnEvent('rated') rated() {
    return 'let through';
  }
  @RateLimit({ limit: 1, windowMs: 60_000, burst: 3 }) @OnEvent('burst') burst() {}
  @RateLimit({ limit: 1, windowMs: 60_000, onExceed: 'drop' }) @OnEvent('dropped') dropped(name: string) {
    doors.entered.push(name);
  }
  @RateLimit({ limit: 1, windowMs: 60_000, onExceed: 'disconnect' }) @OnEvent('banned') banned() {}
  @RateLimit({ limit: 2, windowMs: 60_000, per: 'user' }) @OnEvent('per-user') perUser() {}
  @RateLimit({ limit: 2, windowMs: 60_000, per: 'address' }) @OnEvent('per-address') perAddress() {}
  @RateLimit({ limit: 1, windowMs: 60_000, per: (ctx: EventContext) => ctx.payload as string })
  @OnEvent('per-key')
  perKey() {}
}

@RateLimit({ limit: 2, windowMs: 60_000 })
@Gateway('/together')
class Together {
  @OnEvent('a') a() {}
  @OnEvent('b') b() {}
}

const RATE_LIMITED = { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) };

describeMatrix('limits', (cell) => {
  const start = async (limits = {}) => {
    doors = new Doors();
    const test = await createTestApp([Limited, Together], { ...cell, limits });
    const connect = (name: string): Promise<TestClient> => test.client.connect('/limits', { auth: { name } });
    return { test, connect };
  };
  const turn = (client: TestClient, name: string) => client.call('fast', name);

  it('run a number of calls of one socket at a time, and the others in order', async () => {
    const { test, connect } = await start({ callsInFlight: 2, callsWaiting: 3 });
    await using _ = test;
    const client = await connect('ann');
    const bob = await connect('bob');
    const calls = ['1', '2', '3', '4', '5'].map((name) => client.call('slow', name));
    await expect(client.call('slow', '6')).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(doors.entered).toEqual(['1', '2']);
    expect(await turn(bob, 'b')).toBe('b');
    doors.open(1);
    expect(await calls[0]).toBe('1');
    const last = client.call('fast', 'last');
    while (doors.entered.length < 7) {
      doors.open(1);
      await turn(bob, 'b').then(() => doors.entered.splice(doors.entered.lastIndexOf('b'), 1));
    }
    doors.open(9);
    expect(await Promise.all(calls)).toEqual(['1', '2', '3', '4', '5']);
    expect(await last).toBe('last');
    expect(doors.entered.filter((name) => name !== 'b')).toEqual(['1', '2', '3', '4', '5', 'last']);
  });

  it('keep the place of a handler that ran out of time until it ends', async () => {
    const { test, connect } = await start({ callsInFlight: 1, callsWaiting: 5, handlerTimeoutMs: 100 });
    await using _ = test;
    const client = await connect('ann');
    await expect(client.call('slow', 'late')).rejects.toMatchObject({ code: 'TIMEOUT' });
    const next = client.call('fast', 'next');
    await expect(next).rejects.toMatchObject({ code: 'TIMEOUT' });
    const afterwards = client.call('fast', 'afterwards');
    await expect(client.call('fast', 'more')).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(afterwards).rejects.toMatchObject({ code: 'TIMEOUT' });
    doors.open(1);
    expect(await client.call('fast', 'at last')).toBe('at last');
    expect(doors.entered).toEqual(['late', 'at last']);
  });

  it('count handlers that answer by hand until they have answered', async () => {
    const { test, connect } = await start({ callsInFlight: 1, callsWaiting: 1 });
    await using _ = test;
    const client = await connect('ann');
    const byHand = client.call('by-hand');
    const waiting = client.call('fast', 'after');
    await expect(client.call('fast', 'too many')).rejects.toMatchObject({ code: 'OVERLOADED' });
    doors.open(1);
    expect(await byHand).toBe('done');
    expect(await waiting).toBe('after');
  });

  it('run nothing for a socket that left while it waited', async () => {
    const { test, connect } = await start({ callsInFlight: 1 });
    await using _ = test;
    const client = await connect('leaver');
    client.emit('slow', 'running');
    client.emit('slow', 'waiting');
    client.emit('in-order', 'waiting too');
    while (doors.entered.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await client.close();
    while (!left.includes('leaver')) await new Promise((resolve) => setImmediate(resolve));
    doors.open(1);
    const bob = await connect('bob');
    await turn(bob, 'bob');
    expect(doors.entered).toEqual(['running', 'bob']);
  });

  it('keep events in order, with a bounded line', async () => {
    const { test, connect } = await start();
    await using _ = test;
    const client = await connect('ann');
    const other = await connect('bob');
    const calls = ['1', '2', '3'].map((name) => client.call('in-order', name));
    await expect(client.call('in-order', '4')).rejects.toMatchObject({ code: 'OVERLOADED' });
    const own = other.call('in-order', 'bob'); // one lane for each socket
    await turn(other, 'x');
    expect(doors.entered).toEqual(['1', 'bob', 'x']);
    for (const call of calls) {
      doors.open(9);
      await call;
    }
    expect(await own).toBe('bob');
    expect(doors.entered).toEqual(['1', 'bob', 'x', '2', '3']);
  });

  it('share a pool over all sockets, or a lane over a key', async () => {
    const { test, connect } = await start();
    await using _ = test;
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    const pool = [ann.call('pool', '1'), bob.call('pool', '2'), ann.call('pool', '3')];
    const working = () => doors.entered.filter((name) => name !== 'x').length;
    await turn(bob, 'x');
    await turn(ann, 'x');
    expect(working()).toBe(2);
    doors.open(2);
    while (working() < 3) await turn(ann, 'x');
    doors.open(1);
    expect(await Promise.all(pool)).toEqual(['1', '2', '3']);
    const documents = [ann.call('document', 'a'), bob.call('document', 'a'), bob.call('document', 'b')];
    await turn(ann, 'y');
    await turn(bob, 'y');
    expect(doors.entered.filter((name) => name === 'a' || name === 'b').sort()).toEqual(['a', 'b']);
    doors.open(2);
    await documents[2];
    while (doors.entered.filter((name) => name === 'a').length < 2) await turn(ann, 'y');
    doors.open(1);
    expect(await Promise.all(documents)).toEqual(['a', 'a', 'b']);
  });

  it('refuse what comes too often, and say when to come again', async () => {
    const { test, connect } = await start();
    await using _ = test;
    const client = await connect('ann');
    expect(await client.call('rated')).toBe('let through');
    expect(await client.call('rated')).toBe('let through');
    const error = await client.call('rated').catch((caught: unknown) => caught);
    expect(error).toMatchObject(RATE_LIMITED);
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(20_000);
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(30_000);
    const other = await connect('ann');
    expect(await other.call('rated')).toBe('let through');
    for (let i = 0; i < 3; i++) await client.call('burst');
    await expect(client.call('burst')).rejects.toMatchObject(RATE_LIMITED);
    client.emit('rated');
    expect(await client.next('exception')).toMatchObject({ event: 'rated', error: RATE_LIMITED });
  });

  it('drop without a word what asks for no answer, and answer the rest', async () => {
    const { test, connect } = await start();
    await using _ = test;
    const client = await connect('ann');
    const codes: (string | null)[] = [];
    test.app.watch('tracing:gatewire:call:end', ({ code }) => codes.push(code));
    await client.call('dropped', 'first');
    client.emit('dropped', 'second');
    await expect(client.call('dropped', 'third')).rejects.toMatchObject(RATE_LIMITED);
    expect(codes).toEqual([null, 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(doors.entered).toEqual(['first']);
    await client.expectNone('exception');
  });

  it('disconnect whoever cannot stop, after telling why', async () => {
    const { test, connect } = await start();
    await using _ = test;
    const client = await connect('ann');
    const gone = new Promise((resolve) => client.socket.once('disconnect', resolve));
    await client.call('banned');
    await expect(client.call('banned')).rejects.toMatchObject(RATE_LIMITED);
    expect(await gone).toBe('io server disconnect');
  });

  it('count together what a user, an address or a key does', async () => {
    const { test, connect } = await start();
    await using _ = test;
    const [phone, laptop, bob] = [await connect('ann'), await connect('ann'), await connect('bob')];
    await Promise.all([phone.call('per-user'), laptop.call('per-user'), bob.call('per-user')]);
    const refused = await laptop.call('per-user').catch((error: unknown) => error);
    expect(refused).toMatchObject(RATE_LIMITED);
    expect((refused as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(30_000); // as for one socket
    await bob.call('per-user');
    await Promise.all([phone.call('per-address'), bob.call('per-address')]);
    await expect(laptop.call('per-address')).rejects.toMatchObject(RATE_LIMITED);
    await phone.call('per-key', 'a');
    await bob.call('per-key', 'b');
    await expect(bob.call('per-key', 'a')).rejects.toMatchObject(RATE_LIMITED);
    await expect(bob.call('per-key', 5)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(test.takeErrors()).toHaveLength(1);
  });

  it('count all events of a class together', async () => {
    await using test = await createTestApp([Limited, Together], cell);
    const client = await test.client.connect('/together');
    await client.call('a');
    await client.call('b');
    await expect(client.call('a')).rejects.toMatchObject(RATE_LIMITED);
  });
});
