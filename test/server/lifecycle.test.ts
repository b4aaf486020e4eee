import { expect, it } from '@jest/globals';
import {
  type ConnectContext,
  type EventContext,
  Gateway,
  GatewireError,
  OnConnect,
  OnDisconnect,
  OnDisconnecting,
  OnEvent,
} from '../../src/index.js';
import { createTestApp, describeMatrix } from '../../src/testing/index.js';
import { type Deferred, deferred } from '../support/deferred.js';
import { until } from '../support/until.js';

/** What happened, in order, and a way to wait for it. */
class Diary {
  readonly lines: string[] = [];
  readonly #waiting: { readonly line: string; readonly done: Deferred }[] = [];

  add(line: string): void {
    this.lines.push(line);
    for (const { done } of this.#waiting.filter((one) => one.line === line)) done.resolve();
  }

  async has(line: string): Promise<void> {
    if (this.lines.includes(line)) return;
    const done = deferred();
    this.#waiting.push({ line, done });
    await done.promise;
  }
}

describeMatrix('the life of a socket', (cell) => {
  it('holds every event back until @OnConnect is done, and then delivers all of them in order', async () => {
    const gate = deferred();
    const diary = new Diary();
    @Gateway('/')
    class Slow {
      @OnConnect() async greet(ctx: ConnectContext) {
        ctx.emit('early', 1);
        await ctx.join('lobby');
        await gate.promise;
        diary.add('connected');
      }
      @OnEvent('n') n(n: number, ctx: EventContext) {
        diary.add(`n${n}`);
        return [...ctx.rooms];
      }
    }
    await using test = await createTestApp(Slow, cell);
    const client = await test.client.connect();
    expect(await client.next('early')).toBe(1);
    const answers = Promise.all(Array.from({ length: 50 }, (_, n) => client.call('n', n)));
    gate.resolve();
    expect((await answers)[0]).toEqual(['lobby']);
    expect(diary.lines).toEqual(['connected', ...Array.from({ length: 50 }, (_, n) => `n${n}`)]);
  });

  it('answers OVERLOADED to what is too much to hold back', async () => {
    const gate = deferred();
    @Gateway('/')
    class Slow {
      @OnConnect() wait() {
        return gate.promise;
      }
      @OnEvent('n') n(n: number) {
        return n;
      }
    }
    await using test = await createTestApp(Slow, { ...cell, limits: { waitingEvents: 2 } });
    const client = await test.client.connect();
    const held = [client.call('n', 0), client.call('n', 1)];
    await expect(client.call('n', 2)).rejects.toMatchObject({ code: 'OVERLOADED' });
    gate.resolve();
    expect(await Promise.all(held)).toEqual([0, 1]);
  });

  it('ends when @OnConnect throws: `exception`, answers for who waits, disconnect, @OnDisconnect', async () => {
    const gate = deferred();
    const diary = new Diary();
    @Gateway('/')
    class Failing {
      @OnConnect() async connect() {
        await gate.promise;
        throw new GatewireError('CONFLICT', { message: 'no room' });
      }
      @OnEvent('n') n() {
        diary.add('handled');
      }
      @OnDisconnect() left(_ctx: ConnectContext, reason: string) {
        diary.add(reason);
      }
    }
    await using test = await createTestApp(Failing, cell);
    const client = await test.client.connect();
    const waiting = client.ack('n');
    await new Promise<void>((resolve) => client.socket.io.engine.once('drain', resolve));
    gate.resolve();
    expect(await client.next('exception')).toEqual({
      event: 'connect',
      error: { code: 'CONFLICT', message: 'no room', id: expect.any(String) },
    });
    expect(await client.disconnected()).toBe('io server disconnect');
    await diary.has('server namespace disconnect');
    expect(diary.lines).toEqual(['server namespace disconnect']);
    waiting.catch(() => {}); // over polling the event may arrive after the end
  });

  it('bounds @OnConnect in time', async () => {
    @Gateway('/')
    class Hanging {
      @OnConnect() hang() {
        return new Promise(() => {});
      }
    }
    await using test = await createTestApp(Hanging, { ...cell, limits: { connectHookTimeoutMs: 30 } });
    const client = await test.client.connect();
    expect(await client.next('exception')).toMatchObject({ event: 'connect', error: { code: 'TIMEOUT' } });
    expect(await client.disconnected()).toBe('io server disconnect');
  });

  it('calls the disconnect hooks once, with the reason and the rooms, the rooms still there in the first', async () => {
    const diary = new Diary();
    @Gateway('/')
    class Rooms {
      @OnConnect() async connect(ctx: ConnectContext) {
        await ctx.join('a');
        await ctx.join('b');
      }
      @OnDisconnecting() leaving(ctx: ConnectContext, reason: string) {
        diary.add(`leaving ${reason} ${[...ctx.rooms]} ${ctx.socket.rooms.size}`);
      }
      @OnDisconnect() async left(ctx: ConnectContext, reason: string) {
        await Promise.resolve();
        diary.add(`left ${reason} ${[...ctx.rooms]} ${ctx.socket.rooms.size} ${ctx.signal.aborted}`);
      }
    }
    await using test = await createTestApp(Rooms, cell);
    const client = await test.client.connect();
    await client.flush();
    await client.close();
    await diary.has('left client namespace disconnect a,b 0 true');
    expect(diary.lines).toEqual([
      'leaving client namespace disconnect a,b 3',
      'left client namespace disconnect a,b 0 true',
    ]);
    await test.close();
    expect(diary.lines).toHaveLength(2);
  });

  it('calls @OnDisconnect also when @OnConnect itself disconnected, at once or later', async () => {
    const diary = new Diary();
    @Gateway('/sync')
    class Sync {
      @OnConnect() connect(ctx: ConnectContext) {
        ctx.disconnect();
        diary.add('sync connected');
      }
      @OnDisconnect() left() {
        diary.add('sync left');
      }
    }
    @Gateway('/async')
    class Async {
      @OnConnect() async connect(ctx: ConnectContext) {
        await Promise.resolve();
        ctx.disconnect();
        await Promise.resolve();
        diary.add('async connected');
      }
      @OnDisconnecting() leaving() {
        diary.add('async leaving');
      }
      @OnDisconnect() left() {
        diary.add('async left');
      }
    }
    await using test = await createTestApp([Sync, Async], cell);
    await test.client.connect('/sync');
    await diary.has('sync left');
    await test.client.connect('/async');
    await diary.has('async left');
    expect(diary.lines).toEqual([
      'sync connected',
      'sync left',
      'async connected',
      'async leaving',
      'async left',
    ]);
  });

  it('tells the gateways of a namespace in order, and of a client only those that were told of it', async () => {
    const diary = new Diary();
    @Gateway('/')
    class First {
      @OnConnect() async connect() {
        diary.add('first');
        throw new GatewireError('CONFLICT');
      }
      @OnDisconnect() left() {
        diary.add('first left');
      }
    }
    @Gateway('/')
    class Second {
      @OnConnect() connect() {
        diary.add('second');
      }
      @OnDisconnect() left() {
        diary.add('second left');
      }
    }
    @Gateway('/')
    class Third {
      @OnDisconnect() left() {
        diary.add('third left');
      }
    }
    await using test = await createTestApp([First, Second, Third], cell);
    await test.client.connect();
    await diary.has('third left');
    expect(diary.lines).toEqual(['first', 'first left', 'third left']);
  });

  it('delivers what a client says just before it leaves', async () => {
    const diary = new Diary();
    @Gateway('/')
    class Bye {
      @OnEvent('bye') bye(n: number) {
        diary.add(`bye ${n}`);
      }
    }
    @Gateway('/gated')
    class Gated extends Bye {
      @OnConnect() async wait() {
        await Promise.resolve();
      }
    }
    await using test = await createTestApp([Bye, Gated], cell);
    for (const namespace of ['/', '/gated']) {
      for (let n = 0; n < 20; n++) {
        const client = await test.client.connect(namespace);
        client.emit('bye', n);
        void client.close();
        await diary.has(`bye ${n}`);
      }
      expect(diary.lines.splice(0)).toHaveLength(20);
    }
  });

  it.each([
    ['delivers', 'said goodbye', ['said 1', 'said 2', 'left']],
    ['drops', 'lost its connection', ['left']],
  ])('%s what waits for @OnConnect of a client that %s', async (_, how, expected) => {
    const diary = new Diary();
    const gate = deferred();
    @Gateway('/')
    class Gated {
      @OnConnect() wait() {
        return gate.promise;
      }
      @OnEvent('say') say(n: number) {
        diary.add(`said ${n}`);
      }
      @OnDisconnect() left() {
        diary.add('left');
      }
    }
    await using test = await createTestApp(Gated, { ...cell, limits: { waitingEvents: 2 } });
    const client = await test.client.connect();
    for (const n of [1, 2]) client.emit('say', n);
    await expect(client.call('say', 3)).rejects.toMatchObject({ code: 'OVERLOADED' }); // both wait by now
    if (how === 'said goodbye') client.socket.disconnect();
    else for (const { conn } of test.app.io.of('/').sockets.values()) conn.close();
    await until('it to be gone', () => test.app.io.of('/').sockets.size === 0);
    gate.resolve();
    await diary.has('left');
    expect(diary.lines).toEqual(expected);
  });

  it('survives hooks that throw', async () => {
    const diary = new Diary();
    @Gateway('/')
    class Throwing {
      @OnDisconnecting() leaving() {
        throw new Error('leaving');
      }
      @OnDisconnect() async left() {
        throw new Error('left');
      }
      @OnDisconnect() afterwards() {
        diary.add('afterwards');
      }
    }
    await using test = await createTestApp(Throwing, cell);
    const client = await test.client.connect();
    await client.close();
    await diary.has('afterwards');
    await test.app.close();
    expect(test.takeErrors().map(String)).toEqual(['Error: leaving', 'Error: left']);
  });
});
