import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AppOptions, createApp, Gateway } from '../../src/index.js';
import { POLLING } from '../support/raw-http.js';

@Gateway('/')
class Home {}

describe('a server on a Unix socket', () => {
  let folder = '';
  const closing: (() => unknown)[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'gatewire-unix-'));
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    rmSync(folder, { recursive: true });
  });

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
    const connect = (headers: Record<string, string> = {}) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asking = request({ socketPath, path: POLLING, headers, agent: false }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode));
        });
        asking.on('error', reject).end();
      });
    return { connect, addresses };
  }

  const limits = { connectionsPerAddress: 1, closeTimeoutMs: 50 };

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

it('a server of node:http2 has the type that `server` takes', () => {
  const server = createSecureServer({ allowHTTP1: true });
  expect(() => createApp({ gateways: [Home], server, logger: false }).plan()).not.toThrow();
});
