import cluster from 'node:cluster';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { requireOf } from '../../src/base/own-require.js';
import { Gateway, OnEvent } from '../../src/index.js';
import { createTestApp, type TestAppOptions } from '../../src/testing/index.js';
import { readRequest } from '../../src/transport/engine-request.js';
import { ask, askUpgrade, POLLING, WEBSOCKET } from '../support/raw-http.js';
import { Bytes } from './client/bytes.js';
import { upgradeRequest } from './client/websocket-wire.js';
import { Seeded } from './random/seeded.js';

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

const SESSIONS = ['AAAAAAAAAAAAAAAAAAAA', '_-0aZ_-0aZ_-0aZ_-0aZ', 'one-bbbbbbbbbbbbbbbb'];
const REQUESTS = 100_000;

const { setupPrimary } = createRequire(path.resolve('package.json'))('@socket.io/sticky') as {
  setupPrimary(entry: EventEmitter, options: { readonly loadBalancingMethod: 'least-connection' }): void;
};

type Query = Readonly<Record<string, string>>;

/** Reads a URL as the engine does without gatewire. */
const server = new (
  requireOf('socket.io')('engine.io') as {
    Server: new (options: object) => { prepare(request: { url: string; _query?: Query }): void };
  }
).Server({ transports: ['polling'] });

function readByEngine(url: string): Query | null {
  const request: { url: string; _query?: Query } = { url };
  try {
    server.prepare(request);
    return request._query ?? null;
  } catch {
    return null;
  }
}

/** Finds the session that @socket.io/sticky takes a request for, by the node that it chooses: each session has one. */
class StickyPrimary {
  readonly #entry = new EventEmitter();
  readonly #workers = cluster.workers;
  readonly #added: (readonly ['message' | 'exit', () => void])[] = [];
  #chosen = 0;

