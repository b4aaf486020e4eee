import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { BootError, createApp, Gateway, inject, OnDisconnect, OnEvent } from '../../src/index.js';
import { createTestApp, describeMatrix } from '../../src/testing/index.js';
import { deferred } from '../support/deferred.js';
import { WAIT_MS } from '../support/within.js';

const refuseToListen = async (
  gateway: new () => unknown,
  port: unknown,
  host?: string,
): Promise<BootError> => {
  const app = createApp({ gateways: [gateway], logger: false });
  const error = await app.listen(port as number, host).then(
    () => app.close(),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(BootError);
  return error as BootError;
};

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

describeMatrix('close()', (cell) => {
  it('answers what is running, refuses what comes later, and lets clients come back', async () => {
    const started = deferred();
    const gate = deferred();
    const hooks: string[] = [];
    @Gateway('/')
    class Slow {
      @OnEvent('slow') async slow() {
        started.resolve();
        await gate.promise;
        return 'done';
      }
      @OnEvent('late') late() {
        return 'too late';
      }
      @OnDisconnect() async left() {
        await Promise.resolve();
        hooks.push('left');
      }
    }
    await using test = await createTestApp(Slow, cell);
    const client = await test.client.connect();
    const slow = client.call('slow');
    await started.promise;
    const closing = test.app.close();
    await expect(client.call('late')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    gate.resolve();
    expect(await slow).toBe('done');
    await closing;
    // "io server disconnect" would make the client stay away for good.
    expect(await client.disconnected()).toMatch(/^transport (close|error)$/);
    expect(hooks).toEqual(['left']);
    expect(test.app.address).toBeNull();
  });

  it('says in the log when it begins and when it is done', async () => {
    await using test = await createTestApp(Echo, cell);
    await (await test.client.connect()).call('echo', 1);
    await test.app.close();
    expect(test.log.records.slice(-2)).toEqual([
      { level: 'info', event: 'app.closing', connections: 1 },
      { level: 'info', event: 'app.closed', ms: expect.any(Number) },
    ]);
  });

  it('answers UNAVAILABLE for what does not end within the limit', async () => {
    const started = deferred();
    @Gateway('/')
    class Hanging {
      @OnEvent('hang') hang() {
        started.resolve();
        return new Promise(() => {});
      }
    }
    await using test = await createTestApp(Hanging, { ...cell, limits: { closeTimeoutMs: 1_000 } });
    const client = await test.client.connect();
    const call = expect(client.call('hang')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await started.promise;
    await test.app.close();
    await call;
  });
});

describe('beforeClose()', () => {
  it('runs ahead of the connections, whose clients still hear what it sends', async () => {
    await using test = await createTestApp(Echo);
    const client = await test.client.connect();
    test.app.beforeClose(async () => {
      await Promise.resolve();
      test.app.io.emit('last', 'words');
    });
    await test.app.close();
    expect(await client.next('last')).toBe('words');
  });

  it('keeps nothing open when it fails, or never ends', async () => {
    const test = await createTestApp(Echo, { limits: { closeTimeoutMs: 50 } });
    const broken = new Error('broken');
    test.app.beforeClose(() => {
      throw broken;
    });
    test.app.beforeClose(() => new Promise(() => {}));
    await test.app.close();
    expect(test.takeErrors()).toEqual([broken, expect.objectContaining({ code: 'TIMEOUT' })]);
    await test.close();
  });
});

describe('listen()', () => {
  it('says which port, host or state is wrong', async () => {
    for (const port of [-1, 65_536, 1.5, Number.NaN, '3000', 'chat.sock', '', null]) {
      const error = await refuseToListen(Echo, port);
      const given = typeof port === 'string' ? `'${port}'` : String(port);
      expect(error.problems).toMatchObject([
        { code: 'GW_ERR_BOOT_BAD_PORT', message: expect.stringContaining(`\`${given}\``) },
      ]);
      expect(error.message).toContain(String(port));
    }
    await using test = await createTestApp(Echo);
    const { port } = test.app.address as AddressInfo;
    expect((await refuseToListen(Echo, port, '127.0.0.1')).problems).toMatchObject([
      { code: 'GW_ERR_BOOT_PORT_IN_USE', message: `port ${port} on 127.0.0.1 is taken by another process` },
    ]);
    expect((await refuseToListen(Echo, 0, '192.0.2.1')).problems).toMatchObject([
      { code: 'GW_ERR_BOOT_BAD_HOST' },
    ]);
    await expect(test.app.listen(0)).rejects.toMatchObject({ problems: [{ code: 'GW_ERR_BOOT_STATE' }] });
  });

  it('leaves nothing open when it fails half-way', async () => {
    const disposed: string[] = [];
    @Gateway('/')
    class Pooled {
      constructor(@inject('POOL') readonly pool: unknown) {}
    }
    await using test = await createTestApp(Echo);
    const app = createApp({
      gateways: [Pooled],
      logger: false,
      providers: [
        {
          provide: 'POOL',
          useFactory: async () => ({ [Symbol.asyncDispose]: async () => disposed.push('pool') }),
        },
      ],
    });
    const { port } = test.app.address as AddressInfo;
    await expect(app.listen(port, '127.0.0.1')).rejects.toBeInstanceOf(BootError);
    expect(disposed).toEqual(['pool']);
    await expect(app.listen(0)).rejects.toMatchObject({ problems: [{ code: 'GW_ERR_BOOT_STATE' }] });
  });

  it('opens nothing before it is called', () => {
    const app = createApp({ gateways: [Echo] });
    expect(app.plan().namespaces).toHaveLength(1);
    expect(app.address).toBeNull();
    expect(Object.isFrozen(app.plan())).toBe(true);
  });

  it('attaches to a server of the owner, and leaves it as it was', async () => {
    const server = createServer((_request, response) => response.end('page'));
    const app = createApp({ gateways: [Echo], server, logger: false });
    await app.listen();
    expect(server.listening).toBe(false);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await (await fetch(url)).text()).toBe('page');
    expect((await fetch(`${url}/socket.io/socket.io.js`)).headers.get('content-type')).toContain(
      'javascript',
    );
    const client = io(url, { reconnection: false });
    expect(await client.timeout(WAIT_MS).emitWithAck('echo', 1)).toEqual({ ok: true, data: 1 });
    client.close();
    await app.close();
    expect(server.listening).toBe(true);
    expect([server.listenerCount('request'), server.listenerCount('upgrade')]).toEqual([1, 0]);
    expect(await (await fetch(`${url}/socket.io/`)).text()).toBe('page');
    // A request of the client that was under way may have left a connection that is kept alive.
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });

  it('runs several applications in one process', async () => {
    await using one = await createTestApp(Echo);
    await using two = await createTestApp(Echo);
    expect(await (await one.client.connect()).call('echo', 1)).toBe(1);
    expect(await (await two.client.connect()).call('echo', 2)).toBe(2);
  });
});
