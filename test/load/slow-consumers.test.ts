import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { engineUrl, type RawWebSocket, WebSocket } from '../support/raw-websocket.js';
import { within } from '../support/within.js';
import { LoadServer } from './load-server.js';

const MB = 1_000_000;
const MAX_GROWTH = 30 * MB;

let server: LoadServer;
let other: Socket;

beforeAll(async () => {
  server = await LoadServer.start({ slowOutputMs: 1_000 }, 'traffic.ts');
});

afterAll(() => server.stop());

beforeEach(async () => {
  other = io(server.url, { transports: ['websocket'], forceNew: true, reconnection: false });
  // Who was there before has to be gone, so that who leaves next is the one.
  await onlyOther();
  await other.emitWithAck('reset');
});

afterEach(() => void other.disconnect());

interface Left {
  readonly reasons: readonly string[];
  readonly warnings: readonly { readonly limit: string }[];
}

const left = async (): Promise<Left> => (await other.emitWithAck('left')).data;

/** Waits until one connection is left. */
async function onlyOther(): Promise<void> {
  while (Number((await server.stats())['connections']) > 1);
}

/** Waits until somebody has left. */
async function gone(): Promise<Left> {
  for (;;) {
    const now = await left();
    if (now.reasons.length > 0) return now;
  }
}

/** A WebSocket that comes in, asks for much, and reads nothing of it. */
async function deafWebSocket(blast: object): Promise<() => void> {
  const socket = new WebSocket(engineUrl(server.url)) as RawWebSocket & { pause(): void };
  socket.on('error', () => {});
  await new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const text = data.toString();
      if (text.startsWith('0{')) socket.send('40');
      if (!text.startsWith('40{')) return;
      socket.pause();
      socket.send(`42${JSON.stringify(['blast', blast])}`, () => resolve());
    });
  });
  return () => socket.terminate();
}

const pollUrl = () => `${server.url}/socket.io/?EIO=4&transport=polling`;
const get = async (sid: string) => (await fetch(`${pollUrl()}&sid=${sid}`)).text();
const post = (sid: string, body: string) => fetch(`${pollUrl()}&sid=${sid}`, { method: 'POST', body });

/** A client that polls so often, and does not read the answers. */
async function deafPolling(blast: object, polls: number): Promise<() => void> {
  const { sid } = JSON.parse((await (await fetch(pollUrl())).text()).slice(1));
  await post(sid, '40');
  await get(sid);
  const unread: { destroy(): void }[] = [];
  const poll = (): void => {
    const sent = request(`${pollUrl()}&sid=${sid}`, { agent: false }, (response) => {
      response.on('error', () => {});
      if (unread.length < polls) poll();
    });
    sent.on('error', () => {});
    sent.end();
    unread.push(sent);
  };
  if (polls > 0) poll();
  await post(sid, `42${JSON.stringify(['blast', blast])}`);
  return () => {
    for (const one of unread) one.destroy();
  };
}

describe.each([
  ['over websocket', deafWebSocket],
  ['over polling without polls', (blast: object) => deafPolling(blast, 0)],
  ['over polling with polls', (blast: object) => deafPolling(blast, 2)],
])('a client that does not read %s', (name, deaf) => {
  it.each([
    ['in one loop', { times: 100, bytes: MB, everyMs: 0 }],
    ['spread over time', { times: 100, bytes: MB, everyMs: 10 }],
    ['in small pieces', { times: 1_000_000, bytes: 100, everyMs: 0 }],
  ])('is closed when it is sent 100 MB %s, and memory hardly grows', async (how, blast) => {
    // What the first time costs, such as compiled code, is not what waits.
    await (await deaf(blast))();
    await within('the end of the first one', gone(), 10_000);
    const before = await server.stats();
    await other.emitWithAck('reset');
    const hangUp = await deaf(blast);
    const { reasons } = await within('the end of the deaf client', gone(), 10_000);
    expect(reasons).toEqual(['slow consumer']);
    const grown = Number((await server.stats())['highestBytes']) - Number(before['rssBytes']);
    console.log(`${name} ${how}: RSS +${(grown / MB).toFixed(1)} MB`);
    expect(grown).toBeLessThan(MAX_GROWTH);
    hangUp();
  });

  it('is closed when more than 1 MB waits for it for slowOutputMs', async () => {
    const hangUp = await deaf({ times: 7, bytes: MB, everyMs: 0 });
    const { reasons } = await within('the end of the deaf client', gone(), 10_000);
    expect(reasons).toEqual(['slow consumer']);
    hangUp();
  });
});

it.each(['websocket', 'polling'])(
  'a client that reads over %s is sent 30 times 100 KB at once',
  async (transport) => {
    const socket = io(server.url, { transports: [transport], forceNew: true, reconnection: false });
    let count = 0;
    const all = new Promise<void>((resolve) => {
      socket.on('blast', () => {
        if (++count === 30) resolve();
      });
    });
    socket.emit('blast', { times: 30, bytes: 100_000, everyMs: 0 });
    await within(() => `all 30; ${count} came`, all, 10_000);
    expect((await left()).reasons).toEqual([]);
    await socket.emitWithAck('ping');
    socket.disconnect();
    await onlyOther();
  },
);
