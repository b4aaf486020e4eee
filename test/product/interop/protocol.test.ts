// What https://github.com/socketio/socket.io-protocol and https://github.com/socketio/engine.io-protocol ask of a server.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Ack,
  type AckFunction,
  type App,
  Args,
  type ConnectContext,
  Ctx,
  createApp,
  type EventContext,
  Gateway,
  OnConnect,
  OnEvent,
} from 'gatewire';
import type { ServerOptions } from 'socket.io';
import { EchoGateway } from '../../../examples/echo/echo.gateway.js';
import { FrameReader } from '../../support/frame-reader.js';
import { engineUrl } from '../../support/raw-websocket.js';
import { WAIT_MS } from '../../support/within.js';

/** The events that the suite of the protocol expects from a server. */
@Gateway()
class ProtocolGateway {
  @OnConnect()
  welcome(ctx: ConnectContext) {
    ctx.emit('auth', ctx.handshake.auth);
  }

  @OnEvent('message')
  message(@Args() args: readonly unknown[], @Ctx() ctx: EventContext) {
    ctx.emit('message-back', ...args);
  }

  @OnEvent('message-with-ack')
  withAck(@Args() args: readonly unknown[], @Ack() ack: AckFunction) {
    ack(...args);
  }
}

@Gateway('/custom')
class CustomGateway extends ProtocolGateway {}

@Gateway('/silent')
class SilentGateway extends EchoGateway {}

const PING_INTERVAL_MS = 300;
const PING_TIMEOUT_MS = 2_000;
const handshake = {
  sid: expect.any(String),
  pingInterval: 25_000,
  pingTimeout: 20_000,
  maxPayload: 1_000_000,
};

const apps: App[] = [];
const readers: FrameReader[] = [];
let url: string;
let hastyUrl: string;

async function start(socket: Partial<ServerOptions>): Promise<string> {
  const gateways = [ProtocolGateway, CustomGateway, SilentGateway];
  const app = createApp({ gateways, reply: 'raw', logger: false, socket });
  await app.listen(0, '127.0.0.1');
  apps.push(app);
  return `http://127.0.0.1:${(app.address as { port: number }).port}`;
}

beforeAll(async () => {
  url = await start({});
  hastyUrl = await start({ pingInterval: PING_INTERVAL_MS, pingTimeout: PING_TIMEOUT_MS });
});

afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});

afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
});

/** A request whose answer is read to its end, so that nothing stays open. */
async function request(query: string, init: RequestInit = {}, base = url) {
  const response = await fetch(`${base}/socket.io/?${query}`, {
    ...init,
    signal: AbortSignal.timeout(WAIT_MS),
  });
  return { status: response.status, text: await response.text() };
}

const session = (sid: string): string => `EIO=4&transport=polling&sid=${sid}`;

async function openPolling(base = url): Promise<string> {
  const { text } = await request('EIO=4&transport=polling', {}, base);
  return JSON.parse(text.slice(1)).sid;
}

function openRaw(address: string, options?: { answersPings: boolean }): FrameReader {
  const reader = new FrameReader(address, options);
  readers.push(reader);
  return reader;
}

/** A connection whose engine has opened, and that has entered what `connect` says. */
async function openWebSocket(connect: string | null = '40', base = url): Promise<FrameReader> {
  const reader = openRaw(engineUrl(base));
  await reader.next();
  if (connect === null) return reader;
  reader.send(connect);
  await reader.next();
  await reader.next(); // `auth`
  return reader;
}

