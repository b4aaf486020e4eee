import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { GatewireError } from '../../../src/client/index.js';
import { Gateway, OnEvent } from '../../../src/index.js';
import { describeMatrix } from '../../../src/testing/index.js';
import { deferred } from '../../support/deferred.js';
import { HallGateway, hall, newDesk } from './sample-contract.js';
import { first, reaches, rejection, startSampleServer } from './sample-server.js';

@Gateway('/raw', { reply: 'raw' })
class Raw {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
  @OnEvent('refuse') refuse() {
    throw new GatewireError('CONFLICT', { details: [1] });
  }
}

beforeEach(() => {
  newDesk();
});

afterEach(() => {
  jest.restoreAllMocks();
});

describeMatrix('a call', (cell) => {
  it('returns the answer, with what JSON makes of it', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    expect(await room.call('message:send', { text: 'hi' })).toEqual({ id: 'hi' });
    expect(await room.call('move', 3, 'desk')).toBe('desk');
    expect(await room.call('ping')).toBeUndefined();
    expect(await room.call('meeting:plan', { at: '2026-01-01T00:00:00.000Z' })).toEqual({
      at: '2026-01-01T00:00:00.000Z',
    });
    expect(await room.call('bytes', new Uint8Array(5))).toBe(5);
  });

  it('takes binary that JSON cannot encode, also while there is no connection', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    for (const state of ['connecting', 'connected']) {
      expect(room.state).toBe(state);
      expect(await room.call('bytes', new BigInt64Array(2) as never)).toBe(16);
    }
  });

  it('goes by the name of a property, too', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const { api } = server.connect(hall);
    expect(await api['message:send']({ text: 'hi' })).toEqual({ id: 'hi' });
    expect(await api.move(3, 'desk')).toBe('desk');
    expect(api.move).toBe(api.move);
    expect(await Promise.resolve(api)).toBe(api); // it is no promise
  });

  it('rejects with the error of the server', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    const error = await rejection(room.call('sell'));
    expect(room.isError(error, 'SOLD_OUT') && error.details.left).toBe(0);
    expect(error).toMatchObject({ message: 'SOLD_OUT', id: expect.any(String) });
    expect(await rejection(room.call('crash'))).toMatchObject({ code: 'OVERLOADED', retryAfterMs: 250 });
    const wrong = await rejection(room.call('message:send', { text: 5 as unknown as string }));
    expect(wrong).toMatchObject({ code: 'INVALID_PAYLOAD', details: [{ path: ['text'] }] });
    expect(GatewireError.is(wrong)).toBe(true);
    expect(room.isError(wrong, 'SOLD_OUT')).toBe(false);
  });

  it('rejects with the line that called, and with code and event, whoever made the error', async () => {
    const held = deferred();
    newDesk().release = held.promise;
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    async function callsOfThisTest(call: () => Promise<unknown>) {
      return rejection(call());
    }
    const call = room.call as (event: string) => Promise<unknown>;
    const unknown = await callsOfThisTest(() => call('nope'));
    expect(unknown).toMatchObject({ code: 'UNKNOWN_EVENT', message: 'nothing handles `nope`' });
    const sold = await callsOfThisTest(() => room.api.sell());
    const late = await callsOfThisTest(() => room.timeout(1).call('hang', 'held'));
    held.resolve();
    room.close();
    const closed = await callsOfThisTest(() => room.call('sell'));
    for (const [error, first] of [
      [unknown, 'GatewireError: UNKNOWN_EVENT of `nope`: nothing handles `nope`'],
      [sold, 'GatewireError: SOLD_OUT of `sell`: SOLD_OUT'],
      [late, 'GatewireError: TIMEOUT of `hang`: no answer to `hang` within 1 ms'],
      [closed, 'GatewireError: UNAVAILABLE of `sell`: the connection is closed'],
    ] as const) {
      const [title, top, ...rest] = String((error as Error).stack).split('\n');
      expect(title).toBe(first);
      expect(top).toContain('calls.test.ts');
      expect(rest.join('\n')).toContain('callsOfThisTest');
    }
  });

  it('rejects each of several calls with a line of its own', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall, { socket: { autoConnect: false } });
    const one = () => rejection(room.call('sell'));
    const two = () => rejection(room.call('ping'));
    const both = Promise.all([one(), two()]);
    room.close();
    const stacks = (await both).map((error) => String((error as Error).stack));
    expect(stacks[0]).toMatch(/^GatewireError: UNAVAILABLE of `sell`: .*\n.*calls\.test\.ts.*\n.*\bone\b/);
    expect(stacks[1]).toMatch(/^GatewireError: UNAVAILABLE of `ping`: .*\n.*calls\.test\.ts.*\n.*\btwo\b/);
  });

  it('waits for the connection, in order with what is emitted', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const heard: string[] = [];
    const room = server.connect(hall);
    room.on('message:new', ({ text }) => heard.push(text));
    room.emit('message:send', { text: 'one' });
    const two = room.call('message:send', { text: 'two' });
    room.emit('message:send', { text: 'three' });
    const four = room.call('message:send', { text: 'four' });
    expect(room.state).toBe('connecting');
    expect([await two, await four]).toEqual([{ id: 'two' }, { id: 'four' }]);
    expect(heard).toEqual(['one', 'two', 'three', 'four']);
  });

  it('has one limit for the connection and the answer, and is not carried out after it', async () => {
    const desk = newDesk();
    await using server = await startSampleServer(HallGateway, cell);
    const held = deferred<object>();
    const room = server.connect(hall, { auth: () => held.promise, timeoutMs: 30 });
    const late = await rejection(room.call('hang', 'late'));
    expect(late).toMatchObject({ code: 'TIMEOUT', message: 'no connection for `hang` within 30 ms' });
    held.resolve({});
    await reaches(room, 'connected');
    expect(await room.timeout(5_000).call('hang', 'in time')).toBe('in time');
    expect(desk.hanging).toEqual(['in time']);

    const release = deferred();
    desk.release = release.promise;
    const unanswered = await rejection(room.timeout(20).call('hang', 'unanswered'));
    expect(unanswered).toMatchObject({ code: 'TIMEOUT', message: 'no answer to `hang` within 20 ms' });
    release.resolve();
    expect(await room.timeout(5_000).call('ping')).toBeUndefined();
  });

  it('leaves no timer behind when it is answered, fails or cannot be sent', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    const limitMs = 54_321;
    const [set, clear] = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'clearTimeout')];
    const { call } = room.timeout(limitMs);
    await call('ping');
    await rejection(call('sell'));
    await rejection(call('message:send', { text: 1n as never }));
    const timers = set.mock.results.filter((_, i) => set.mock.calls[i]?.[1] === limitMs);
    expect(timers).toHaveLength(3);
    for (const { value } of timers) expect(clear).toHaveBeenCalledWith(value as NodeJS.Timeout);
  });

  it('refuses limits that no timer can wait for', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    for (const timeoutMs of [0, -1, Number.NaN, 2 ** 31, 'soon' as unknown as number]) {
      expect(() => server.connect(hall, { timeoutMs })).toThrow(RangeError);
      expect(() => room.timeout(timeoutMs)).toThrow('timeoutMs is a number from 1 to 2147483647, not');
    }
  });

  it('rejects at once when the connection drops, and one that waits goes out with the next connection', async () => {
    const desk = newDesk();
    await using server = await startSampleServer(HallGateway, cell);
    const release = deferred();
    desk.release = release.promise;
    const room = server.connect(hall);
    const arrived = first((listener) => {
      desk.onHang = listener;
    });
    const inFlight = rejection(room.call('hang', 'in flight'));
    await arrived;
    server.cut();
    expect(await inFlight).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/^the connection was lost before the answer: transport /),
    });
    expect(room.state).toBe('reconnecting');
    const waiting = room.call('message:send', { text: 'again' });
    expect(await waiting).toEqual({ id: 'again' });
    release.resolve();
    expect(desk.hanging).toEqual(['in flight']);
  });

  it('rejects with the refusal while refused, and is not carried out later', async () => {
    const desk = newDesk();
    desk.admit = (attempt) => {
      if (attempt === 1) throw new GatewireError('FORBIDDEN', { message: 'not you' });
    };
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    const refusal = { code: 'FORBIDDEN', message: 'not you', id: expect.any(String) };
    expect(await rejection(room.call('hang', 'before'))).toMatchObject(refusal);
    expect(await rejection(room.call('hang', 'after'))).toMatchObject(refusal);
    room.connect();
    expect(await room.call('hang', 'admitted')).toBe('admitted');
    expect(desk.hanging).toEqual(['admitted']);
  });

  it('rejects when the connection is closed, before and after', async () => {
    const desk = newDesk();
    const release = deferred();
    desk.release = release.promise;
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    const other = server.connect(hall, { auth: () => new Promise<object>(() => {}) });
    const waiting = rejection(other.call('ping'));
    const arrived = first((listener) => {
      desk.onHang = listener;
    });
    const inFlight = rejection(room.call('hang', 'x'));
    await arrived;
    room.close();
    const closed = { code: 'UNAVAILABLE', message: 'the connection is closed' };
    expect(await inFlight).toMatchObject(closed);
    expect(await rejection(room.call('ping'))).toMatchObject(closed);
    other.close();
    expect(await waiting).toMatchObject(closed);
    release.resolve();
  });

  it('rejects what cannot be encoded, also while it would only be stored, and harms nothing else', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect('/hall');
    const circle: unknown[] = [];
    circle.push(circle);
    for (const when of ['connecting', 'connected']) {
      expect(room.state).toBe(when);
      expect(await rejection(room.call('ping', circle))).toMatchObject({
        code: 'INVALID_PAYLOAD',
        cause: expect.any(Error),
      });
      expect(() => room.emit('ping', circle)).toThrow();
      expect(await room.call('ping')).toBeUndefined();
    }
    expect(await rejection(room.call('connect'))).toMatchObject({ code: 'INVALID_PAYLOAD' });
  });

  it('takes bare values from a server that sends them', async () => {
    await using server = await startSampleServer(Raw, cell);
    const room = server.connect('/raw', { reply: 'raw' });
    for (const value of [0, '', null, false, [1], { a: 1 }, { error: 'mine' }, { error: { code: 'X' } }]) {
      expect(await room.call('echo', value)).toEqual(value);
    }
    expect(await room.call('echo')).toBeUndefined();
    expect(await rejection(room.call('refuse'))).toMatchObject({ code: 'CONFLICT', details: [1] });
    expect(await rejection(room.call('unknown'))).toMatchObject({ code: 'UNKNOWN_EVENT' });
  });

  it('rejects replies that are none of gatewire', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    server.test.app.io.of('/hostile').on('connection', (socket) => {
      socket.on('reply', (replies: unknown[], ack: (...all: unknown[]) => void) => ack(...replies));
    });
    const room = server.connect('/hostile');
    const error = { code: 'NO', message: 'm', id: 'i' };
    const hostile = [
      ...[null, 5, 'text', true, [], {}, { ok: 1 }, { ok: false }, { ok: false, error: null }],
      { ok: false, error: 'x' },
      { ok: false, error: { ...error, id: 5 } },
      { ok: false, error: { ...error, code: null } },
      { ok: 'true', data: 1 },
      { error },
    ];
    for (const reply of hostile) {
      expect(await rejection(room.call('reply', [reply]))).toMatchObject({
        code: 'INTERNAL',
        cause: expect.objectContaining({ message: expect.stringContaining('is no envelope') }),
      });
    }
    expect(await rejection(room.call('reply', []))).toMatchObject({ code: 'INTERNAL' });
    const odd = { ok: false, error: { ...error, retryAfterMs: 'soon', stack: 'x', name: 'y' } };
    expect(await rejection(room.call('reply', [odd]))).toMatchObject({
      name: 'GatewireError',
      code: 'NO',
      retryAfterMs: undefined,
    });
    expect(await room.call('reply', [{ ok: true, data: 'fine' }, 'more'])).toBe('fine');
  });
});
