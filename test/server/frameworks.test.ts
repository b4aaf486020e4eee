import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import fastify from 'fastify';
import { io } from 'socket.io-client';
import { createApp, Gateway, OnEvent } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';
import { WAIT_MS } from '../support/within.js';

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

/** The server of a framework, how it starts to listen, and how it ends. */
interface Host {
  readonly server: Server;
  listen(): Promise<unknown>;
  close(): Promise<unknown>;
}

const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const close = (server: Server) => new Promise((resolve) => server.close(resolve));

const HOSTS: Readonly<Record<string, () => Host>> = {
  'node:http': () => {
    const server = createServer((_request, response) => response.end('page'));
    return { server, listen: () => listen(server), close: () => close(server) };
  },
  'Express 5': () => {
    const web = express();
    web.use((_request, response) => {
      response.send('page');
    });
    const server = createServer(web);
    return { server, listen: () => listen(server), close: () => close(server) };
  },
  'Fastify 5': () => {
    const web = fastify();
    web.get('/*', async () => 'page');
    return {
      server: web.server,
      listen: () => web.listen({ port: 0, host: '127.0.0.1' }),
      close: () => web.close(),
    };
  },
};

const talk = async (url: string, path: string, transport: string): Promise<unknown> => {
  const client = io(url, { path, transports: [transport], reconnection: false, forceNew: true });
  try {
    return await client.timeout(WAIT_MS).emitWithAck('echo', path);
  } finally {
    client.disconnect();
  }
};

describe.each(Object.keys(HOSTS))('a server of %s', (name) => {
  it('keeps its pages and serves two applications besides', async () => {
    const host = (HOSTS[name] as () => Host)();
    const apps = ['/socket.io', '/admin-socket'].map((path) =>
      createApp({ gateways: [Echo], server: host.server, logger: false, socket: { path } }),
    );
    for (const app of apps) await app.listen();
    await host.listen();
    const url = `http://127.0.0.1:${(host.server.address() as AddressInfo).port}`;
    try {
      for (const path of ['/socket.io', '/admin-socket']) {
        for (const transport of ['websocket', 'polling']) {
          expect(await talk(url, path, transport)).toEqual({ ok: true, data: path });
        }
      }
      for (const page of ['/', '/socket.iox', '/any'])
        expect(await (await fetch(url + page)).text()).toBe('page');
      await apps[0]?.close();
      expect(await talk(url, '/admin-socket', 'websocket')).toEqual({ ok: true, data: '/admin-socket' });
      expect(await (await fetch(`${url}/socket.io/`)).text()).toBe('page');
    } finally {
      for (const app of apps) await app.close();
      const closed = host.close();
      host.server.closeAllConnections();
      await closed;
    }
  });
});

it('applications in one process do not see each other', async () => {
  @Gateway('/')
  class Counter {
    private n = 0;
    @OnEvent('n') n1() {
      return ++this.n;
    }
  }
  await using one = await createTestApp(Counter);
  await using two = await createTestApp(Counter);
  const [a, b] = [await one.client.connect(), await two.client.connect()];
  expect([await a.call('n'), await a.call('n'), await b.call('n')]).toEqual([1, 2, 1]);
  one.app.io.emit('told');
  await a.next('told');
  await b.expectNone('told');
});
