import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { io } from 'socket.io-client';
import {
  Emitter,
  type EventContext,
  Gateway,
  GatewireError,
  guardRoom,
  type Handshake,
  OnConnect,
  OnDisconnect,
  OnEvent,
} from '../../src/index.js';
import { createTestApp, type TestApp } from '../../src/testing/index.js';
import { deferred } from '../support/deferred.js';
import { FrameReader } from '../support/frame-reader.js';
import { engineUrl } from '../support/raw-websocket.js';
import { within } from '../support/within.js';

let gone = deferred();
let gate: Promise<void> = Promise.resolve();
let asked = deferred();

/** Takes a token at its word: who, until when. */
async function auth({ auth: { id, expiresAt } }: Handshake) {
  asked.resolve();
  await gate;
  if (id === undefined) throw new GatewireError('UNAUTHENTICATED');
  return { user: { id: String(id) }, expiresAt: new Date(Number(expiresAt)) };
}

@Gateway('/', { auth, data: () => ({ visits: 0 }) })
class Vault {
  @OnConnect() async connect(ctx: EventContext) {
    if (ctx.socket.recovered) return;
    ctx.data = { visits: 1 };
    await ctx.join('vault');
  }
  @OnDisconnect() leave() {
    gone.resolve();
  }
  @OnEvent('where') where(_: unknown, ctx: EventContext) {
    const { recovered, rooms } = ctx.socket;
    return { user: ctx.user, rooms: [...ctx.rooms], stored: rooms.size, recovered, data: ctx.data };
  }
}

let isStaff = true;

@Gateway('/', {
  auth,
  data: () => ({ visits: 0 }),
  rooms: [guardRoom('staff', () => isStaff), guardRoom('*', () => true)],
})
class Staffed extends Vault {
  @OnConnect() async enter(ctx: EventContext) {
    if (isStaff) await ctx.join(['vault', 'news', 'staff']);
    if (isStaff) ctx.data = { visits: 1 };
  }
}

const HOUR_MS = 3_600_000;

/** Reads frames up to the first that begins like this. */
async function until(client: FrameReader, start: string): Promise<readonly string[]> {
  const frames: string[] = [];
  for (;;) {
    const frame = String(await client.next());
    frames.push(frame);
    if (frame.startsWith(start)) return frames;
  }
}

