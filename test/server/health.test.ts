import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import fastify from 'fastify';
import { type App, createApp, Gateway, inject, OnEvent } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';
import { deferred } from '../support/deferred.js';
import { freePort } from '../support/free-port.js';

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

const get = async (url: string, init?: RequestInit) => {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as object) };
};

describe('the health endpoints', () => {
  it('answer on a port of their own from the first moment to the last', async () => {
    const gate = deferred();
    const entered = deferred();
    @Gateway('/')
    class Slow {
      constructor(@inject('DATABASE') readonly database: unknown) {}
      @OnEvent('slow') async slow() {
        entered.resolve();
        await gate.promise;
      }
    }
    const booted = deferred();
    const port = await freePort();
    const app = createApp({
      gateways: [Slow],
      providers: [{ provide: 'DATABASE', useFactory: () => booted.promise.then(() => ({})) }],
      health: { port, host: '127.0.0.1' },
      limits: { closeNoticeMs: 2_000 },
      logger: false,
    });
    const base = `http://127.0.0.1:${port}`;
    const listening = app.listen(0, '127.0.0.1');
    // The port opens ahead of everything that may take long.
    const starting = await poll(() => get(`${base}/readyz`));
    expect(starting).toMatchObject({ status: 503, body: { status: 'starting', ready: false } });
    expect(await get(`${base}/livez`)).toMatchObject({ status: 200, body: { status: 'starting' } });
    booted.resolve();
    await listening;
    expect(await get(`${base}/readyz?verbose`)).toEqual({
      status: 200,
      body: { status: 'ok', since: expect.any(Number), ready: true, connections: 0, adapter: null },
    });
    expect((await get(`${base}/elsewhere`)).status).toBe(404);
    const closing = app.close();
    expect(await get(`${base}/readyz`)).toMatchObject({ status: 503, body: { status: 'draining' } });
    expect((await get(`${base}/livez`)).status).toBe(200);
    await closing;
    await expect(fetch(`${base}/livez`)).rejects.toThrow();
    expect(app.health.report()).toMatchObject({ status: 'closed', ready: false });
  });

  it('answer on the server of the application, and nothing else there', async () => {
    await using test = await createTestApp(Echo, { health: { readyPath: '/ready' } });
    await test.client.connect();
    for (const path of ['ready', 'livez'])
      expect(await get(`${test.url}/${path}`)).toEqual({ status: 200, body: { status: 'ok' } });
    expect(test.app.health.report()).toMatchObject({ status: 'ok', connections: 1 });
    expect((await fetch(`${test.url}/readyz`)).status).toBe(404);
    expect((await fetch(`${test.url}/livez`, { method: 'POST' })).status).toBe(405);
    const head = await fetch(`${test.url}/livez`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('are off until they are asked for', async () => {
    await using test = await createTestApp(Echo);
    expect((await fetch(`${test.url}/livez`)).status).toBe(404);
  });

  it('can be mounted into Express and Fastify', async () => {
    const statuses = async (app: App, url: string) => {
      const before = (await get(`${url}/internal/ready`)).status;
      await app.listen();
      const open = (await get(`${url}/internal/ready`)).status;
      await app.close();
      const after = (await get(`${url}/internal/ready`)).status;
      return [before, open, after, (await get(`${url}/internal/live`)).status];
    };
    const web = express();
    const server = createServer(web);
    const mounted = createApp({ gateways: [Echo], server, logger: false });
    web.get('/internal/ready', mounted.health.readyz).get('/internal/live', mounted.health.livez);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await statuses(mounted, url)).toEqual([503, 200, 503, 200]);
    server.close();
    server.closeAllConnections();

    const fast = fastify();
    const app = createApp({ gateways: [Echo], server: fast.server, logger: false });
    fast.get('/internal/ready', (request, reply) => {
      reply.hijack();
      app.health.readyz(request.raw, reply.raw);
    });
    fast.get('/internal/live', (request, reply) => {
      reply.hijack();
      app.health.livez(request.raw, reply.raw);
    });
    const address = await fast.listen({ port: 0, host: '127.0.0.1' });
    expect(await statuses(app, address)).toEqual([503, 200, 503, 200]);
    await fast.close();
  });

  it('are reported when they cannot be had', async () => {
    const health = { port: 0, livePath: 'livez', readiness: true } as never;
    const problems = () => createApp({ gateways: [Echo], health, logger: false }).plan();
    expect(problems).toThrow(/port.*livePath.*readiness/s);
    await using test = await createTestApp(Echo);
    const { port } = test.app.address as AddressInfo;
    const app = createApp({ gateways: [Echo], health: { port, host: '127.0.0.1' }, logger: false });
    await expect(app.listen(0, '127.0.0.1')).rejects.toMatchObject({
      problems: [{ code: 'GW_ERR_BOOT_PORT_IN_USE' }],
    });
  });
});

/** Asks until somebody answers. */
async function poll<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
