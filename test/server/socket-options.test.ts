import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerOptions } from 'socket.io';
import { WebSocket } from 'ws';
import { SOCKET_OPTIONS } from '../../src/app/socket-options.js';
import { BootError, createApp, Gateway, OnEvent } from '../../src/index.js';
import { createTestApp, type TestApp } from '../../src/testing/index.js';
import { ask, askUpgrade, POLLING, WEBSOCKET } from '../support/raw-http.js';

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

type Options = Partial<ServerOptions>;

const start = (socket: object): Promise<TestApp> =>
  createTestApp(Echo, { socket: socket as Options, limits: { closeTimeoutMs: 50 } });
const portOf = ({ app }: TestApp): number => app.address?.port as number;

/** The answer of Engine.IO to a handshake. */
async function handshake(test: TestApp): Promise<Record<string, unknown>> {
  return JSON.parse((await ask(portOf(test))).body.slice(1)) as Record<string, unknown>;
}

function problemsOf(socket: unknown): readonly string[] {
  try {
    createApp({ gateways: [Echo], socket: socket as Options, logger: false }).plan();
    return [];
  } catch (error) {
    return (error as BootError).problems.map(({ code, message }) => `${code} ${message}`);
  }
}

describe('an option of Socket.IO', () => {
  it.each(Object.entries(SOCKET_OPTIONS).filter(([, { is }]) => is === 'refused'))(
    '`%s` that is refused is a problem, and none when it is undefined',
    (name) => {
      expect(problemsOf({ [name]: true })).toEqual([
        `GW_ERR_BUILD_SOCKET_OPTION \`socket.${name}\` is an option of Socket.IO that gatewire does not take`,
      ]);
      expect(problemsOf({ [name]: undefined })).toEqual([]);
    },
  );

  it.each(Object.entries(SOCKET_OPTIONS).filter(([, { is }]) => is === 'honoured'))(
    '`%s` with a value of no use is a problem',
    (name) => {
      expect(problemsOf({ [name]: Symbol.iterator })).toEqual([
        expect.stringMatching(`^GW_ERR_BUILD_BAD_OPTION option \`${name}\` is `),
      ]);
    },
  );

  it.each<readonly [Options, string]>([
    [{ transports: ['polling', 'webtransport'] }, 'transports'],
    [{ transports: [] }, 'transports'],
    [{ connectionStateRecovery: { skipMiddlewares: true } }, 'connectionStateRecovery'],
    [{ cors: (_request, done) => done(null, {}) }, 'cors'],
    [{ path: 'live' }, 'path'],
    [{ pingTimeout: 2 ** 31 }, 'pingTimeout'],
  ])('of the value %j is a problem', (socket, name) => {
    expect(problemsOf(socket)).toEqual([
      expect.stringMatching(`^GW_ERR_BUILD_BAD_OPTION option \`${name}\` is `),
    ]);
  });

  it('that is misspelt is a problem', () => {
    expect(problemsOf({ pingTimeOut: 1_000 })).toEqual([
      'GW_ERR_BUILD_UNKNOWN_OPTION `pingTimeOut` is not an option of `socket`, the options of Socket.IO',
    ]);
  });

  it('that is undefined leaves the default', async () => {
    await using test = await start({
      parser: undefined,
      connectTimeout: undefined,
      maxHttpBufferSize: undefined,
    });
    const client = await test.client.connect();
    const deep = '['.repeat(40) + ']'.repeat(40);
    await expect(client.call('echo', JSON.parse(deep))).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });
});