describe('a session that Socket.IO recovers', () => {
  let test: TestApp;
  const readers: FrameReader[] = [];
  const open = async (): Promise<FrameReader> => {
    const reader = new FrameReader(engineUrl(test.url));
    readers.push(reader);
    await reader.opened();
    await until(reader, '0');
    return reader;
  };
  const tell = (text: string) => test.app.get(Emitter).namespace('/').to('vault').emit('told', text);

  /** A client that was in, and whose connection broke before something was sent. */
  const lost = async (): Promise<{ readonly sid: string; readonly pid: string; readonly offset: string }> => {
    const client = await open();
    client.send(`40${JSON.stringify({ id: 'ann', expiresAt: Date.now() + HOUR_MS })}`);
    const [connected = ''] = await until(client, '40');
    const { sid, pid } = JSON.parse(connected.slice(2));
    client.send('420["where"]');
    await until(client, '430');
    tell('seen');
    const [told = ''] = await until(client, '42');
    const offset = JSON.parse(told.slice(2))[2];
    gone = deferred();
    client.socket.terminate();
    await within('the client to be gone', gone.promise);
    tell('missed');
    return { sid, pid, offset };
  };

  beforeEach(async () => {
    gate = Promise.resolve();
    asked = deferred();
    test = await createTestApp(Vault, { socket: { connectionStateRecovery: {} } });
  });
  afterEach(async () => {
    for (const { socket } of readers.splice(0)) socket.terminate();
    await test.close();
  });

  it.each([
    ['an identity that has ended', { id: 'ann', expiresAt: 1 }],
    ['no identity', {}],
  ])('goes through auth again: %s gets nothing of it', async (_, given) => {
    const { pid, offset } = await lost();
    const client = await open();
    client.send(`40${JSON.stringify({ ...given, pid, offset })}`);
    const frames = await until(client, '44');
    expect(frames).toHaveLength(1);
    expect(frames[0]).toContain('UNAUTHENTICATED');
    expect(test.app.io.of('/').adapter.rooms.get('vault')).toBeUndefined();
  });

  it('is given back to its user, with what was sent meanwhile, also while auth ran', async () => {
    const { sid, pid, offset } = await lost();
    const wait = deferred();
    gate = wait.promise;
    asked = deferred();
    const client = await open();
    client.send(`40${JSON.stringify({ id: 'ann', expiresAt: Date.now() + HOUR_MS, pid, offset })}`);
    await asked.promise;
    tell('during auth');
    wait.resolve();
    const [connected = ''] = await until(client, '40');
    expect(JSON.parse(connected.slice(2))).toEqual({ sid, pid });
    expect(JSON.parse((await until(client, '42'))[0]?.slice(2) ?? '').slice(0, 2)).toEqual([
      'told',
      'missed',
    ]);
    expect((await until(client, '42'))[0]).toContain('during auth');
    client.send('421["where"]');
    const [answer = ''] = await until(client, '431');
    expect(JSON.parse(answer.slice(3))).toEqual([
      {
        ok: true,
        data: { user: { id: 'ann' }, rooms: ['vault'], stored: 3, recovered: true, data: { visits: 1 } },
      },
    ]);
    tell('live');
    expect((await until(client, '42'))[0]).toContain('live');
  });

  it.each([true, false])('asks room guards again, also where it is kept only once: %s', async (isKept) => {
    isStaff = true;
    await test.close();
    test = await createTestApp(Staffed, { socket: { connectionStateRecovery: {} } });
    const say = (room: string, text: string) =>
      test.app.get(Emitter).namespace('/').to(room).emit('told', text);
    const { sid, pid, offset } = await lost();
    for (const room of ['staff', 'news', 'staff']) say(room, `missed in ${room}`);
    isStaff = false;
    const adapter = test.app.io.of('/').adapter;
    const restore = adapter.restoreSession.bind(adapter);
    let lookups = 0;
    if (!isKept)
      jest
        .spyOn(adapter, 'restoreSession')
        .mockImplementation((...args) => (++lookups === 1 ? restore(...args) : (null as never)));
    const client = await open();
    client.send(`40${JSON.stringify({ id: 'ann', expiresAt: Date.now() + HOUR_MS, pid, offset })}`);
    const [connected = ''] = await until(client, '40');
    expect(JSON.parse(connected.slice(2)).sid === sid).toBe(isKept);
    say('staff', 'live in staff');
    client.send('420["where"]');
    const frames = await until(client, '430');
    expect(frames.filter((frame) => frame.includes('staff'))).toEqual([]);
    expect(frames.filter((frame) => frame.includes('missed in news'))).toHaveLength(isKept ? 1 : 0);
    expect(JSON.parse(String(frames.at(-1)).slice(3))[0].data).toMatchObject({
      recovered: isKept,
      rooms: isKept ? ['vault', 'news'] : ['vault'], // by its own @OnConnect
      data: { visits: 1 },
    });
  });

  it('needs no other nodes: none is spoken to', async () => {
    const warned = jest.spyOn(console, 'warn'); // Socket.IO's adapter for one node says so when it is asked to
    await test.app.get(Emitter).revoke('nobody');
    await test.close();
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  it('begins anew where the adapter cannot look up what was missed', async () => {
    const { sid, pid, offset } = await lost();
    jest.spyOn(test.app.io.of('/').adapter, 'restoreSession').mockRejectedValue(new Error('no store'));
    const client = await open();
    const given = { id: 'ann', expiresAt: Date.now() + HOUR_MS, pid, offset };
    client.send(`40${JSON.stringify(given)}`);
    const [connected = ''] = await until(client, '40');
    expect(JSON.parse(connected.slice(2)).sid).not.toBe(sid);
    client.send('420["where"]');
    const frames = await until(client, '430');
    expect(frames.at(-1)).toContain('"recovered":false');
    expect(frames.filter((frame) => frame.includes('missed'))).toEqual([]);
  });

  it('is nobody else’s: another user begins anew', async () => {
    const { sid, pid, offset } = await lost();
    const client = await open();
    client.send(`40${JSON.stringify({ id: 'bob', expiresAt: Date.now() + HOUR_MS, pid, offset })}`);
    const frames = await until(client, '40');
    expect(frames).toHaveLength(1);
    const fresh = JSON.parse(String(frames[0]).slice(2));
    expect(fresh.sid).toMatch(/^[A-Za-z0-9_-]{20}$/);
    expect([fresh.sid, fresh.pid]).not.toEqual(expect.arrayContaining([sid]));
    expect(fresh.pid).not.toBe(pid);
    client.send('421["where"]');
    const [answer = ''] = await until(client, '431');
    expect(JSON.parse(answer.slice(3))[0].data).toEqual({
      user: { id: 'bob' },
      rooms: ['vault'], // by its own @OnConnect
      stored: 3,
      recovered: false,
      data: { visits: 1 },
    });
    const namespace = test.app.get(Emitter).namespace('/');
    expect([await namespace.user('ann').count(), await namespace.user('bob').count()]).toEqual([0, 1]);
    namespace.user('ann').emit('told', 'for ann');
    namespace.user('bob').emit('told', 'for bob');
    expect((await until(client, '42'))[0]).toContain('for bob');
  });

  it('comes back by itself in Socket.IO’s own client', async () => {
    const client = io(test.url, {
      auth: { id: 'ann', expiresAt: Date.now() + HOUR_MS },
      transports: ['websocket'],
      reconnectionDelay: 10,
    });
    const heard: unknown[] = [];
    const all = deferred();
    client.on('told', (text) => {
      heard.push(text);
      if (text === 'live') all.resolve();
    });
    await within('an answer', client.emitWithAck('where'));
    tell('seen');
    await within('an answer', client.emitWithAck('where'));
    gone = deferred();
    const back = new Promise<void>((resolve) => client.io.once('reconnect', () => resolve()));
    client.io.engine.close();
    await within('the client to be gone', gone.promise);
    tell('missed');
    await within('the client to be back', back);
    await within('an answer', client.emitWithAck('where'));
    expect(client.recovered).toBe(true);
    tell('live');
    await within('all', all.promise);
    expect(heard).toEqual(['seen', 'missed', 'live']);
    client.disconnect();
  });
});
