import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from '@jest/globals';
import { callEndChannel, callStartChannel, socketChannel } from '../../src/base/channels.js';
import {
  type CallMessage,
  type ChannelMessages,
  type ChannelName,
  type ConnectContext,
  type EventContext,
  Gateway,
  GatewireError,
  OnConnect,
  OnEvent,
  RateLimit,
} from '../../src/index.js';
import { createTestApp, type TestApp } from '../../src/testing/index.js';
import { ServerProcess } from '../support/server-process.js';
import { until } from '../support/until.js';

const current = new AsyncLocalStorage<string>();

@Gateway('/room/:room', { auth: ({ auth }) => signIn(auth) })
class Room {
  @OnConnect() welcome(ctx: ConnectContext) {
    ctx.emit('stored', current.getStore() ?? 'nothing');
  }
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
  @OnEvent('later') async later(payload: unknown) {
    await new Promise((resolve) => setImmediate(resolve));
    return payload;
  }
  @OnEvent('store') async store() {
    await new Promise((resolve) => setImmediate(resolve));
    return current.getStore() ?? 'nothing';
  }
  @OnEvent('fail') fail() {
    throw new GatewireError('CONFLICT');
  }
  @OnEvent('crash') crash() {
    throw new Error('a secret');
  }
  @OnEvent('big') big() {
    return 1n;
  }
  @OnEvent('hang', { timeoutMs: 20 }) hang(_payload: unknown, ctx: EventContext) {
    return new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
  }
  @OnEvent('once') @RateLimit({ limit: 1, windowMs: 60_000, onExceed: 'drop' }) once() {}
  @OnEvent('tell') tell(_payload: unknown, ctx: EventContext) {
    ctx.emit('one', 1);
    ctx.namespace.to('lobby').except('quiet').emit('many', 2, 3);
  }
}

function signIn(auth: Readonly<Record<string, unknown>>) {
  if (auth['token'] !== 'ann') throw new GatewireError('UNAUTHENTICATED');
  return { user: { id: 'ann' } };
}

const enter = (test: TestApp) => test.client.connect('/room/1', { auth: { token: 'ann' } });

function collect<TName extends ChannelName>(test: TestApp, name: TName): ChannelMessages[TName][] {
  const messages: ChannelMessages[TName][] = [];
  test.app.watch(name, (message) => messages.push({ ...message }));
  return messages;
}

