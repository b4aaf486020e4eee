import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Socket } from 'socket.io';
import { io } from 'socket.io-client';
import { GatewireError } from '../../../src/index.js';
import { describeMatrix } from '../../../src/testing/index.js';
import { deferred } from '../../support/deferred.js';
import { freePort } from '../../support/free-port.js';
import { HallGateway, hall, newDesk } from './sample-contract.js';
import { connectionsOf, first, reaches, rejection, startSampleServer, statesOf } from './sample-server.js';

beforeEach(() => {
  newDesk();
});

afterEach(() => {
  jest.restoreAllMocks();
});

describeMatrix('the state of a connection', (cell) => {
  it('is connecting, then connected; nothing is opened before the running code has ended', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    expect(room.socket.active).toBe(false);
    const states = statesOf(room);
    await reaches(room, 'connected');
    expect(states).toEqual(['connecting', 'connected']);
    expect(room.error).toBeNull();
    room.connect(); // does nothing
    expect(room.state).toBe('connected');
  });

  it('stays connecting with autoConnect: false, until somebody connects', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall, { socket: { autoConnect: false } });
    await Promise.resolve().then(() => Promise.resolve());
    expect(room.socket.active).toBe(false);
    expect(room.state).toBe('connecting');
    room.connect();
    await reaches(room, 'connected');
  });

  it('is reconnecting after a drop, and auth is asked again', async () => {
    const desk = newDesk();
    await using server = await startSampleServer(HallGateway, cell);
    let n = 0;
    const room = server.connect(hall, { auth: async () => ({ n: ++n }) });
    const states = statesOf(room);
    await reaches(room, 'connected');
    server.cut();
    await reaches(room, 'reconnecting');
    expect(room.error).toMatchObject({
      code: 'UNAVAILABLE',
      message: /^the connection was lost: transport /,
    });
    await reaches(room, 'connected');
    expect(room.error).toBeNull();
    expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    expect(desk.asked).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('need not wait as long as socket.io-client would, nor do others on the connection', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const socket = { reconnectionDelay: 600_000, reconnectionDelayMax: 600_000 };
    server.test.app.io.of('/other');
    const [room, other] = [server.connect(hall, { socket }), server.connect('/other', { socket })];
    await Promise.all([reaches(room, 'connected'), reaches(other, 'connected')]);
    const states = statesOf(room);
    for (let times = 0; times < 2; times++) {
      server.cut();
      await Promise.all([reaches(room, 'reconnecting'), reaches(other, 'reconnecting')]);
      const call = room.call('ping');
      room.connect();
      room.connect(); // an attempt is under way
      await Promise.all([reaches(room, 'connected'), reaches(other, 'connected')]);
      await call;
    }
    const once = ['reconnecting', 'connecting', 'connected'];
    expect(states).toEqual(['connected', ...once, ...once]);
  });

  it('does not open what the application has closed on the same connection', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const socket = { reconnectionDelay: 600_000, reconnectionDelayMax: 600_000 };
    server.test.app.io.of('/other');
    const [room, other] = [server.connect(hall, { socket }), server.connect('/other', { socket })];
    await Promise.all([reaches(room, 'connected'), reaches(other, 'connected')]);
    other.socket.disconnect();
    server.cut();
    await reaches(room, 'reconnecting');
    room.connect();
    await reaches(room, 'connected');
    await room.call('ping');
    expect([other.state, other.socket.active]).toEqual(['closed', false]);
  });

  it('leaves an attempt of socket.io-client alone that is under way', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    await reaches(room, 'connected');
    const attempt = first((listener) => room.socket.io.on('reconnect_attempt', listener));
    server.cut();
    await attempt;
    const { engine } = room.socket.io;
    room.connect();
    expect(room.socket.io.engine).toBe(engine);
    expect(room.state).toBe('reconnecting');
    await reaches(room, 'connected');
    expect(room.socket.io.engine).toBe(engine);
  });

  it.each([
    ['an object', { token: 't' }, { token: 't' }],
    ['a function', () => ({ token: 't' }), { token: 't' }],
    ['a function of nothing', () => undefined, {}],
    ['nothing', undefined, {}],
  ])('takes %s as auth', async (_, auth, expected) => {
    const desk = newDesk();
    await using server = await startSampleServer(HallGateway, cell);
    await server.connect(hall, auth === undefined ? {} : { auth }).call('ping');
    expect(desk.asked).toEqual([expected]);
  });

  it('is reconnecting when auth fails, with that error, until it does not', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const failures = [
      () => {
        throw new Error('no storage');
      },
      () => Promise.reject(new Error('no network')),
      () => Promise.reject('no reason'),
      () => ({ big: 1n }),
    ];
    const errors: unknown[] = [];
    const room = server.connect(hall, { auth: () => failures.shift()?.() ?? { token: 't' } });
    room.subscribe(() => errors.push(room.error));
    const states = statesOf(room);
    expect(await room.call('ping')).toBeUndefined();
    expect(states).toEqual(['connecting', 'reconnecting', 'connected']);
    expect(errors).toMatchObject([
      { message: 'no storage' },
      { message: 'no network' },
      { code: 'UNAUTHENTICATED', cause: 'no reason' },
      { message: expect.stringMatching(/bigint/i) },
      null,
    ]);
  });

  it('does not hand an old answer of auth to a new connection', async () => {
    const desk = newDesk();
    await using server = await startSampleServer(HallGateway, cell);
    const answers: ((data: object) => void)[] = [];
    const room = server.connect(hall, {
      auth: () => new Promise<object>((resolve) => void answers.push(resolve)),
    });
    await first((listener) => room.socket.io.on('open', () => queueMicrotask(() => setImmediate(listener))));
    const again = first((listener) => room.socket.io.on('open', () => setImmediate(listener)));
    server.cut();
    await again;
    answers[0]?.({ answer: 'old' });
    answers[1]?.({ answer: 'new' });
    await reaches(room, 'connected');
    expect(desk.asked).toEqual([{ answer: 'new' }]);
  });

  it('is refused when the server refuses, until somebody connects again', async () => {
    const desk = newDesk();
    desk.admit = (_, { auth }) => {
      if (auth['token'] !== 'new') throw new GatewireError('UNAUTHENTICATED', { details: { login: '/in' } });
    };
    await using server = await startSampleServer(HallGateway, cell);
    let token = 'old';
    const room = server.connect(hall, { auth: () => ({ token }) });
    const states = statesOf(room);
    await reaches(room, 'refused');
    expect(room.error).toMatchObject({ code: 'UNAUTHENTICATED', details: { login: '/in' } });
    token = 'new';
    room.connect();
    expect([room.state, (room.error as GatewireError).code]).toEqual(['connecting', 'UNAUTHENTICATED']);
    await reaches(room, 'connected');
    expect(states).toEqual(['connecting', 'refused', 'connecting', 'connected']);
  });

  it('is refused where there is no such namespace, or a middleware of Socket.IO refuses', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    server.test.app.io
      .of('/guarded')
      .use((_, next) => next(Object.assign(new Error('not now'), { data: { content: 'later' } })));
    const nowhere = server.connect('/nowhere');
    await reaches(nowhere, 'refused');
    expect(nowhere.error).toMatchObject({ code: 'NOT_FOUND', cause: { message: 'Invalid namespace' } });
    const guarded = server.connect('/guarded');
    expect(await rejection(guarded.call('x'))).toMatchObject({
      code: 'FORBIDDEN',
      message: 'not now',
      details: { content: 'later' },
    });
  });

  it.each(['UNAVAILABLE', 'OVERLOADED', 'TIMEOUT', 'RATE_LIMITED'])(
    'is reconnecting after a refusal with %s',
    async (code) => {
      const desk = newDesk();
      desk.admit = (attempt) => {
        if (attempt < 3) throw new GatewireError(code, { retryAfterMs: 1 });
      };
      await using server = await startSampleServer(HallGateway, cell);
      const room = server.connect(hall);
      const states = statesOf(room);
      await reaches(room, 'reconnecting');
      expect(room.error).toMatchObject({ code, retryAfterMs: 1 });
      expect(await room.call('ping')).toBeUndefined();
      expect(states).toEqual(['connecting', 'reconnecting', 'connected']);
    },
  );

  it('is refused for good with reconnection: false, also by what would pass', async () => {
    const desk = newDesk();
    desk.admit = () => {
      throw new GatewireError('OVERLOADED', { retryAfterMs: 1 });
    };
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall, { socket: { reconnection: false } });
    const states = statesOf(room);
    await reaches(room, 'refused');
    expect(states).toEqual(['connecting', 'refused']);
    const failing = server.connect(hall, {
      auth: () => Promise.reject(new Error('no storage')),
      socket: { reconnection: false },
    });
    await reaches(failing, 'refused');
    expect(failing.error).toMatchObject({ message: 'no storage' });
  });

  it('waits as after the first refusal once it was connected', async () => {
    const desk = newDesk();
    let isFull = false;
    desk.admit = (attempt) => {
      if (attempt < 4) throw new GatewireError('OVERLOADED', { retryAfterMs: 1 });
      if (isFull) throw new GatewireError('OVERLOADED');
    };
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    await reaches(room, 'connected');
    isFull = true;
    jest.spyOn(Math, 'random').mockReturnValue(0.25);
    const timers = jest.spyOn(globalThis, 'setTimeout');
    server.cut();
    await first((listener) => room.socket.on('connect_error', listener));
    expect(timers.mock.calls.map(([, ms]) => ms)).toContain(1_250);
  });

  it('need not wait for the next try', async () => {
    const desk = newDesk();
    desk.admit = (attempt) => {
      if (attempt === 1) throw new GatewireError('OVERLOADED', { retryAfterMs: 3_600_000 });
    };
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    await reaches(room, 'reconnecting');
    room.connect();
    await reaches(room, 'connected');
    expect(desk.asked).toHaveLength(2);
  });

  it('is refused when the server sends the client away, with its reason where it gave one', async () => {
    const desk = newDesk();
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    const states = statesOf(room);
    room.emit('leave');
    await reaches(room, 'refused');
    expect(room.error).toMatchObject({ code: 'UNAVAILABLE', message: 'the server disconnected this client' });

    desk.welcome = () => {
      throw new GatewireError('CONFLICT', { message: 'one window at most' });
    };
    room.connect();
    await reaches(room, 'refused');
    expect(room.error).toMatchObject({ code: 'CONFLICT', message: 'one window at most' });

    desk.welcome = () => {};
    room.connect();
    await reaches(room, 'connected');
    expect(states.filter((state) => state !== 'connecting')).toEqual([
      ...['connected', 'refused', 'connected', 'refused', 'connected'],
    ]);
    room.emit('leave'); // the reason of before does not hold any more
    await reaches(room, 'refused');
    expect(room.error).toMatchObject({ code: 'UNAVAILABLE', message: 'the server disconnected this client' });
  });

  it('is closed for good by close(), which may be called twice', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    const states = statesOf(room);
    await reaches(room, 'connected');
    room.on('message:new', () => {});
    room.close();
    room.close();
    expect(states).toEqual(['connecting', 'connected', 'closed']);
    expect([room.error, room.socket.connected, room.socket.active]).toEqual([null, false, false]);
    expect(room.socket.listeners('message:new').length + room.socket.listenersAny().length).toBe(0);
    expect(room.socket.io.listeners('reconnect_failed')).toEqual([]);
    expect(() => room.connect()).toThrow('this connection is closed');
  });

  it('may be closed before it opens, while auth is asked, and while a try is waited for', async () => {
    const desk = newDesk();
    desk.admit = () => {
      throw new GatewireError('UNAVAILABLE', { retryAfterMs: 20 });
    };
    await using server = await startSampleServer(HallGateway, cell);
    const unopened = server.connect(hall);
    unopened.close();
    let asked: () => void = () => {};
    const isAsked = first((listener) => {
      asked = listener;
    });
    const asking = server.connect(hall, { auth: () => Promise.resolve(asked()) as Promise<undefined> });
    await isAsked;
    asking.close();
    const waiting = server.connect(hall);
    await reaches(waiting, 'reconnecting');
    waiting.close();
    const other = server.connect(hall);
    await reaches(other, 'reconnecting');
    expect([unopened.state, asking.state, waiting.state]).toEqual(['closed', 'closed', 'closed']);
    expect(desk.asked).toHaveLength(2);
  });

  it('follows what is done to the socket itself', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    await reaches(room, 'connected');
    room.socket.disconnect();
    expect(room.state).toBe('closed');
    expect(await rejection(room.call('ping'))).toMatchObject({ code: 'UNAVAILABLE' });
    room.connect();
    expect(await room.call('ping')).toBeUndefined();
  });

  it('tells those who subscribed, also when one of them throws', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    const { subscribe } = room; // as React would call it
    let calls = 0;
    const count = (): void => {
      calls++;
    };
    subscribe(() => {
      throw new Error('of a listener');
    });
    const off = subscribe(count);
    subscribe(count);
    await reaches(room, 'connected');
    expect(calls).toBe(2);
    off();
    off();
    room.close();
    expect(calls).toBe(3);
    expect(said).toHaveBeenCalledWith(expect.objectContaining({ message: 'of a listener' }));
  });
});

