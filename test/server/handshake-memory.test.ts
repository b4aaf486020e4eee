import { once } from 'node:events';
import { createServer, type Server as HttpServer, IncomingMessage } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { io as connect, Manager, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { type AppOptions, createApp, type EventContext, Gateway, OnEvent } from '../../src/index.js';
import { until } from '../support/until.js';

@Gateway('/')
class Root {
  @OnEvent('request') request(_payload: unknown, { socket }: EventContext) {
    const { method, url, headers } = socket.request;
    return { method, url, agent: headers['x-agent'], isWhole: socket.request instanceof IncomingMessage };
  }
}

@Gateway('/second')
class Second {
  @OnEvent('handshake') handshake(_payload: unknown, { handshake }: EventContext) {
    return {
      agent: handshake.headers['x-agent'],
      token: handshake.query['token'],
      address: handshake.address,
    };
  }
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function start(options: Partial<AppOptions>) {
  const server = createServer();
  const app = createApp({ gateways: [Root, Second], server, logger: false, ...options });
  await app.listen(0, '127.0.0.1');
  return {
    app,
    server,
    url: `http://127.0.0.1:${app.address?.port}`,
    [Symbol.asyncDispose]: () => app.close(),
  };
}

/** Observes the request of the next upgrade without keeping it. */
function nextRequest(server: HttpServer): Promise<WeakRef<IncomingMessage>> {
  return new Promise((resolve) =>
    server.prependOnceListener('upgrade', (request: IncomingMessage) => resolve(new WeakRef(request))),
  );
}

/** Enters `/` by a WebSocket of ws. A client in the same process would keep parts of its own request. */
async function enter(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  await once(socket, 'message');
  socket.send('40');
  await once(socket, 'message');
  return socket;
}

const isGone = (request: WeakRef<IncomingMessage>): boolean => {
  collect();
  return request.deref() === undefined;
};

describe.each(['batching', 'plain'] as const)('what a handshake leaves, with the engine %s', (engine) => {
  it('is not the request, with dropRequest', async () => {
    await using running = await start({ engine, dropRequest: true });
    const request = nextRequest(running.server);
    const client = await enter(running.url);
    const seen = await request;
    await until('the request to be gone', () => isGone(seen));
    client.send('421["request"]');
    const [answer] = await once(client, 'message');
    expect(String(answer)).toContain('"isWhole":false');
    client.close();
  });

  it('is the request, and no listener that waits for what is over', async () => {
    await using running = await start({ engine });
    const request = nextRequest(running.server);
    const sockets: NetSocket[] = [];
    const connections: unknown[] = [];
    running.app.io.engine.on('connection', (one: unknown) => connections.push(one));
    running.server.on('connection', (socket: NetSocket) => sockets.push(socket));
    const client = await enter(running.url);
    const seen = await request;
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(isGone(seen)).toBe(false);
    const [socket] = sockets as [NetSocket];
    expect(socket.listeners('close').map(({ name }) => name)).toEqual(['socketOnClose']);
    const [connection] = connections as [{ transport: { socket: WebSocket } }];
    expect(connection.transport.socket.listeners('error').map(({ name }) => name)).toEqual(['bound onError']);
    client.close();
  });
});

describe('a connection with dropRequest', () => {
  const extraHeaders = { 'x-agent': 'test' };

  it.each(['websocket', 'polling', 'polling and websocket'])(
    'has what the handshake of each namespace is made of, over %s',
    async (names) => {
      await using running = await start({ dropRequest: true });
      const manager = new Manager(running.url, {
        transports: names.split(' and '),
        extraHeaders,
        query: { token: 't' },
      });
      const root = manager.socket('/');
      const first = await root.timeout(10_000).emitWithAck('request', {});
      expect(first.data).toMatchObject({ method: 'GET', agent: 'test', isWhole: false });
      expect(first.data.url).toContain('token=t');
      const second = manager.socket('/second');
      expect(await second.timeout(10_000).emitWithAck('handshake', {})).toEqual({
        ok: true,
        data: { agent: 'test', token: 't', address: '127.0.0.1' },
      });
      for (const socket of [root, second]) socket.disconnect();
    },
  );
});

describe('middleware of the engine', () => {
  it('learns of the end of an upgrade by its response, and keeps what it puts on the request', async () => {
    await using running = await start({ gateways: [Noted] });
    const ended: string[] = [];
    running.app.io.engine.use(
      (request: IncomingMessage & { note?: string }, response: NodeJS.EventEmitter, next: () => void) => {
        request.note = 'from middleware';
        response.once('close', () => ended.push('close'));
        next();
      },
    );
    const socket: Socket = connect(running.url, { transports: ['websocket'] });
    expect(await socket.timeout(10_000).emitWithAck('note', {})).toEqual({
      ok: true,
      data: 'from middleware',
    });
    socket.disconnect();
    await until('the response to end', () => ended.length > 0);
    expect(ended).toEqual(['close']);
  });
});

@Gateway('/')
class Noted {
  @OnEvent('note') note(_payload: unknown, { socket }: EventContext) {
    return (socket.request as IncomingMessage & { note?: string }).note;
  }
}