describe('the channels of calls', () => {
  it('publish start and end of a call once, with who, what and how long', async () => {
    await using test = await createTestApp(Room);
    const starts = collect(test, 'tracing:gatewire:call:start');
    const errors = collect(test, 'tracing:gatewire:call:error');
    const ends = collect(test, 'tracing:gatewire:call:end');
    const client = await enter(test);
    await client.call('later', 'x');
    expect(starts).toMatchObject([{ event: 'later', code: null, ms: 0 }]);
    expect(ends).toEqual([
      {
        app: test.app.id,
        namespace: '/room/1',
        pattern: '/room/:room',
        event: 'later',
        handler: 'later',
        socketId: client.socket.id,
        userId: 'ann',
        requestId: expect.any(String),
        hasAck: true,
        bytes: expect.any(Number),
        code: null,
        ms: expect.any(Number),
        startedAt: expect.any(Number),
      },
    ]);
    expect(ends[0]?.bytes).toBeGreaterThan('["later","x"]'.length);
    expect(ends[0]?.ms).toBeGreaterThan(0);
    expect(errors).toEqual([]);
  });

  it.each([
    ['fail', 'CONFLICT'],
    ['crash', 'INTERNAL'],
    ['big', 'INTERNAL'],
    ['hang', 'TIMEOUT'],
    ['nothing', 'UNKNOWN_EVENT'],
  ])('publish the failure of `%s` as %s', async (event, code) => {
    await using test = await createTestApp(Room);
    const order: string[] = [];
    for (const step of ['start', 'error', 'end'] as const)
      test.app.watch(`tracing:gatewire:call:${step}`, (message) => order.push(`${step} ${message.code}`));
    const client = await enter(test);
    await expect(client.call(event)).rejects.toMatchObject({ code });
    expect(order).toEqual(['start null', `error ${code}`, `end ${code}`]);
    test.takeErrors();
  });

  it('publish the error that was thrown, of which the client sees the code alone', async () => {
    await using test = await createTestApp(Room);
    const errors = collect(test, 'tracing:gatewire:call:error');
    const ends = collect(test, 'tracing:gatewire:call:end');
    const client = await enter(test);
    await expect(client.call('crash')).rejects.toMatchObject({ message: 'internal error' });
    await expect(client.call('nothing')).rejects.toMatchObject({ code: 'UNKNOWN_EVENT' });
    await client.call('echo');
    const thrown = [new Error('a secret'), expect.objectContaining({ code: 'UNKNOWN_EVENT' })];
    expect(errors.map(({ error }) => error)).toEqual(thrown);
    expect(ends.map(({ error }) => error)).toEqual([...thrown, undefined]);
    test.takeErrors();
  });

  it('publish an event that a rate limit drops without a word to its client', async () => {
    await using test = await createTestApp(Room);
    const ends = collect(test, 'tracing:gatewire:call:end');
    const client = await enter(test);
    client.emit('once');
    client.emit('once');
    await client.flush();
    expect(ends.map(({ event, code }) => [event, code])).toEqual([
      ['once', null],
      ['once', 'RATE_LIMITED'],
      ['gw:flush', 'UNKNOWN_EVENT'],
    ]);
  });

  it('publish a packet that the decoder refuses', async () => {
    await using test = await createTestApp(Room, { limits: { packetDepth: 2 } });
    const errors = collect(test, 'tracing:gatewire:call:error');
    const client = await enter(test);
    await expect(client.call('echo', [[[[1]]]])).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(errors).toMatchObject([{ event: 'echo', code: 'PAYLOAD_TOO_LARGE', hasAck: true }]);
  });

  it('run a handler within the stores that are bound to the start', async () => {
    await using test = await createTestApp(Room);
    callStartChannel.bindStore(current, (message) => `call of ${(message as CallMessage).event}`);
    try {
      const client = await enter(test);
      expect(await client.call('store')).toBe('call of store');
    } finally {
      callStartChannel.unbindStore(current);
    }
  });
});