describeMatrix('a server that is not there', (cell) => {
  it('is waited for by socket.io-client, and gives up when that is told to', async () => {
    const port = await freePort();
    const { connect } = await import('../../../src/client/index.js');
    const socket = { transports: [cell.transport], reconnectionDelay: 1, reconnectionAttempts: 2 };
    const room = connect(hall, `http://127.0.0.1:${port}`, { socket });
    const states = statesOf(room);
    const waiting = rejection(room.call('ping'));
    await reaches(room, 'refused');
    expect(states).toEqual(['connecting', 'reconnecting', 'refused']);
    expect(room.error).toBeInstanceOf(Error);
    expect(await waiting).toMatchObject({ code: 'UNAVAILABLE', cause: room.error });
    room.close();

    const once = connect(hall, `http://127.0.0.1:${port}`, { socket: { ...socket, reconnection: false } });
    await reaches(once, 'refused');
    once.close();
  });

  it('is tried again when it comes', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall, { socket: { reconnection: false } });
    await reaches(room, 'connected');
    server.cut();
    await reaches(room, 'refused');
    room.connect();
    await reaches(room, 'connected');
  });
});

describeMatrix('a server that is about to close', (cell) => {
  it('says when to come back, at once with 0; the waits of before hold after that', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const socket = { reconnectionDelay: 600_000, reconnectionDelayMax: 600_000 };
    const room = server.connect(hall, { socket });
    await reaches(room, 'connected');
    const { io: manager } = room.socket;
    const waits = () => [manager.reconnectionDelay(), manager.randomizationFactor()];
    const tell = async (notice: unknown) => {
      const heard = first((listener) => room.socket.once('gw:drain', listener));
      server.test.app.io.of('/hall').emit('gw:drain', notice);
      await heard;
    };
    for (const notice of [undefined, null, {}, { returnInMs: -1 }, { returnInMs: Number.NaN }]) {
      await tell(notice);
      expect(waits()).toEqual([600_000, 0.5]);
    }
    await tell({ returnInMs: 0 });
    expect(waits()).toEqual([0, 0]);
    await tell({ returnInMs: 5_000 }); // for another socket of the connection
    expect(waits()).toEqual([0, 0]);
    server.cut();
    await reaches(room, 'reconnecting');
    await reaches(room, 'connected');
    expect(waits()).toEqual([600_000, 0.5]);
  });
});

