import { expect, it } from '@jest/globals';
import { Gateway, GatewireError, OnEvent } from '../../src/index.js';
import { createTestApp, describeMatrix, type TestApp, type TestAppOptions } from '../../src/testing/index.js';
import { until } from '../support/until.js';
import { isPacket, RawClient } from './client/raw-client.js';
import { WebSocketWire } from './client/websocket-wire.js';

@Gateway('/private', {
  auth: ({ auth: { token } }) => {
    if (token !== 'right') throw new GatewireError('UNAUTHENTICATED');
    return { user: { id: 'ann' } };
  },
})
class Private {
  @OnEvent('ping') ping() {}
}

@Gateway('/public')
class Public {}

const REFUSED = { message: 'Invalid namespace', data: { code: 'NOT_FOUND' } };

describeMatrix('a namespace that nobody declared', (cell) => {
  const start = (options: TestAppOptions = {}): Promise<TestApp> =>
    createTestApp([Private, Public], { ...cell, ...options });
  const open = (test: TestApp): Promise<RawClient> =>
    RawClient.open(test.app.address?.port as number, cell.transport);

  it('is refused, `/` among them, and its refusals count', async () => {
    await using test = await start();
    const client = await open(test);
    expect(await client.connect('/')).toMatchObject(REFUSED);
    expect(await client.connect('/nope')).toMatchObject({ message: REFUSED.message });
    await expect(test.client.connect('/')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(test.app.io.of('/').sockets.size).toBe(0);
    for (let i = 0; i < 2; i++) await client.connect('/');
    client.packet('0');
    await client.ended();
  });

  it('keeps no connection open', async () => {
    await using test = await start({ socket: { connectTimeout: 1_000 } });
    const client = await open(test);
    await client.connect('/');
    await client.ended();
  });

  it.each([
    ['connection', ({ app }: TestApp) => void app.io.on('connection', () => {})],
    ['use', ({ app }: TestApp) => void app.io.use((_socket, next) => next())],
    ['of', ({ app }: TestApp) => void app.io.of('/admin').on('connection', () => {})],
  ])('is open when the application listens there, also since a moment ago: %s', async (how, listen) => {
    await using test = await start();
    const client = await open(test);
    const name = how === 'of' ? '/admin' : '/';
    expect(await client.connect(name)).toMatchObject({ message: REFUSED.message });
    listen(test);
    expect(await client.connect(name)).toHaveProperty('sid');
  });

  it.each(['/public', '/', '/admin'])(
    'gives no more tries at another one, nor does one that lets everybody in: %s',
    async (name) => {
      await using test = await start();
      test.app.io.on('connection', () => {});
      test.app.io.of('/admin').on('connection', () => {});
      const client = await open(test);
      for (let i = 0; i < 4; i++) {
        expect(await client.connect('/private', { token: `wrong ${i}` })).toHaveProperty('message');
        if (i === 0) expect(await client.connect(name)).toHaveProperty('sid');
      }
      client.packet('0/private,{"token":"wrong"}');
      await client.ended();
    },
  );
});

const OLD = '/socket.io/?EIO=3&transport=websocket';

it('puts clients of Engine.IO 3 into a silent `/`, which is no place', async () => {
  await using test = await createTestApp([Private, Public], {
    socket: { allowEIO3: true, connectTimeout: 1_000 },
    limits: { closeTimeoutMs: 50 },
  });
  const connect = async () => {
    const client = new RawClient(new WebSocketWire(test.app.address?.port as number, OLD));
    await client.waitFor(({ text }) => isPacket(text, '0', '/'), 'CONNECT');
    return client;
  };
  const idle = await connect();
  const busy = await connect();
  busy.packet('0/public,');
  await busy.waitFor(({ text }) => isPacket(text, '0', '/public'), 'CONNECT');
  const root = test.app.io.of('/');
  const heard: unknown[] = [];
  for (const socket of root.sockets.values()) socket.onAny((event) => heard.push(event));
  busy.packet('2["said"]');
  root.emit('told');
  await idle.ended();
  await until('one client to be left', () => root.sockets.size === 1);
  expect(heard).toEqual([]);
  expect([root.adapter.rooms.size, root.adapter.sids.size]).toEqual([0, 0]);
  expect(busy.frames.filter(({ text }) => text.includes('told'))).toEqual([]);
  expect(busy.wire.isClosed).toBe(false);
  busy.destroy();
});

it('leaves `/` to clients of Engine.IO 3 where the application listens', async () => {
  await using test = await createTestApp([Private, Public], {
    socket: { allowEIO3: true },
    limits: { closeTimeoutMs: 50 },
  });
  test.app.io.on('connection', (socket) => socket.emit('welcome'));
  const client = new RawClient(new WebSocketWire(test.app.address?.port as number, OLD));
  await client.waitFor(({ text }) => text.includes('welcome'), 'an event');
  client.destroy();
});