describe('of a handshake', () => {
  it.each<readonly [Options, Record<string, unknown>]>([
    [{ pingInterval: 12_345 }, { pingInterval: 12_345 }],
    [{ pingTimeout: 12_345 }, { pingTimeout: 12_345 }],
    [{ maxHttpBufferSize: 12_345 }, { maxPayload: 12_345 }],
    [{ allowUpgrades: false }, { upgrades: [] }],
    [{ transports: ['polling'] }, { upgrades: [] }],
  ])('%j is honoured', async (socket, expected) => {
    await using test = await start(socket);
    expect(await handshake(test)).toMatchObject(expected);
  });

  it('`transports` and `allowRequest` refuse', async () => {
    await using one = await start({ transports: ['websocket'] });
    expect((await ask(portOf(one))).status).toBe(400);
    const allowRequest: ServerOptions['allowRequest'] = (_request, decide) => decide(null, false);
    await using other = await start({ allowRequest } satisfies Options);
    expect((await ask(portOf(other))).status).toBe(403);
  });

  it('`cookie` names the session', async () => {
    await using test = await start({ cookie: { name: 'session', httpOnly: true } });
    const { headers, body } = await ask(portOf(test));
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    expect(headers['set-cookie']).toEqual([expect.stringContaining(`session=${sid}`)]);
  });

  it('`initialPacket` comes first', async () => {
    await using test = await start({ initialPacket: '2["hello"]' });
    const { body } = await ask(portOf(test));
    expect(body.split('\x1e')[1]).toBe('42["hello"]');
  });

  it('`httpCompression` compresses what is long', async () => {
    await using test = await start({ httpCompression: { threshold: 1 } });
    const { headers } = await ask(portOf(test), { headers: { 'accept-encoding': 'gzip' } });
    expect(headers['content-encoding']).toBe('gzip');
    await using other = await start({ initialPacket: `2["${'x'.repeat(2_000)}"]` });
    const plain = await ask(portOf(other), { headers: { 'accept-encoding': 'gzip' } });
    expect(plain.headers['content-encoding']).toBeUndefined();
  });

  it('`perMessageDeflate` is agreed on', async () => {
    for (const perMessageDeflate of [true, false]) {
      await using test = await start({ perMessageDeflate });
      const answer = await askUpgrade(portOf(test), {
        headers: { 'sec-websocket-extensions': 'permessage-deflate' },
      });
      answer.socket?.destroy();
      expect(answer.headers['sec-websocket-extensions']).toBe(
        perMessageDeflate ? 'permessage-deflate' : undefined,
      );
    }
  });
});

describe('of time', () => {
  it('`connectTimeout` ends a connection without a namespace', async () => {
    await using test = await start({ connectTimeout: 50 });
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(test)}${WEBSOCKET}`);
    await new Promise((resolve) => socket.on('close', resolve));
  });

  it('`upgradeTimeout` ends a probe that is not followed up', async () => {
    await using test = await start({ upgradeTimeout: 50 });
    const { sid } = await handshake(test);
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(test)}${WEBSOCKET}&sid=${sid}`);
    socket.on('open', () => socket.send('2probe'));
    await new Promise((resolve) => socket.on('close', resolve));
  });
});

describe('of the path', () => {
  it('`path` is honoured, with a slash at the end and without', async () => {
    for (const addTrailingSlash of [true, false]) {
      await using test = await start({ path: '/live', addTrailingSlash });
      for (const path of ['/live/', '/live']) {
        const { status } = await ask(portOf(test), { path: POLLING.replace('/socket.io/', path) });
        expect(status).toBe(200);
      }
      expect((await ask(portOf(test))).status).toBe(404);
    }
  });

  it('`serveClient` serves the bundles, to modules of pages elsewhere as well', async () => {
    const path = '/socket.io/socket.io.esm.min.js';
    await using test = await start({});
    const headers = { origin: 'https://app.example', 'accept-encoding': 'gzip' };
    const file = await ask(portOf(test), { path, headers });
    expect(file.status).toBe(200);
    expect(file.headers['access-control-allow-origin']).toBe('*');
    await using other = await start({ serveClient: false });
    expect((await ask(portOf(other), { path })).status).toBe(400);
  });

  describe('upgrades outside of it', () => {
    const servers: Server[] = [];
    afterEach(() => {
      for (const server of servers.splice(0)) server.close();
    });

    /** Attaches to a server of its own with a second listener, which answers when it is told to. */
    async function attach(socket: Options) {
      const server = createServer();
      servers.push(server);
      let answer: () => void = () => {};
      server.on('upgrade', (_request, stream) => {
        answer = () => stream.end('HTTP/1.1 418 Mine\r\ncontent-length: 0\r\n\r\n');
      });
      const app = createApp({
        gateways: [Echo],
        server,
        socket,
        limits: { closeTimeoutMs: 50 },
        logger: false,
      });
      await app.listen(0, '127.0.0.1');
      const { port } = server.address() as AddressInfo;
      return { app, asking: askUpgrade(port, { path: '/other' }), port, answer: () => answer() };
    }

    it('end after `destroyUpgradeTimeout`', async () => {
      const { app, asking } = await attach({ destroyUpgradeTimeout: 20 });
      expect((await asking).status).toBe(404);
      await app.close();
    });

    it('are left alone with `destroyUpgrade: false`', async () => {
      const { app, asking, port, answer } = await attach({ destroyUpgrade: false, destroyUpgradeTimeout: 1 });
      let isOver = false;
      void asking.then(() => {
        isOver = true;
      });
      // Each of them takes longer than the time limit that must not count.
      for (let i = 0; i < 10; i++) await ask(port);
      expect(isOver).toBe(false);
      answer();
      expect((await asking).status).toBe(418);
      await app.close();
    });
  });
});
