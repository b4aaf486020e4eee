import { describe, expect, it } from '@jest/globals';
import type { ConnectionMessage, LimitMessage } from '../../src/base/channels.js';
import { admission, type EventContext, Gateway, OnEvent } from '../../src/index.js';
import { createTestApp, describeMatrix, type TestApp, type TestAppOptions } from '../../src/testing/index.js';
import { RawClient } from '../hostile/client/raw-client.js';
import { ask, askUpgrade } from '../support/raw-http.js';
import { until } from '../support/until.js';

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
  @OnEvent('flood') flood(bytes: number, { socket }: EventContext) {
    for (let sent = 0; sent < bytes; sent += 1_000) socket.emit('line', 'x'.repeat(1_000));
  }
}

const portOf = (test: TestApp): number => test.app.address?.port as number;

describeMatrix('gatewire:connection', (cell) => {
  it('tells that a connection opens and closes, by its id, with its address and the reason', async () => {
    await using test = await createTestApp(Echo, { ...cell, trustProxy: 1 });
    const messages: ConnectionMessage[] = [];
    test.app.watch('gatewire:connection', (message) => messages.push(message));
    const client = await test.client.connect('/', { extraHeaders: { 'x-forwarded-for': '203.0.113.7' } });
    const connectionId = client.socket.io.engine.id;
    const told = { app: test.app.id, connectionId, transport: cell.transport, address: '203.0.113.7' };
    expect(messages).toEqual([{ ...told, type: 'open' }]);
    await client.call('echo', 'x'.repeat(5_000));
    await client.close();
    await until('the end is told', () => messages.length > 1);
    const [, end] = messages as [ConnectionMessage, ConnectionMessage];
    expect(end).toMatchObject({ ...told, type: 'close', reason: 'transport close' });
    if (cell.transport === 'polling') expect(end).not.toHaveProperty('bytesRead');
    else expect(Math.min(end.bytesRead ?? 0, end.bytesWritten ?? 0)).toBeGreaterThan(5_000);
  });
});

describe('gatewire:connection', () => {
  it('tells that a connection goes from polling to a WebSocket', async () => {
    await using test = await createTestApp(Echo);
    const messages: ConnectionMessage[] = [];
    test.app.watch('gatewire:connection', (message) => messages.push(message));
    await test.client.connect('/', { transports: ['polling', 'websocket'] });
    await until('both are told', () => messages.length > 1);
    expect(messages.map(({ type, transport }) => [type, transport])).toEqual([
      ['open', 'polling'],
      ['upgrade', 'websocket'],
    ]);
  });
});

interface Case {
  readonly options: TestAppOptions;
  readonly limit: string;
  readonly event: string;
  readonly fields?: object;
  readonly cause: (test: TestApp, client: RawClient) => unknown;
}

const one = admission({ maxConnections: 1, queue: { max: 1, timeoutMs: 1 } });
const CASES: Readonly<Record<string, Case>> = {
  'too many connections': {
    options: { limits: { connections: 1 } },
    limit: 'connections',
    event: 'connection.refused',
    fields: { code: 'OVERLOADED' },
    cause: (test) => ask(portOf(test)),
  },
  'too many connections of an address': {
    options: { limits: { connectionsPerAddress: 1 } },
    limit: 'connectionsPerAddress',
    event: 'connection.refused',
    fields: { code: 'RATE_LIMITED' },
    cause: (test) => askUpgrade(portOf(test)),
  },
  'a foreign origin': {
    options: {},
    limit: 'origins',
    event: 'connection.refused',
    fields: { code: 'FORBIDDEN', option: 'origins', origin: 'https://evil.example' },
    cause: (test) => ask(portOf(test), { headers: { origin: 'https://evil.example' } }),
  },
  'no place in the queue': {
    options: { admission: admission({ maxConnections: 1, queue: { max: 1, timeoutMs: 60_000 } }) },
    limit: 'admission',
    event: 'connection.refused',
    fields: { code: 'OVERLOADED', option: 'admission' },
    cause: async (test) => {
      await RawClient.open(portOf(test), 'websocket');
      await ask(portOf(test));
    },
  },
  'the end of a wait in the queue': {
    options: { admission: one },
    limit: 'admission',
    event: 'connection.refused',
    fields: { code: 'OVERLOADED', option: 'admission' },
    cause: (test) => RawClient.open(portOf(test), 'websocket'),
  },
  'too much sent while waiting': {
    options: { admission: admission({ maxConnections: 1, queue: { max: 1, timeoutMs: 60_000 } }) },
    limit: 'admission',
    event: 'connection.closed',
    cause: async (test) => {
      const client = await RawClient.open(portOf(test), 'websocket');
      for (let i = 0; i <= 64; i++) client.packet('2["echo"]');
    },
  },
  'a packet that is nested too deep': {
    options: { limits: { packetDepth: 2 } },
    limit: 'packetDepth',
    event: 'packet.refused',
    fields: { namespace: '/' },
    cause: (_test, client) => client.packet('2["echo",[[[[1]]]]]'),
  },
  'too many namespaces': {
    options: { limits: { namespacesPerConnection: 1 } },
    limit: 'namespacesPerConnection',
    event: 'connect.refused',
    fields: { code: 'OVERLOADED' },
    cause: (_test, client) => client.packet('0/other,'),
  },
  'too many refusals': {
    options: { limits: { refusalsInARow: 2 } },
    limit: 'refusalsInARow',
    event: 'connection.closed',
    cause: (_test, client) => client.packet('0/one,', '0/two,'),
  },
  'too many events': {
    options: { limits: { eventsPerSecond: 1, eventsBurst: 1 } },
    limit: 'eventsPerSecond',
    event: 'connection.slowed',
    cause: (_test, client) => client.packet('2["echo"]', '2["echo"]'),
  },
  'attachments that do not come': {
    options: { limits: { attachmentTimeoutMs: 20 } },
    limit: 'attachmentTimeoutMs',
    event: 'connection.closed',
    cause: (_test, client) => client.packet('51-["echo",{"_placeholder":true,"num":0}]'),
  },
  'more output than a client may have waiting': {
    options: { limits: { outputBytes: 50_000, slowOutputBytes: 10_000 } },
    limit: 'outputBytes',
    event: 'connection.closed',
    fields: { reason: 'slow consumer', bytes: expect.any(Number) },
    cause: (_test, client) => client.packet('2["flood",100000]'),
  },
};

describe('gatewire:limit', () => {
  it.each(Object.entries(CASES))('tells of %s', async (_name, { options, limit, event, fields, cause }) => {
    await using test = await createTestApp(Echo, {
      ...options,
      limits: { closeTimeoutMs: 50, ...options.limits },
    });
    const messages: LimitMessage[] = [];
    test.app.watch('gatewire:limit', (message) => messages.push(message));
    const client = await RawClient.open(portOf(test), 'websocket');
    await client.connect('/');
    expect(messages).toEqual([]);
    await cause(test, client);
    await until('it is told', () => messages.length > 0);
    expect(messages[0]).toEqual({
      app: test.app.id,
      limit,
      event,
      fields: expect.objectContaining(fields ?? {}),
    });
  });
});
