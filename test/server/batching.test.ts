import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { io as connect, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import { createApp, Gateway, OnEvent } from '../../src/index.js';
import { CertificateFolder } from '../support/certificate.js';
import { within } from '../support/within.js';
import { randomOf } from '../unit/transport/websocket-schedules.js';

// One conversation, with plain Socket.IO and with messages that leave together: what a client sees of both is the same.

const MESSAGES = 666;
const LONG = 'é'.repeat(35_000);

@Gateway('/')
class EchoGateway {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

interface Running {
  readonly url: string;
  close(): Promise<unknown>;
}

/** Sends a mixture to one client, in many ticks and turns, and ends with `done`. */
async function speak(socket: Socket, io: Server): Promise<void> {
  await socket.join('room');
  for (let i = 0; i < MESSAGES; i++) {
    const kind = i % 9;
    if (kind < 2) socket.emit('direct', i);
    else if (kind === 2) io.to('room').emit('room', i, 'grüße 🙂');
    else if (kind === 3) io.to('room').emit('room bytes', i, Buffer.from(`bytes ${i}`));
    else if (kind === 4) socket.emit('bytes', i, new Uint8Array(i % 200), { inside: Buffer.alloc(9, i) });
    else if (kind === 5) socket.compress(false).emit('question', i, () => {});
    else if (kind === 6) io.emit('all', i, { text: 'x'.repeat(i * 3) });
    else if (kind === 7) socket.emit('long', i, i % 90 === 7 ? LONG : 'short');
    else
      await new Promise<void>((resolve) => (i % 2 === 0 ? setImmediate(resolve) : queueMicrotask(resolve)));
  }
  socket.emit('done');
}

/** Sends what a seed says, and disconnects the client at its end or in the middle. */
async function speakAtRandom(socket: Socket, io: Server, seed: number): Promise<void> {
  const random = randomOf(seed);
  await socket.join('room');
  for (let i = 0; i < 60 && random() < 0.98; i++) {
    const kind = random();
    if (kind < 0.3) socket.emit('direct', i, kind < 0.02 ? LONG : 'short');
    else if (kind < 0.5) io.to('room').emit('room', i);
    else if (kind < 0.7) io.to('room').emit('bytes', i, Buffer.alloc(Math.floor(random() * 9_000), i));
    else if (kind < 0.85) await new Promise<void>((resolve) => process.nextTick(resolve));
    else await new Promise<void>((resolve) => setImmediate(resolve));
  }
  socket.disconnect(true);
}

/** Starts a server that speaks with each client once it is told to. */
type Start = (options: Partial<ServerOptions>, tls?: { key: string; cert: string }) => Promise<Running>;

function serve(io: Server): void {
  io.on('connection', (socket) => {
    socket.once('begin', () => void speak(socket, io));
    socket.once('random', (seed: number) => void speakAtRandom(socket, io, seed));
    socket.once('leave', () => {
      for (let i = 0; i < 50; i++) socket.emit('last', i);
      socket.disconnect(true);
    });
  });
}

const startPlain: Start = async (options, tls) => {
  const http =
    tls === undefined
      ? createServer()
      : createTlsServer({ key: readFileSync(tls.key), cert: readFileSync(tls.cert) });
  const io = new Server(http, { ...options });
  serve(io);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return { url: `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}`, close: () => io.close() };
};

const startBatching: Start = async (socket, tls) => {
  const warn = jest.fn();
  const app = createApp({
    gateways: [EchoGateway],
    logger: { debug() {}, info() {}, warn, error: warn },
    socket,
    ...(tls && { tls }),
  });
  await app.listen(0, '127.0.0.1');
  // Where the packages did not fit, one warning would say so, and messages would leave as in plain Socket.IO.
  expect(warn).not.toHaveBeenCalled();
  serve(app.io);
  return {
    url: `http${tls === undefined ? '' : 's'}://127.0.0.1:${app.address?.port}`,
    close: () => app.close(),
  };
};

/** What a client hears until `done`, or until it is disconnected. */
async function hear(
  start: Start,
  word: 'begin' | 'leave',
  client: Partial<ManagerOptions & SocketOptions>,
  options: Partial<ServerOptions> = {},
  tls?: { key: string; cert: string },
): Promise<unknown[]> {
  const server = await start(options, tls);
  const socket = connect(server.url, {
    forceNew: true,
    reconnection: false,
    rejectUnauthorized: false,
    ...client,
  });
  const heard: unknown[] = [];
  try {
    await within(
      'the last message',
      new Promise<void>((resolve) => {
        socket.onAny((...args: unknown[]) => {
          const answer = args.at(-1);
          if (typeof answer === 'function') answer('yes');
          heard.push(args.map((arg) => (typeof arg === 'function' ? 'question' : arg)));
          if (args[0] === 'done') resolve();
        });
        socket.on('disconnect', (reason) => {
          heard.push(reason);
          resolve();
        });
        socket.on('connect', () => socket.emit(word));
      }),
    );
  } finally {
    socket.disconnect();
    await server.close();
  }
  return heard;
}

/** What a client hears of a conversation at random until it is disconnected. */
async function listen(url: string, seed: number): Promise<unknown[]> {
  const socket = connect(url, { forceNew: true, reconnection: false, transports: ['websocket'] });
  const heard: unknown[] = [];
  socket.onAny((...args: unknown[]) => heard.push(args));
  socket.on('connect', () => socket.emit('random', seed));
  const ended = new Promise((resolve) => socket.on('disconnect', resolve));
  heard.push(await within('the end of a conversation', ended));
  return heard;
}

describe('messages that leave together', () => {
  const folder = new CertificateFolder();
  const tls = { key: '', cert: '' };
  beforeAll(() => void Object.assign(tls, folder.make('localhost')));
  afterAll(() => folder[Symbol.dispose]());

  it.each([
    { title: 'WebSocket', client: { transports: ['websocket'] } },
    { title: 'polling', client: { transports: ['polling'] } },
    { title: 'polling that is upgraded meanwhile', client: { transports: ['polling', 'websocket'] } },
    {
      title: 'compressed WebSocket',
      client: { transports: ['websocket'] },
      options: { perMessageDeflate: { threshold: 100 } },
    },
    { title: 'TLS', client: { transports: ['websocket'] }, isEncrypted: true },
  ])(
    'arrive as they do from plain Socket.IO: $title',
    async ({ client, options = {}, isEncrypted = false }) => {
      const certificate = isEncrypted ? tls : undefined;
      const expected = await hear(startPlain, 'begin', client, options, certificate);
      const found = await hear(startBatching, 'begin', client, options, certificate);
      expect(expected.length).toBeGreaterThan(MESSAGES / 2);
      expect(found).toEqual(expected);
    },
  );

  it('arrive as they do from plain Socket.IO when a client is disconnected anywhere', async () => {
    const [plain, batching] = await Promise.all([startPlain({}), startBatching({})]);
    try {
      for (let seed = 1; seed <= 60; seed++) {
        const heard = [plain, batching].map(({ url }) => listen(url, seed));
        const [expected, found] = await Promise.all(heard);
        expect({ seed, heard: found }).toEqual({ seed, heard: expected });
      }
    } finally {
      await Promise.all([plain.close(), batching.close()]);
    }
  });

  it.each([{}, { perMessageDeflate: { threshold: 100 } }])(
    'are answers to what the client sent, whatever its length, with %j',
    async (options) => {
      const server = await startBatching(options);
      const socket = connect(server.url, { forceNew: true, transports: ['websocket'] });
      const random = randomOf(7);
      try {
        for (let round = 0; round < 40; round++) {
          // Several of a chunk, at any place in it, and of several chunks each.
          const sent = Array.from({ length: 8 }, (_, i) => {
            const length = Math.floor(random() * (i === 7 ? 90_000 : 700));
            return i % 2 === 0 ? 'é→'.repeat(length) : Buffer.alloc(length, `${round} ${i}`);
          });
          const answers = sent.map((one) => socket.timeout(60_000).emitWithAck('echo', one));
          expect((await Promise.all(answers)).map(({ data }) => data)).toEqual(sent);
        }
      } finally {
        socket.disconnect();
        await server.close();
      }
    },
  );

  it('arrive ahead of a disconnect in the same turn', async () => {
    const client = { transports: ['websocket'] };
    const expected = await hear(startPlain, 'leave', client);
    expect(await hear(startBatching, 'leave', client)).toEqual(expected);
  });

  it('arrive where the process ends in the same tick', async () => {
    const server = fork('test/fixtures/batching/exit.mjs', { timeout: 60_000 });
    const [port] = await once(server, 'message');
    const socket = connect(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false });
    try {
      const last = new Promise((resolve) => socket.on('last', resolve));
      socket.emit('end');
      expect(await within('the last word', last)).toBe('word');
    } finally {
      socket.disconnect();
      server.kill();
    }
  });
});
