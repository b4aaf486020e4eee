import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { connect } from '../../src/client/index.js';
import { createApp, defineContract, Gateway, OnConnect, OnEvent } from '../../src/index.js';
import { createTestApp, describeMatrix, type TestApp } from '../../src/testing/index.js';
import { deferred } from '../support/deferred.js';
import { engineUrl, WebSocket } from '../support/raw-websocket.js';
import { WAIT_MS, within } from '../support/within.js';

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

const silent = { logger: false } as const;

/** Opens many clients without socket.io-client's reconnection. */
async function openMany(test: TestApp, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () =>
    io(test.url, { transports: ['websocket'], forceNew: true, reconnection: false }),
  );
  await within('all clients', Promise.all(sockets.map((socket) => once(socket as never, 'connect'))));
  return sockets;
}

describeMatrix('what close() tells clients', (cell) => {
  it('is when to come back, once for each socket', async () => {
    await using test = await createTestApp(Echo, { ...cell, limits: { closeSpreadMs: 400 } });
    const clients = await Promise.all([test.client.connect(), test.client.connect()]);
    const told = Promise.all(clients.map((client) => client.next('gw:drain')));
    await test.app.close();
    for (const notice of await told) {
      const { returnInMs } = notice as { returnInMs: number };
      expect(returnInMs).toBeGreaterThanOrEqual(0);
      expect(returnInMs).toBeLessThan(400);
    }
  });
});

describe('close() with many connections', () => {
  it('closes them a batch after another, and goes on serving those whose turn has not come', async () => {
    await using test = await createTestApp(Echo, { limits: { closeSpreadMs: 5_000 } });
    const sockets = await openMany(test, 250);
    const first = Promise.race(sockets.map((socket) => once(socket as never, 'disconnect')));
    const reasons = Promise.all(sockets.map((socket) => once(socket as never, 'disconnect')));
    const closing = test.app.close();
    await within('the first batch', first);
    const connected = sockets.filter((socket) => socket.connected);
    // Batches of 100, 2 s apart.
    expect(connected.length).toBeGreaterThanOrEqual(100);
    const last = sockets.at(-1) as Socket;
    expect(await last.timeout(WAIT_MS).emitWithAck('echo', 'still here')).toEqual({
      ok: true,
      data: 'still here',
    });
    await closing;
    const counted = new Set((await reasons).map(([reason]) => reason));
    expect([...counted]).toEqual(['transport close']);
  });

  it('lets a call that is long hold its own batch only', async () => {
    const started = deferred();
    const gate = deferred();
    @Gateway('/')
    class Slow {
      @OnEvent('slow') async slow() {
        started.resolve();
        await gate.promise;
        return 'done';
      }
    }
    await using test = await createTestApp(Slow, { limits: { closeSpreadMs: 50 } });
    const sockets = await openMany(test, 120);
    const [slow, ...others] = sockets as [Socket, ...Socket[]];
    const answer = slow.timeout(WAIT_MS).emitWithAck('slow');
    await started.promise;
    const lastLeft = once(others.at(-1) as never, 'disconnect');
    const closing = test.app.close();
    await within('the second batch', lastLeft);
    expect(slow.connected).toBe(true);
    gate.resolve();
    expect(await answer).toEqual({ ok: true, data: 'done' });
    await closing;
  });

  it('waits for @OnConnect of a client before it closes its connection', async () => {
    const started = deferred();
    const gate = deferred();
    const done: string[] = [];
    @Gateway('/')
    class Greeter {
      @OnConnect() async greet() {
        started.resolve();
        await gate.promise;
        done.push('greeted');
      }
    }
    await using test = await createTestApp(Greeter);
    const client = await test.client.connect();
    await started.promise;
    const closing = test.app.close();
    expect(client.socket.connected).toBe(true);
    gate.resolve();
    await closing;
    expect(done).toEqual(['greeted']);
  });

  it('closes the connection of who asks for a namespace late: clients take a refusal for final', async () => {
    const gate = deferred();
    const started = deferred();
    @Gateway('/')
    class Slow {
      @OnEvent('slow') async slow() {
        started.resolve();
        await gate.promise;
      }
    }
    await using test = await createTestApp(Slow);
    const client = await test.client.connect();
    const call = client.call('slow');
    await started.promise;
    const raw = new WebSocket(engineUrl(test.url));
    const received: string[] = [];
    raw.on('message', (data) => void received.push(data.toString()));
    const closed = new Promise<void>((resolve) => raw.on('close', resolve));
    await new Promise<void>((resolve) => raw.on('message', () => resolve()));
    // Both are in the first batch, which waits for the call.
    client.socket.onAny(() => {});
    const closing = test.app.close();
    raw.send('40');
    await within('the end of the connection', closed);
    expect(received.filter((packet) => packet.startsWith('4'))).toEqual([]);
    gate.resolve();
    await call;
    await closing;
  });
});

describe('the client of gatewire', () => {
  it('comes back when it was told to, and waits as usual after that', async () => {
    const echo = defineContract('/', { clientToServer: { echo: {} } });
    const app = createApp({ ...silent, gateways: [Echo], limits: { closeSpreadMs: 100 } });
    await app.listen(0, '127.0.0.1');
    const port = app.address?.port as number;
    const client = connect(echo, `http://127.0.0.1:${port}`, {
      socket: { transports: ['websocket'], reconnectionDelay: 600_000, reconnectionDelayMax: 600_000 },
    });
    await client.call('echo');
    const attempt = once(client.socket.io as never, 'reconnect_attempt');
    await app.close();
    const next = createApp({ ...silent, gateways: [Echo] });
    await next.listen(port, '127.0.0.1');
    // Its own wait would be ten minutes.
    await within('the first try', attempt);
    expect(client.socket.io.reconnectionDelay()).toBe(600_000);
    expect(client.socket.io.randomizationFactor()).toBe(0.5);
    client.close();
    await next.close();
  });
});
