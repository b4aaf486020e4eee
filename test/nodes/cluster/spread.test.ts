import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { POLLING } from '../../support/raw-http.js';
import { engineUrl, WebSocket } from '../../support/raw-websocket.js';
import { ask, Cores, type Guest, next } from './cores.js';

interface Look {
  readonly count: number;
  readonly ids: readonly string[];
  readonly answers: readonly unknown[];
  readonly missing: readonly string[];
  readonly missingNodes?: readonly string[];
}

let cores: Cores;
let guests: readonly Guest[];
beforeAll(async () => {
  cores = await Cores.start({ isSource: true });
  const all: Guest[] = [];
  for (const transport of ['websocket', 'polling', 'websocket', 'polling', 'websocket', 'polling']) {
    all.push(await cores.guest({ transports: [transport] }));
  }
  all.push(await cores.guest({ transports: ['polling', 'websocket'] }));
  for (const { socket, id } of all) socket.on('ask', (question, ack) => ack(`${question} ${id}`));
  guests = all;
});
afterAll(() => cores?.[Symbol.asyncDispose]());

const [at, others] = [(i: number) => guests[i] as Guest, (but: Guest) => guests.filter((one) => one !== but)];

describe('an application on three cores', () => {
  it('spreads its clients', () => {
    const counts = cores.pids.map((pid) => guests.filter((guest) => guest.pid === pid).length);
    expect(counts.reduce((sum, count) => sum + count)).toBe(7);
    expect(Math.min(...counts)).toBe(2);
  });

  it.each([0, 1])(
    'brings what one client sends to the clients of all nodes, also as binary (%i)',
    async (i) => {
      const sender = at(i);
      const value = { text: 'hi', bytes: Buffer.alloc(200_000, 7), at: new Date(0) };
      const heard = others(sender).map(({ socket }) => next<{ bytes: Buffer }>(socket, 'said'));
      sender.socket.emit('say', value);
      for (const said of await Promise.all(heard)) {
        expect(said).toMatchObject({ text: 'hi', at: '1970-01-01T00:00:00.000Z' });
        expect(value.bytes.equals(said.bytes)).toBe(true);
      }
    },
  );

  it('shows clients of other nodes what it shows those of its own', async () => {
    const heard = guests.map(({ socket }) => next(socket, 'priced'));
    await ask(at(0), 'price', 500);
    expect(new Set(await Promise.all(heard))).toEqual(new Set(['5 EUR']));
  });

  it('keeps a polling session with its node, however many requests it makes', async () => {
    const polling = [1, 3, 5].map(at);
    expect(new Set(polling.map(({ pid }) => pid)).size).toBeGreaterThan(1);
    for (let i = 0; i < 70; i++) {
      const answers = await Promise.all(polling.map((guest) => ask<{ pid: number }>(guest, 'who')));
      expect(answers.map(({ pid }) => pid)).toEqual(polling.map(({ pid }) => pid));
    }
    expect(polling.map(({ socket }) => socket.io.engine.transport.name)).toEqual(Array(3).fill('polling'));
  });

  it('takes a large message over polling', async () => {
    const sender = at(1);
    const heard = next<Buffer>(at(0).socket, 'said');
    sender.socket.emit('say', Buffer.alloc(600_000, 1));
    expect((await heard).length).toBe(600_000);
  });

  it('counts, lists and asks the clients of all nodes', async () => {
    const seen = await ask<Look>(at(0), 'look', 3_000);
    expect(seen).toMatchObject({ count: 7, missing: [] });
    expect([...seen.ids].sort()).toEqual(guests.map(({ id }) => id).sort());
    expect([...seen.answers].sort()).toEqual(guests.map(({ id }) => `who ${id}`).sort());
    for (const { id } of guests) expect(await ask(at(0), 'call', id)).toBe(`you ${id}`);
    await expect(ask(at(0), 'call', 'nobody')).rejects.toThrow('NOT_FOUND');
    expect(await ask(at(0), 'health')).toMatchObject({
      status: 'ok',
      counters: { droppedMessages: 0, malformedMessages: 0 },
    });
  });

  it.each(['content-length', 'transfer-encoding'])('refuses a WebSocket with %s', async (header) => {
    // The library would pass all its bytes through the primary, where no node can stop reading.
    const client = new WebSocket(engineUrl(cores.url), { headers: { [header]: '0' } });
    const error = await new Promise<Error>((resolve) => client.on('error', resolve));
    expect(error.message).toContain('400');
  });

  it('counts rates for all nodes together', async () => {
    const answers = await Promise.allSettled(guests.map((guest) => ask(guest, 'few')));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(JSON.stringify(answers.map(String))).not.toContain('INTERNAL');
  });

  it('names a node that is frozen, and goes on without it', async () => {
    const frozen = cores.pids.find((pid) => pid !== at(0).pid) as number;
    const living = guests.filter(({ pid }) => pid !== frozen);
    process.kill(frozen, 'SIGSTOP');
    try {
      const seen = await ask<Look>(at(0), 'look', 2_000);
      expect(seen.count).toBe(living.length);
      expect(seen.missing).toEqual([expect.stringContaining(`:${frozen}:`)]);
      expect(seen.missingNodes).toEqual(seen.missing);
      expect([...seen.answers].sort()).toEqual(living.map(({ id }) => `who ${id}`).sort());
    } finally {
      process.kill(frozen, 'SIGCONT');
    }
    const all = async () => (await ask<Look>(at(0), 'look', 3_000)).count;
    while ((await all()) !== guests.length);
  });
});

it('nodes share the path of a Unix socket', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-path-'));
  const socketPath = path.join(folder, 'chat.sock');
  try {
    const env = { SHAPE: 'path', SOCKET_PATH: socketPath };
    await using one = await Cores.start({ nodes: 2, env, cluster: { port: undefined } });
    expect(one.output).toContain(`app.listening path=${socketPath}`);
    for (let i = 0; i < 4; i++) {
      const status = await new Promise((resolve, reject) => {
        const asking = request({ socketPath, path: POLLING, agent: false }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode));
        });
        asking.on('error', reject).end();
      });
      expect(status).toBe(200);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
