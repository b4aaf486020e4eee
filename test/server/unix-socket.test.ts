import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { type AppOptions, createApp, type EventContext, Gateway, OnEvent } from '../../src/index.js';
import { freePort } from '../support/free-port.js';
import { Nginx } from '../support/nginx.js';
import { POLLING } from '../support/raw-http.js';
import { WAIT_MS } from '../support/within.js';

@Gateway('/')
class Home {
  @OnEvent('where') where(_: unknown, { handshake }: EventContext) {
    return handshake.address;
  }
}

let folder = '';
const closing: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gatewire-unix-'));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true });
});

const limits = { connectionsPerAddress: 1, closeTimeoutMs: 50 };

/** Asks a server on a Unix socket; returns the status and the text. */
function ask(socketPath: string, url: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const asking = request({ socketPath, path: url, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    asking.on('error', reject).end();
  });
}

describe('a server on a Unix socket', () => {
  /** Starts one; returns a function that asks it for a connection. */
  async function start(options: Partial<AppOptions>) {
    const server = createServer();
    const app = createApp({ gateways: [Home], server, logger: false, ...options });
    const socketPath = path.join(folder, 'socket');
    await app.listen();
    server.listen(socketPath);
    await once(server, 'listening');
    closing.push(
      () => app.close(),
      () => server.close(),
    );
    const addresses: string[] = [];
    app.io.engine.on('connection', ({ remoteAddress }: { remoteAddress: string }) =>
      addresses.push(remoteAddress),
    );
    const connect = async (headers?: Record<string, string>) =>
      (await ask(socketPath, POLLING, headers)).status;
    return { connect, addresses };
  }

  it('does not take all clients for one address', async () => {
    const { connect } = await start({ limits });
    expect([await connect(), await connect()]).toEqual([200, 200]);
  });

  it('believes a proxy that the list names as `unix`', async () => {
    const { connect, addresses } = await start({ limits, trustProxy: ['unix', '10.0.0.0/8'] });
    const from = (address: string) => connect({ 'x-forwarded-for': address });
    expect([await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.2, 10.0.0.1')]).toEqual([
      200, 429, 200,
    ]);
    expect(addresses).toEqual(['192.0.2.1', '192.0.2.2']);
  });

  it('does not without it', async () => {
    const { connect, addresses } = await start({
      trustProxy: ['10.0.0.0/8'],
      limits: { closeTimeoutMs: 50 },
    });
    await connect({ 'x-forwarded-for': '192.0.2.1' });
    expect(addresses).toEqual(['']);
  });
});

describe('listen() with a path', () => {
  /** Starts an application on the path of a Unix socket; returns it with its log. */
  async function start(socketPath: string, options: Partial<AppOptions> = {}) {
    const records: object[] = [];
    const keep = (record: object): void => void records.push(record);
    const logger = { debug() {}, info: keep, warn: keep, error: keep };
    const app = createApp({ gateways: [Home], logger, limits: { closeTimeoutMs: 50 }, ...options });
    closing.push(() => app.close());
    await app.listen(socketPath);
    return { app, records };
  }

  it('serves there, answers for its health, and leaves nothing', async () => {
    const socketPath = path.join(folder, 'chat.sock');
    const { app, records } = await start(socketPath, { health: {} });
    expect(records).toEqual([{ event: 'app.listening', path: socketPath }]);
    expect(app.address).toBeNull();
    expect((await ask(socketPath, POLLING)).status).toBe(200);
    expect(await ask(socketPath, '/readyz')).toEqual({ status: 200, body: '{"status":"ok"}' });
    await app.close();
    expect(existsSync(socketPath)).toBe(false);
  });

  it('keeps connections that have sent their request, whatever the limits of silent ones', async () => {
    const socketPath = path.join(folder, 'chat.sock');
    const limits = { closeTimeoutMs: 50, silentConnections: 1, requestHeadTimeoutMs: 20 };
    await start(socketPath, { limits });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(socketPath, POLLING)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('takes the place of a process that was killed, and of no other', async () => {
    const socketPath = path.join(folder, 'chat.sock');
    const killed = `require('net').createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', killed]);
    expect(statSync(socketPath).isSocket()).toBe(true);
    await start(socketPath);
    await expect(start(socketPath)).rejects.toMatchObject({
      problems: [
        {
          code: 'GW_ERR_BOOT_BAD_PATH',
          message: `cannot listen on the path \`${socketPath}\`: EADDRINUSE`,
          help: expect.stringContaining('another process listens there'),
        },
      ],
    });
    expect((await ask(socketPath, POLLING)).status).toBe(200); // the first one is as it was
  });

  it.each([
    ['a file', (file: string) => file, 'another process listens there, or the path is a file'],
    ['a folder that is missing', (file: string) => `${file}-none/chat.sock`, 'make the folder'],
    ['a folder that is a file', (file: string) => `${file}/chat.sock`, 'in a folder that exists'],
    ['a path that is too long', (file: string) => `${file}-${'x'.repeat(200)}`, 'at most 100 bytes'],
  ])('refuses %s', async (_what, pathOf, help) => {
    const file = path.join(folder, 'file');
    writeFileSync(file, 'text');
    await expect(start(pathOf(file))).rejects.toMatchObject({
      problems: [{ code: 'GW_ERR_BOOT_BAD_PATH', help: expect.stringContaining(help) }],
    });
  });

  it('serves clients of an nginx with `unix:`, over both transports', async () => {
    const socketPath = path.join(folder, 'chat.sock');
    await start(socketPath, { trustProxy: ['unix'] });
    const port = await freePort();
    const nginx = await Nginx.start(
      `map $http_upgrade $connection_header { '' ''; default upgrade; }
      upstream chat { server unix:${socketPath}; }
      server {
        listen 127.0.0.1:${port};
        location /socket.io/ {
          proxy_pass http://chat;
          proxy_http_version 1.1;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $connection_header;
          proxy_set_header Host $http_host;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
      }`,
      port,
    );
    try {
      for (const transport of ['websocket', 'polling']) {
        const client = io(`http://127.0.0.1:${port}`, { transports: [transport], forceNew: true });
        const answer = await client.timeout(WAIT_MS).emitWithAck('where');
        expect(answer).toEqual({ ok: true, data: '127.0.0.1' });
        client.disconnect();
      }
    } finally {
      await nginx.stop();
    }
  });
});

it('a server of node:http2 has the type that `server` takes', () => {
  const server = createSecureServer({ allowHTTP1: true });
  expect(() => createApp({ gateways: [Home], server, logger: false }).plan()).not.toThrow();
});