describe('several namespaces', () => {
  const cell = { transport: 'websocket' } as const;

  it('share one connection, and closing one keeps the other', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    // Names that no other test here uses: a port may come back, and socket.io-client remembers the namespaces of a URL.
    server.test.app.io.of('/first').on('connection', (socket) => {
      socket.on('ping', (ack: (reply: unknown) => void) => ack({ ok: true }));
    });
    server.test.app.io.of('/second');
    const [firstRoom, other] = [server.connect('/first'), server.connect('/second')];
    await Promise.all([reaches(firstRoom, 'connected'), reaches(other, 'connected')]);
    expect(other.socket.io).toBe(firstRoom.socket.io);
    expect(Object.keys(connectionsOf(server.test))).toHaveLength(1);
    other.close();
    expect(await firstRoom.call('ping')).toBeUndefined();
    expect(firstRoom.state).toBe('connected');
    expect(server.test.app.io.of('/second').sockets.size).toBe(0);
  });

  it('do not hand an old answer of auth to a new attempt on the same connection', async () => {
    const desk = newDesk();
    await using server = await startSampleServer(HallGateway, cell);
    server.test.app.io.of('/other');
    await reaches(server.connect('/other'), 'connected');
    const answers: ((data: object) => void)[] = [];
    const [once, twice] = [deferred(), deferred()];
    const room = server.connect(hall, {
      auth: () => {
        (answers.length === 0 ? once : twice).resolve();
        return new Promise<object>((resolve) => void answers.push(resolve));
      },
    });
    await once.promise;
    room.socket.disconnect();
    room.connect();
    await twice.promise;
    answers[0]?.({ answer: 'old' });
    answers[1]?.({ answer: 'new' });
    await reaches(room, 'connected');
    expect(desk.asked).toEqual([{ answer: 'new' }]);
  });

  it('are not entered after their socket was closed while auth was asked, nor tried again', async () => {
    const desk = newDesk();
    await using server = await startSampleServer(HallGateway, cell);
    server.test.app.io.of('/other').on('connection', (socket) => {
      socket.on('ping', (ack: (reply: unknown) => void) => ack({ ok: true }));
    });
    const other = server.connect('/other');
    await reaches(other, 'connected');
    const failure = () => Promise.reject(new Error('no network'));
    for (const answer of [async () => ({}), failure]) {
      const [asked, held] = [deferred(), deferred()];
      const auth = () => {
        asked.resolve();
        return held.promise.then(answer);
      };
      const room = server.connect(hall, { auth });
      const states = statesOf(room);
      await asked.promise;
      room.socket.disconnect();
      held.resolve();
      await other.call('ping');
      expect([states, desk.asked]).toEqual([['connecting'], []]);
    }
  });

  it('leave no socket of nobody behind when one is closed on its way in', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const other = server.test.app.io.of('/other');
    const heard: string[] = [];
    other.on('connection', (socket) => socket.onAny((event: string) => heard.push(event)));
    const arrived = first<[Socket]>((listener) => other.on('connection', listener));
    const hallRoom = server.connect(hall);
    await reaches(hallRoom, 'connected');
    const early = server.connect('/other');
    await first((listener) => hallRoom.socket.io.engine.once('packetCreate', listener));
    early.emit('held');
    early.close();
    const [socket] = await arrived;
    await first((listener) => socket.on('disconnect', listener));
    expect(heard).toEqual([]);
    expect(other.sockets.size).toBe(0);
    expect(early.socket.active).toBe(false);
    expect(await hallRoom.call('ping')).toBeUndefined();
  });

  it('leave at once on the way in when the others have left before', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    server.test.app.io.of('/other');
    const other = server.connect('/other');
    await reaches(other, 'connected');
    const early = server.connect(hall);
    expect(early.socket.io).toBe(other.socket.io);
    await first((listener) => other.socket.io.engine.once('packetCreate', listener));
    other.close();
    early.close();
    expect(early.socket.active).toBe(false);
  });

  it('do not keep plain sockets of the same server from opening', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    server.test.app.io.of('/plain');
    const room = server.connect(hall);
    const plain = io(`${server.test.url}/plain`);
    await first((listener) => plain.on('connect', listener));
    expect(plain.io).toBe(room.socket.io);
    const late = server.connect('/plain');
    await reaches(late, 'connected');
    plain.disconnect();
    expect(await room.call('ping')).toBeUndefined();
  });

  it('fail and come back each by itself', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    server.test.app.io.of('/other');
    const steady = server.connect('/other');
    await reaches(steady, 'connected');
    let failures = 3;
    const auth = () => {
      if (failures-- > 0) throw new Error('not yet');
      return {};
    };
    const states = statesOf(steady);
    await reaches(server.connect(hall, { auth }), 'connected');
    expect(states).toEqual(['connected']);
  });
});