describe('the channel of sockets', () => {
  it('publishes arrival, entry and leaving', async () => {
    await using test = await createTestApp(Room);
    const messages = collect(test, 'gatewire:socket');
    const client = await enter(test);
    const { id } = client.socket;
    await client.close();
    await until('three messages', () => messages.length === 3);
    const common = { app: test.app.id, namespace: '/room/1', pattern: '/room/:room', socketId: id };
    expect(messages).toMatchObject([
      { ...common, type: 'connecting' },
      { ...common, type: 'connect', userId: 'ann', recovered: false, ms: expect.any(Number) },
      { ...common, type: 'disconnect', userId: 'ann', reason: expect.any(String) },
    ]);
    expect(messages[0]?.connectionId).toBe(messages[2]?.connectionId);
  });

  it('publishes a refusal with its code', async () => {
    await using test = await createTestApp(Room);
    const messages = collect(test, 'gatewire:socket');
    await expect(test.client.connect('/room/1')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(messages).toMatchObject([{ type: 'connecting' }, { type: 'refused', code: 'UNAUTHENTICATED' }]);
  });

  it('runs auth and `@OnConnect` within the stores that are bound to it', async () => {
    await using test = await createTestApp(Room);
    socketChannel.bindStore(current, () => 'connecting');
    try {
      const client = await enter(test);
      expect(await client.next('stored')).toBe('connecting');
    } finally {
      socketChannel.unbindStore(current);
    }
  });
});

describe('the other channels', () => {
  it('publish emits to one socket and to rooms', async () => {
    await using test = await createTestApp(Room);
    const messages = collect(test, 'gatewire:emit');
    const client = await enter(test);
    messages.length = 0;
    await client.call('tell');
    const common = { app: test.app.id, namespace: '/room/1' };
    expect(messages).toEqual([
      { ...common, event: 'one', args: [1], socketId: client.socket.id },
      { ...common, event: 'many', args: [2, 3], rooms: ['lobby'], except: ['quiet'] },
    ]);
  });

  it('publish connections with transport and address', async () => {
    await using test = await createTestApp(Room);
    const messages = collect(test, 'gatewire:connection');
    const client = await enter(test);
    await client.close();
    await until('two messages', () => messages.length === 2);
    expect(messages).toMatchObject([
      { app: test.app.id, type: 'open', transport: 'websocket', address: '127.0.0.1' },
      { app: test.app.id, type: 'close', reason: expect.any(String) },
    ]);
  });

  it('publish what a limit refuses', async () => {
    await using test = await createTestApp(Room, { limits: { connections: 1 } });
    const messages = collect(test, 'gatewire:limit');
    await enter(test);
    await expect(enter(test)).rejects.toThrow();
    expect(messages).toMatchObject([{ app: test.app.id, limit: 'connections' }]);
    expect(test.log.records).toContainEqual(expect.objectContaining({ level: 'warn', limit: 'connections' }));
  });

  it('publish the log', async () => {
    await using test = await createTestApp(Room);
    const messages = collect(test, 'gatewire:log');
    const client = await enter(test);
    await client.call('crash').catch(() => {});
    expect(messages).toMatchObject([
      { app: test.app.id, level: 'error', record: { event: 'call.failed', code: 'INTERNAL' } },
    ]);
    test.takeErrors();
  });

  it('keep the messages of two applications apart', async () => {
    await using one = await createTestApp(Room);
    await using other = await createTestApp(Room);
    const messages = collect(one, 'tracing:gatewire:call:end');
    await (await enter(other)).call('echo');
    expect(messages).toEqual([]);
    expect(one.app.id).not.toBe(other.app.id);
  });
});

describe('a subscriber', () => {
  it('that throws or rejects changes nothing, and is logged once', async () => {
    await using test = await createTestApp(Room);
    test.app.watch('tracing:gatewire:call:start', () => {
      throw new Error('broken subscriber');
    });
    test.app.watch('tracing:gatewire:call:end', async () => {
      throw new Error('rejecting subscriber');
    });
    const client = await enter(test);
    expect(await client.call('echo', 1)).toBe(1);
    expect(await client.call('echo', 2)).toBe(2);
    const failed = test.log.records.filter(({ event }) => event === 'app.watcher-failed');
    expect(failed.map(({ channel: name }) => name)).toEqual([
      'tracing:gatewire:call:start',
      'tracing:gatewire:call:end',
    ]);
    test.takeErrors();
  });

  it('ends with its function, and with the application', async () => {
    const test = await createTestApp(Room);
    const ended: unknown[] = [];
    const kept: unknown[] = [];
    const end = test.app.watch('tracing:gatewire:call:end', (message) => ended.push(message));
    test.app.watch('tracing:gatewire:call:end', (message) => kept.push(message));
    end();
    await (await enter(test)).call('echo');
    expect([ended.length, kept.length]).toEqual([0, 1]);
    await test.close();
    callEndChannel.publish({ app: test.app.id });
    expect([ended.length, kept.length]).toEqual([0, 1]);
  });

  it('of node:diagnostics_channel sees the same messages', async () => {
    await using test = await createTestApp(Room);
    const events: string[] = [];
    const onMessage = (message: unknown): void => void events.push((message as CallMessage).event);
    subscribe('tracing:gatewire:call:end', onMessage);
    await (await enter(test)).call('echo');
    unsubscribe('tracing:gatewire:call:end', onMessage);
    expect(events).toEqual(['echo']);
    expect(channel('tracing:gatewire:call:end')).toBe(callEndChannel);
  });
});

it('watches neither calls nor emits, sockets and connections in an application with defaults', async () => {
  const process = new ServerProcess('test/fixtures/channels/defaults.ts', 0);
  expect(await process.exited()).toEqual({ code: 0, output: 'gatewire:limit gatewire:log\nnone is left\n' });
});
