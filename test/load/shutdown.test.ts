import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { ServerProcess } from '../support/server-process.js';
import { within } from '../support/within.js';

// 20. SIGTERM: readiness off, no new connections, 100 of 100 calls in flight answered, exit 0.
const COUNT = 100;
const running: ServerProcess[] = [];

async function start(env: Readonly<Record<string, string>> = {}) {
  const server = new ServerProcess('test/fixtures/load/draining.ts', 0, { env });
  running.push(server);
  return { server, url: await server.listening() };
}

const open = async (url: string, transport: 'websocket' | 'polling'): Promise<Socket> => {
  const socket = io(url, { transports: [transport], forceNew: true, reconnection: false });
  await once(socket as never, 'connect');
  return socket;
};

async function printed(server: ServerProcess, text: string): Promise<void> {
  const wait = async () => {
    while (!server.printed.includes(text)) await once(server.child, 'output');
  };
  await within(`"${text}" in ${server.printed}`, wait(), 10_000);
}

const statusOf = async (url: string, path: string): Promise<number> => (await fetch(url + path)).status;

afterEach(async () => {
  for (const server of running.splice(0)) await server.kill();
});

describe.each(['websocket', 'polling'] as const)('SIGTERM with 100 calls in flight over %s', (transport) => {
  it('answers all of them, closes so that clients come back, and ends with 0', async () => {
    const { server, url } = await start({ ANNOUNCE_AT: String(COUNT) });
    const sockets = await Promise.all(Array.from({ length: COUNT }, () => open(url, transport)));
    const reasons = Promise.all(sockets.map((socket) => once(socket as never, 'disconnect')));
    const answers = Promise.all(
      sockets.map((socket) => socket.timeout(10_000).emitWithAck('work', 300) as Promise<unknown>),
    );
    await printed(server, 'all work runs');
    server.child.kill('SIGTERM');
    expect(new Set((await answers).map((answer) => JSON.stringify(answer)))).toEqual(
      new Set(['{"ok":true,"data":"done"}']),
    );
    for (const [reason] of await reasons) expect(reason).toMatch(/^transport (close|error)$/);
    expect(await server.exited()).toMatchObject({ code: 0 });
    expect(server.printed).toContain(`left ${COUNT}`);
  });
});

describe('SIGTERM', () => {
  it('turns readiness off first, and refuses new connections after the notice', async () => {
    const { server, url } = await start({ NOTICE_MS: '600', ANNOUNCE_AT: '1' });
    const socket = await open(url, 'websocket');
    expect(await statusOf(url, '/readyz')).toBe(200);
    const answer = socket.emitWithAck('work', 2_000) as Promise<unknown>;
    await printed(server, 'all work runs');
    server.child.kill('SIGTERM');
    while ((await statusOf(url, '/readyz')) === 200);
    expect(await statusOf(url, '/livez')).toBe(200);
    const handshake = '/socket.io/?EIO=4&transport=polling';
    // Load balancers have not noticed yet: who comes now is served, and sent on its way with the others.
    expect(await statusOf(url, handshake)).toBe(200);
    while ((await statusOf(url, handshake)) === 200);
    expect(await statusOf(url, handshake)).toBe(503);
    expect(await answer).toEqual({ ok: true, data: 'done' });
    expect(await server.exited()).toMatchObject({ code: 0 });
  });

  it('ends the process at once when it comes again, and not when a runner repeats it', async () => {
    const { server, url } = await start({ ANNOUNCE_AT: '1' });
    const socket = await open(url, 'websocket');
    socket.emit('work', 8_000);
    await printed(server, 'all work runs');
    server.child.kill('SIGTERM');
    server.child.kill('SIGTERM');
    while ((await statusOf(url, '/readyz')) === 200);
    await delay(1_100);
    expect(server.isRunning).toBe(true);
    server.child.kill('SIGTERM');
    expect(await server.exited()).toMatchObject({ code: 1 });
  });
});