  constructor() {
    // Node 0 has no session, and is the one for new clients.
    const nodes = ['', ...SESSIONS].map((_session, id) => ({
      id,
      clientsCount: id === 0 ? 0 : 1,
      send: () => {
        this.#chosen = id;
      },
    }));
    const before = new Set([...cluster.rawListeners('message'), ...cluster.rawListeners('exit')]);
    Object.assign(cluster, { workers: { ...nodes } });
    setupPrimary(this.#entry, { loadBalancingMethod: 'least-connection' });
    for (const event of ['message', 'exit'] as const)
      for (const listener of cluster.rawListeners(event))
        if (!before.has(listener)) this.#added.push([event, listener as () => void]);
    for (const [event, listener] of this.#added)
      if (event === 'message')
        for (const [index, data] of SESSIONS.entries())
          listener.call(
            cluster,
            ...([nodes[index + 1], { type: 'sticky:connection', data }] as unknown as []),
          );
    for (const node of nodes) node.clientsCount = node.id === 0 ? 0 : 1;
  }

  sessionOf(url: string): string {
    const socket = Object.assign(new EventEmitter(), { destroy() {} });
    this.#entry.emit('connection', socket);
    socket.emit('data', Buffer.from(`GET ${url} HTTP/1.1\r\nHost: x\r\n\r\n`, 'latin1'));
    return SESSIONS[this.#chosen - 1] ?? '';
  }

  close(): void {
    Object.assign(cluster, { workers: this.#workers });
    for (const [event, listener] of this.#added) cluster.off(event, listener);
  }
}

/** Makes URLs that look like those of clients, out of pieces that readers take in different ways. */
function randomUrl(random: Seeded): string {
  const key = (): string =>
    random.chance(0.75)
      ? random.pick(['EIO', 'transport', 'sid', 't', 'a'])
      : random.pick([
          '%73id',
          'si%64',
          's\tid',
          'SID',
          'xsid',
          'sid%00',
          '+sid',
          'sid[]',
          'j',
          '%6a',
          'b64',
          '__proto__',
          '',
          '?sid',
          '/sid',
          'constructor',
          'e',
        ]);
  const session = (): string => random.pick(SESSIONS);
  const value = (): string =>
    random.chance(0.6)
      ? random.pick([session(), '', 'polling', 'websocket', '4', '3'])
      : random.pick([
          `${session()}x`,
          session().replace(/^./, '%41'),
          `x?sid=${session()}`,
          `x&sid=${session()}`,
          `sid=${session()}`,
          `${session().slice(0, 10)}+${session().slice(10)}`,
          '%',
          '%ff',
          '\u00e9',
          '__proto__',
          random.latin1(3).replace(/[\0-\x20\x7f]/g, '!'),
        ]);
  const pair = (): string => (random.chance(0.95) ? `${key()}=${value()}` : key());
  const separator = (): string =>
    random.chance(0.93) ? '&' : random.pick(['&&', ';', '?', '#', '#&', '/', '\\']);
  let url = random.chance(0.95)
    ? '/socket.io/?'
    : random.pick(['/socket.io?', '/socket.io/#?', '//[?', '/socket.io/a?b?']);
  const pairs = random.int(0, 5);
  for (let i = 0; i < pairs; i++) url += (i === 0 ? '' : separator()) + pair();
  return url;
}

describe('the reading of a request', () => {
  let primary: StickyPrimary;
  beforeAll(() => {
    primary = new StickyPrimary();
  });
  afterAll(() => primary.close());

  it(`is that of the engine and of @socket.io/sticky, or there is none, for ${REQUESTS} requests`, () => {
    const random = new Seeded(14);
    const seen = { refused: 0, handshakes: 0, sessions: 0 };
    const different: object[] = [];
    for (let i = 0; i < REQUESTS; i++) {
      const url = randomUrl(random);
      const reading = readRequest({ url, headers: {} });
      if (typeof reading === 'string') {
        seen.refused++;
        continue;
      }
      const { sessionId, query } = reading;
      const engine = readByEngine(url);
      const sticky = primary.sessionOf(url);
      // A handshake, or a session that does not exist, may go to any node.
      const isSame =
        JSON.stringify(engine) === JSON.stringify(query) &&
        sessionId === (query['sid'] ?? '') &&
        (sticky === sessionId || !SESSIONS.includes(sessionId));
      if (!isSame) different.push({ url, query, engine, sticky });
      seen[sessionId === '' ? 'handshakes' : 'sessions']++;
    }
    expect(different).toEqual([]);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(REQUESTS / 20);
  });

  it.each([
    [`${POLLING}&sid=x&sid=${SESSIONS[0]}`, 'the query has a key twice'],
    [`${POLLING}&transport=websocket`, 'the query has a key twice'],
    [`${POLLING}&%73id=${SESSIONS[0]}`, 'the query has an encoded key'],
    [`${POLLING}&sid=%41AAAAAAAAAAAAAAAAAAA`, 'the session id is encoded'],
    [`${POLLING}&x=sid=${SESSIONS[1]}&sid=${SESSIONS[0]}`, 'the URL has two session ids'],
    [`${POLLING}#&sid=${SESSIONS[0]}`, 'a URL of a request has no fragment'],
    [`${POLLING}&j=0`, 'JSONP is not served'],
    [`/socket.io/?EIO=4&j=0&sid=${SESSIONS[0]}&transport=polling`, 'JSONP is not served'],
    ['//[', 'the URL is not valid'],
  ])('says of %s that %s', (url, reason) => {
    expect(readRequest({ url, headers: {} })).toBe(reason);
  });

  it('takes what clients send: keys of their own, also encoded, an empty session, and `j` over WebSocket', () => {
    for (const url of [
      POLLING,
      `${POLLING}&sid=`,
      `${POLLING}&t=PabcDEF&b64=1&sid=${SESSIONS[2]}`,
      `${POLLING}&filter%5Bname%5D=a%20b&next=%2Fx%3Fsid%3Dy`,
      `${WEBSOCKET}&j=1`,
      '/socket.io?EIO=4&transport=polling',
      `${POLLING}&sid=eu%3A1`,
    ])
      expect([url, typeof readRequest({ url, headers: {} })]).toEqual([url, 'object']);
  });
});

describe('a request that can be read in two ways', () => {
  const start = async (options: TestAppOptions = {}) => {
    const test = await createTestApp(Echo, { ...options, limits: { closeTimeoutMs: 50 } });
    return Object.assign(test, { port: test.app.address?.port as number });
  };

  it('is refused with status 400 and the reason, over polling and as an upgrade', async () => {
    await using test = await start();
    const { body } = await ask(test.port);
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    for (const end of [`&sid=x&sid=${sid}`, `&%73id=${sid}`, '&EIO=3']) {
      for (const answer of [
        await ask(test.port, { path: POLLING + end }),
        await ask(test.port, { method: 'POST', path: POLLING + end, body: '40' }),
        await askUpgrade(test.port, { path: WEBSOCKET + end }),
      ]) {
        expect([end, answer.status]).toEqual([end, 400]);
        expect(JSON.parse(answer.body)).toEqual({ code: 'FORBIDDEN', message: expect.any(String) });
      }
    }
    expect(test.app.io.engine.clientsCount).toBe(1);
  });

  it.each(['Content-Length: 0', 'Content-Length: 5', 'Transfer-Encoding: chunked'])(
    'is refused as an upgrade with %s',
    async (header) => {
      await using test = await start();
      const connection = new Bytes(test.port);
      await connection.write(upgradeRequest(WEBSOCKET, [header]));
      await connection.reacted();
      expect(connection.received).toMatch(/^HTTP\/1\.1 400 /);
      await connection.ended();
      connection.destroy();
      expect(test.app.io.engine.clientsCount).toBe(0);
    },
  );
});

describe('JSONP', () => {
  it('is refused, with and without a session', async () => {
    await using test = await createTestApp(Echo, {
      socket: { allowEIO3: true },
      limits: { closeTimeoutMs: 50 },
    });
    const port = test.app.address?.port as number;
    const { body } = await ask(port);
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    for (const path of [
      `${POLLING}&j=0`,
      `${POLLING}&j=`,
      `${POLLING}&sid=${sid}&j=1`,
      '/socket.io/?EIO=3&transport=polling&j=0',
    ]) {
      const answer = await ask(port, { path });
      expect([path, answer.status]).toEqual([path, 400]);
      expect(answer.body).not.toContain('___eio');
    }
  });
});
