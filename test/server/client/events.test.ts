import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { type ClientException, GatewireError } from '../../../src/client/index.js';
import { describeMatrix } from '../../../src/testing/index.js';
import { deferred } from '../../support/deferred.js';
import { HallGateway, hall, newDesk } from './sample-contract.js';
import { first, reaches, rejection, startSampleServer } from './sample-server.js';

beforeEach(() => {
  newDesk();
});

afterEach(() => {
  jest.restoreAllMocks();
});

describeMatrix('events of the server', (cell) => {
  it('arrive with their arguments, until the listener is taken off', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    const heard: unknown[] = [];
    const listener = (x: number, place: string): void => {
      heard.push([x, place]);
    };
    const off = room.on('moved', listener);
    room.on('moved', listener); // twice
    await room.call('move', 1, 'door');
    expect(heard).toEqual([
      [1, 'door'],
      [1, 'door'],
    ]);
    off();
    off();
    await room.call('move', 2, 'desk');
    expect(heard.slice(2)).toEqual([[2, 'desk']]);
  });

  it('are not missed by who listens next to connect, from the first one on', async () => {
    newDesk().welcome = (ctx) => ctx.emit('message:new', { text: 'welcome' });
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    expect(await first((listener) => room.on('message:new', listener))).toEqual([{ text: 'welcome' }]);
  });

  it('are warned of once per name when nobody listens, and only then', async () => {
    const warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
    await using server = await startSampleServer(HallGateway, cell);
    const quiet = server.connect(hall);
    await quiet.call('move', 1, 'door');
    expect(warned).not.toHaveBeenCalled();

    const room = server.connect(hall, { warn: true });
    room.on('moved', () => {});
    await room.call('move', 1, 'door');
    await room.call('move', 2, 'desk');
    room.emit('mutter', 'swearing');
    await room.call('ping');
    expect(warned.mock.calls).toEqual([
      ['gatewire: nothing listens to `unheard`, which arrived'],
      [
        'gatewire: nothing listens to exceptions (`onException`), and one arrived: `mutter` failed with FORBIDDEN, no swearing',
      ],
    ]);
    room.socket.onAny(() => {}); // somebody listens to everything
    await room.call('message:send', { text: 'hi' });
    expect(warned).toHaveBeenCalledTimes(2);
  });

  it('tell of failures of what was sent without asking for an answer', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    const heard: ClientException[] = [];
    const off = room.onException((exception) => heard.push(exception));
    const [exception] = await first<[ClientException]>((listener) => {
      room.onException(listener);
      room.emit('mutter', 'swearing');
    });
    expect(exception).toMatchObject({
      event: 'mutter',
      error: { code: 'FORBIDDEN', message: 'no swearing' },
    });
    expect(GatewireError.is(exception.error)).toBe(true);
    expect(heard).toHaveLength(1);
    off();
    room.emit('message:send', { text: 5 as unknown as string });
    await room.call('ping');
    expect(heard).toHaveLength(1);
  });
});

describeMatrix('a call of the server', (cell) => {
  it('is answered with one bare value, at once or later', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    const off = room.onCall('question', (text) => text.length);
    room.onCall('pair', async (a, b) => a + b);
    expect(await room.call('ask', { how: 'one', timeoutMs: 10_000 })).toBe('how many?'.length);
    expect(await room.call('ask', { how: 'pair', timeoutMs: 10_000 })).toBe(3);
    expect(await room.call('ask', { how: 'all', timeoutMs: 10_000 })).toEqual({
      answers: ['how many?'.length],
      missing: [],
    });
    expect(() => room.onCall('question', () => 1)).toThrow('`question` has an onCall already');
    off();
    room.onCall('question', () => 42);
    expect(await room.call('ask', { how: 'one', timeoutMs: 10_000 })).toBe(42);
  });

  it('is not answered when the answer throws, and the console says why', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    room.onCall('question', () => {
      throw new Error('no idea');
    });
    room.onCall('pair', () => Promise.reject(new Error('no idea either')));
    for (const how of ['one', 'pair'] as const) {
      expect(await rejection(room.call('ask', { how, timeoutMs: 20 }))).toMatchObject({ code: 'TIMEOUT' });
    }
    expect(said.mock.calls.map(([error]) => String(error))).toEqual([
      'Error: no idea',
      'Error: no idea either',
    ]);
  });

  it('is not answered over another connection than it came with', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    const answer = deferred<number>();
    const asked = first((listener) =>
      room.onCall('question', () => {
        listener();
        return answer.promise;
      }),
    );
    const lost = rejection(room.call('ask', { how: 'one', timeoutMs: 5_000 }));
    await asked;
    server.cut();
    expect(await lost).toMatchObject({ code: 'UNAVAILABLE' });
    await reaches(room, 'connected');
    const sent: unknown[] = [];
    room.socket.io.engine.on('packetCreate', ({ data }) => sent.push(data));
    answer.resolve(1);
    await room.call('ping');
    expect(sent).toEqual([expect.stringContaining('"ping"')]);
  });

  it('may be listened to without an answer', async () => {
    await using server = await startSampleServer(HallGateway, cell);
    const room = server.connect(hall);
    const heard: unknown[] = [];
    room.on('question', (text) => heard.push(text));
    expect(await room.call('ask', { how: 'all', timeoutMs: 20 })).toMatchObject({ answers: [] });
    expect(heard).toEqual(['how many?']);
  });
});