describe('the engine', () => {
  it('opens a session over polling', async () => {
    const { status, text } = await request('EIO=4&transport=polling');
    expect([status, text[0]]).toEqual([200, '0']);
    expect(JSON.parse(text.slice(1))).toEqual({ ...handshake, upgrades: ['websocket'] });
  });

  it('opens a session over a WebSocket', async () => {
    const text = String(await openRaw(engineUrl(url)).next());
    expect(text[0]).toBe('0');
    expect(JSON.parse(text.slice(1))).toEqual({ ...handshake, upgrades: [] });
  });

  it.each([
    'transport=polling',
    'EIO=abc&transport=polling',
    'EIO=3&transport=polling',
    'EIO=4',
    'EIO=4&transport=abc',
    'EIO=4&transport=polling&sid=nobody',
  ])('refuses a request with %s', async (query) => {
    expect((await request(query)).status).toBe(400);
  });

  it.each(['POST', 'PUT'])('refuses a handshake by %s', async (method) => {
    expect((await request('EIO=4&transport=polling', { method })).status).toBe(400);
  });

  it.each([
    'transport=websocket',
    'EIO=abc&transport=websocket',
    'EIO=3&transport=websocket',
    'EIO=4',
    'EIO=4&transport=abc',
    'EIO=4&transport=websocket&sid=nobody',
  ])('refuses a WebSocket with %s', async (query) => {
    const reader = openRaw(`${url.replace('http', 'ws')}/socket.io/?${query}`);
    expect((await reader.closed()).filter((frame) => String(frame).startsWith('0'))).toEqual([]);
  });

  it('pings over polling and takes the pong', async () => {
    const sid = await openPolling(hastyUrl);
    for (let round = 0; round < 3; round += 1) {
      expect((await request(session(sid), {}, hastyUrl)).text).toBe('2');
      const pong = await request(session(sid), { method: 'POST', body: '3' }, hastyUrl);
      expect([pong.status, pong.text]).toEqual([200, 'ok']);
    }
  });

  it('pings over a WebSocket and takes the pong', async () => {
    const reader = openRaw(engineUrl(hastyUrl), { answersPings: false });
    await reader.next();
    for (let round = 0; round < 3; round += 1) {
      expect(await reader.next()).toBe('2');
      reader.send('3');
    }
  });

  it('closes the session when no pong comes over polling', async () => {
    const sid = await openPolling(hastyUrl);
    expect((await request(session(sid), {}, hastyUrl)).text).toBe('2');
    // Held until the time is over, and answered at the end.
    await request(session(sid), {}, hastyUrl);
    expect((await request(session(sid), {}, hastyUrl)).status).toBe(400);
  });

  it('closes the session when no pong comes over a WebSocket', async () => {
    const reader = openRaw(engineUrl(hastyUrl), { answersPings: false });
    await reader.next();
    expect(await reader.closed()).toEqual(['2']);
  });

  it('closes the session when the client asks for it over polling', async () => {
    const sid = await openPolling();
    const [poll] = await Promise.all([
      request(session(sid)),
      request(session(sid), { method: 'POST', body: '1' }),
    ]);
    expect([poll.status, poll.text]).toEqual([200, '6']);
    expect((await request(session(sid))).status).toBe(400);
  });

  it('upgrades from polling to a WebSocket, and serves the session on it alone', async () => {
    const sid = await openPolling();
    const upgraded = openRaw(engineUrl(url, `&sid=${sid}`));
    await upgraded.opened();
    upgraded.send('2probe');
    expect(await upgraded.next()).toBe('3probe');
    upgraded.send('5', '40');
    expect(await upgraded.next()).toMatch(/^40\{"sid":"[^"]+"\}$/);

    expect((await request(session(sid))).status).toBe(400);
    const second = openRaw(engineUrl(url, `&sid=${sid}`));
    expect(await second.closed()).toEqual([]);
  });

  it('carries binary over polling as base64', async () => {
    const sid = await openPolling();
    const post = (...packets: string[]) =>
      request(session(sid), { method: 'POST', body: packets.join('\x1e') });
    const poll = async (count: number): Promise<string[]> => {
      const packets: string[] = [];
      while (packets.length < count) {
        packets.push(...(await request(session(sid))).text.split('\x1e'));
      }
      return packets;
    };
    await post('40');
    await poll(2); // the answer, and `auth`
    await post('451-["message",{"_placeholder":true,"num":0}]', 'bAQID');
    expect(await poll(2)).toEqual(['451-["message-back",{"_placeholder":true,"num":0}]', 'bAQID']);
  });
});

describe('a namespace', () => {
  it.each([
    ['the main one', '40', '40', '42["auth",{}]'],
    ['the main one with a payload', '40{"token":"123"}', '40', '42["auth",{"token":"123"}]'],
    ['another one', '40/custom,', '40/custom,', '42/custom,["auth",{}]'],
    [
      'another one with a payload',
      '40/custom,{"token":"abc"}',
      '40/custom,',
      '42/custom,["auth",{"token":"abc"}]',
    ],
  ])('lets a client into %s', async (_name, connect, head, auth) => {
    const reader = await openWebSocket(null);
    reader.send(connect);
    const answer = String(await reader.next());
    expect(answer.slice(0, head.length)).toBe(head);
    expect(JSON.parse(answer.slice(head.length))).toEqual({ sid: expect.any(String) });
    expect(await reader.next()).toBe(auth);
  });

  it('that does not exist is refused', async () => {
    const reader = await openWebSocket(null);
    reader.send('40/random');
    expect(await reader.next()).toBe('44/random,{"message":"Invalid namespace"}');
  });

  it('sends nothing by itself to who connects', async () => {
    const reader = await openWebSocket(null);
    reader.send('40/silent,');
    expect(await reader.next()).toMatch(/^40\/silent,\{"sid":"[^"]+"\}$/);
    reader.send('42/silent,1["echo","first"]');
    expect(await reader.next()).toBe('43/silent,1["first"]');
  });

  it('is left without an answer, and the connection stays', async () => {
    const reader = await openWebSocket();
    reader.send('41', '40/custom,');
    expect(await reader.next()).toMatch(/^40\/custom,/);
  });

  it('is left alone, and the others stay', async () => {
    const reader = await openWebSocket();
    reader.send('40/custom,');
    await reader.next();
    await reader.next();
    reader.send('41/custom', '42["message","to the main namespace"]');
    expect(await reader.next()).toBe('42["message-back","to the main namespace"]');
  });
});

describe('a packet', () => {
  it.each([
    ['a text event', ['42["message",1,"2",{"3":[true]}]'], ['42["message-back",1,"2",{"3":[true]}]']],
    [
      'an event that wants an acknowledgement',
      ['42456["message-with-ack",1,"2",{"3":[false]}]'],
      ['43456[1,"2",{"3":[false]}]'],
    ],
    [
      'a binary event',
      [
        '452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
        Buffer.from([1, 2, 3]),
        Buffer.from([4, 5, 6]),
      ],
      [
        '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
        Buffer.from([1, 2, 3]),
        Buffer.from([4, 5, 6]),
      ],
    ],
    [
      'a binary event that wants an acknowledgement',
      [
        '452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
        Buffer.from([1, 2, 3]),
        Buffer.from([4, 5, 6]),
      ],
      [
        '462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
        Buffer.from([1, 2, 3]),
        Buffer.from([4, 5, 6]),
      ],
    ],
  ])('with %s comes back', async (_name, sent, expected) => {
    const reader = await openWebSocket();
    reader.send(...sent);
    const frames: unknown[] = [];
    for (const _ of expected) frames.push(await reader.next());
    expect(frames).toEqual(expected);
  });

  it.each([
    '4abc',
    '42{}',
    '42abc["message-with-ack",1,"2"]',
    '42["connect"]',
    '451-["message",{"_placeholder":true,"num":0}]\n',
    '8',
  ])('that is none ends the connection: %j', async (frame) => {
    const reader = await openWebSocket();
    // The one with a missing attachment is wrong with the next text.
    reader.send(frame, '42["message"]');
    expect(await reader.closed()).toEqual([]);
  });

  it('before the namespace was entered ends the connection', async () => {
    const reader = await openWebSocket(null);
    reader.send('42["message"]');
    expect(await reader.closed()).toEqual([]);
  });
});
