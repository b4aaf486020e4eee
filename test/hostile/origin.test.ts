import { afterEach, describe, expect, it } from '@jest/globals';
import { Gateway, ipFilter, OnEvent, type Origins } from '../../src/index.js';
import { createTestApp, type TestApp, type TestAppOptions } from '../../src/testing/index.js';
import { ask, askUpgrade, POLLING, type RawAnswer, type RawRequest, WEBSOCKET } from '../support/raw-http.js';
import { Bytes, httpRequest } from './client/bytes.js';
import { upgradeRequest } from './client/websocket-wire.js';

@Gateway('/')
class Echo {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
  @OnEvent('hold') async hold() {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  }
}

/** Ends `hold`. */
let release: () => void = () => {};

const environment = process.env['NODE_ENV'];
const sockets: RawAnswer[] = [];

afterEach(() => {
  process.env['NODE_ENV'] = environment;
  for (const { socket } of sockets.splice(0)) socket?.destroy();
});

async function start(options: TestAppOptions = {}, mode = 'production'): Promise<TestApp & { port: number }> {
  process.env['NODE_ENV'] = mode;
  // Sessions that nobody polls would each take their full time to close.
  const limits = { closeTimeoutMs: 50, connectionsPerAddress: 1_000, ...options.limits };
  const test = await createTestApp(Echo, { ...options, limits });
  return Object.assign(test, { port: test.app.address?.port as number });
}

/** The three ways into a connection. */
const WAYS: Readonly<Record<string, (port: number, headers: Record<string, string>) => Promise<RawAnswer>>> =
  {
    polling: (port, headers) => ask(port, { headers }),
    websocket: (port, headers) => kept(askUpgrade(port, { headers })),
    'upgrade of a polling session': async (port, headers) => {
      const { body } = await ask(port);
      const { sid } = JSON.parse(body.slice(1)) as { sid: string };
      return kept(askUpgrade(port, { path: `${WEBSOCKET}&sid=${sid}`, headers }));
    },
  };

async function kept(asking: Promise<RawAnswer>): Promise<RawAnswer> {
  const answer = await asking;
  sockets.push(answer);
  return answer;
}

const entered = ({ status }: RawAnswer) => status === 200 || status === 101;

describe.each(Object.keys(WAYS))('a page that connects by %s', (way) => {
  const connect = (port: number, origin: string | null, headers: Record<string, string> = {}) =>
    (WAYS[way] as (typeof WAYS)[string])(port, { ...headers, ...(origin === null ? {} : { origin }) });

  it('is refused when its origin is another one, or none, and is told so in JSON', async () => {
    await using test = await start();
    for (const origin of [
      'https://evil.example',
      'null',
      '',
      'https://127.0.0.1.evil.example',
      `http://127.0.0.1:${test.port}@evil.example`,
      `http://127.0.0.1:${test.port}, https://evil.example`,
      'http://127.0.0.1:1',
      'http://localhost',
      'garbage',
      'file://',
      'file:///',
      'capacitor://localhost',
      'ionic://localhost',
      'tauri://localhost',
      `https://${'x'.repeat(5_000)}`,
    ]) {
      const answer = await connect(test.port, origin);
      expect([origin, answer.status]).toEqual([origin, 403]);
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      expect(JSON.parse(answer.body)).toEqual({ code: 'FORBIDDEN', message: expect.any(String) });
    }
  });

  it('is let in from the same host, and without an origin', async () => {
    await using test = await start();
    for (const origin of [`http://127.0.0.1:${test.port}`, `https://127.0.0.1:${test.port}`, null]) {
      expect([origin, entered(await connect(test.port, origin))]).toEqual([origin, true]);
    }
    expect(entered(await connect(test.port, 'https://app.example', { host: 'app.example' }))).toBe(true);
    expect(entered(await connect(test.port, 'https://app.example', { host: 'APP.example:443' }))).toBe(true);
    expect(entered(await connect(test.port, 'https://app.example', { host: 'other.example' }))).toBe(false);
    expect(entered(await connect(test.port, 'https://app.example', { host: '[' }))).toBe(false);
  });

  it('is let in when it is a program that writes the URL that it asks for, as Starscream does', async () => {
    const page = 'https://app.example';
    for (const origins of [undefined, page, [/^https:\/\/b\.example$/], []]) {
      await using test = await start(origins === undefined ? {} : { origins });
      const own = `127.0.0.1:${test.port}`;
      for (const [origin, host, isAllowed] of [
        [`ws://${own}`, own, true],
        [`wss://${own}`, own, true],
        ['wss://api.example', 'api.example', true],
        ['wss://api.example:443', 'api.example', true],
        ['wss://other.example', 'api.example', false],
        ['ws://127.0.0.1:1', own, false],
        ['wss://', own, false],
        ['wss://app.example', own, origins === page],
        ['ws://app.example', own, false],
        ['wss://b.example', own, Array.isArray(origins) && origins.length > 0],
        ['wsx://b.example', own, false],
      ] as const) {
        const answer = await connect(test.port, origin, { host });
        expect([origins, origin, entered(answer)]).toEqual([origins, origin, isAllowed]);
      }
    }
  });

  it('is let in from this machine outside of production, whatever the list says', async () => {
    for (const origins of [undefined, ['https://app.example']] as const) {
      await using test = await start(origins === undefined ? {} : { origins }, 'development');
      for (const host of ['localhost', '127.0.0.1', '[::1]', 'localhost:5173']) {
        expect([host, entered(await connect(test.port, `http://${host}`))]).toEqual([host, true]);
      }
      for (const host of ['localhost.evil.example', '127.0.0.2', 'evil.example/localhost']) {
        expect([host, entered(await connect(test.port, `http://${host}`))]).toEqual([host, false]);
      }
    }
  });

  const throws = () => {
    throw new Error('the list is away');
  };
  const RULES: readonly (readonly [string, Origins, readonly string[], readonly string[]])[] = [
    [
      'a string',
      'https://app.example',
      ['https://app.example'],
      ['https://app.example.evil', 'http://app.example'],
    ],
    [
      'a string with the default port',
      'https://App.example:443',
      ['https://app.example'],
      ['https://app.example:444'],
    ],
    ['a scheme of an app', 'capacitor://localhost', ['capacitor://localhost'], ['capacitor://other']],
    [
      'the URL of a WebSocket',
      'wss://App.example',
      ['https://app.example', 'wss://app.example'],
      ['http://app.example'],
    ],
    ['files', 'file://', ['file://'], ['file:///', 'file://x', 'null', 'ionic://localhost']],
    [
      'a RegExp of apps',
      /^(file:\/\/|(ionic|tauri):\/\/localhost)$/,
      ['file://', 'ionic://localhost', 'tauri://localhost'],
      ['null', 'capacitor://localhost'],
    ],
    ['a function of files', (origin) => origin === 'file://', ['file://'], ['null']],
    ['a RegExp', /^https:\/\/[a-z]+\.example$/, ['https://a.example'], ['https://a.example.evil', 'null']],
    ['a function', (origin) => origin.endsWith('.example'), ['https://a.example'], ['https://evil', 'null']],
    [
      'a promise',
      async (origin) => origin.endsWith('.example'),
      ['https://a.example'],
      ['https://evil', 'null'],
    ],
    [
      'a mixture',
      [
        'https://a.example',
        /^https:\/\/b\.example$/,
        () => false,
        async (origin) => origin === 'https://c.example',
      ],
      ['https://a.example', 'https://b.example', 'https://c.example'],
      ['https://d.example', 'null'],
    ],
    ['nothing', [], [], ['https://a.example']],
    ['everybody', '*', ['https://a.example', 'null'], []],
  ];
  it.each(RULES)('is judged by %s', async (_name, origins, allowed, refused) => {
    await using test = await start({ origins });
    for (const origin of allowed) {
      expect([origin, entered(await connect(test.port, origin))]).toEqual([origin, true]);
    }
    for (const origin of refused) {
      expect([origin, (await connect(test.port, origin)).status]).toEqual([origin, 403]);
    }
    // A list is instead of the own host: whoever rebinds a name to this machine has the same host, too.
    if (origins !== '*') {
      const { status } = await connect(test.port, `http://127.0.0.1:${test.port}`);
      expect(status).toBe(403);
    }
  });

  it.each<readonly [string, Origins, string]>([
    ['throws', throws, 'the list is away'],
    ['rejects', async () => throws(), 'the list is away'],
    ['never answers', () => new Promise<boolean>(() => {}), 'longer than 100 ms'],
  ])('is refused when a function %s, which is logged', async (_name, origins, text) => {
    await using test = await start({ origins, limits: { authTimeoutMs: 100 } });
    expect((await connect(test.port, 'https://app.example')).status).toBe(403);
    const failed = test.log.records.find(({ event }) => event === 'origins.rule-failed');
    expect(String(failed?.['error'])).toContain(text);
  });

  it('is let in by what the `cors` option of Socket.IO names', async () => {
    const socket = { cors: { origin: ['https://app.example', /^https:\/\/b\.example$/] } };
    await using test = await start({ socket });
    expect(entered(await connect(test.port, 'https://app.example'))).toBe(true);
    expect(entered(await connect(test.port, 'https://b.example'))).toBe(true);
    expect((await connect(test.port, 'https://evil.example')).status).toBe(403);
  });
});

describe('a request without an origin', () => {
  const SITES: readonly (readonly [site: string, isAllowed: boolean])[] = [
    ['same-origin', true],
    ['none', true],
    ['same-site', false],
    ['cross-site', false],
    ['cross-site, same-origin', false],
    ['', false],
  ];
  it.each(SITES)('whose `Sec-Fetch-Site` is %p gets in: %p', async (site, isAllowed) => {
    for (const origins of [undefined, '*', 'https://app.example'] as const) {
      await using test = await start(origins === undefined ? {} : { origins });
      const headers = { 'sec-fetch-site': site };
      const { body } = await ask(test.port);
      const { sid } = JSON.parse(body.slice(1)) as { sid: string };
      const path = `${POLLING}&sid=${sid}`;
      for (const answer of [
        await ask(test.port, { headers }),
        await kept(askUpgrade(test.port, { headers })),
        await ask(test.port, { method: 'POST', path, headers, body: '40' }),
        await ask(test.port, { path, headers }),
      ]) {
        expect(answer.status).toBe(isAllowed ? (answer.socket === null ? 200 : 101) : 403);
      }
      const lines = test.log.records.filter(({ event }) => event === 'connection.refused');
      expect(lines).toHaveLength(isAllowed ? 0 : 4);
      for (const line of lines) expect(line).toMatchObject({ option: 'origins', fetchSite: site });
    }
  });

  it('is judged by its origin where it has one, whatever the site', async () => {
    await using test = await start({ origins: ['https://app.example'] });
    const headers = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' };
    expect((await ask(test.port, { headers })).status).toBe(200);
  });
});

describe('what is below the path', () => {
  it('is answered with `nosniff`, so that no page uses it as a script', async () => {
    await using test = await start();
    const { headers, body } = await ask(test.port);
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    const path = `${POLLING}&sid=${sid}`;
    const all = [
      headers,
      (await ask(test.port, { method: 'POST', path, body: '40' })).headers,
      (await ask(test.port, { path })).headers,
      (await ask(test.port, { path: '/socket.io/socket.io.js' })).headers,
      (await ask(test.port, { path: `${POLLING}&sid=unknown` })).headers,
      (await ask(test.port, { headers: { origin: 'null' } })).headers,
    ];
    for (const one of all) expect(one['x-content-type-options']).toBe('nosniff');
  });
});

describe('every request of a connection', () => {
  it('is judged, so that no page takes part in what another one began', async () => {
    await using test = await start();
    const { body } = await ask(test.port);
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    const path = `${POLLING}&sid=${sid}`;
    const headers = { origin: 'https://evil.example' };
    expect((await ask(test.port, { path, headers })).status).toBe(403);
    expect((await ask(test.port, { method: 'POST', path, headers, body: '40' })).status).toBe(403);
    expect((await ask(test.port, { method: 'POST', path, body: '40' })).status).toBe(200);
  });
});

describe('a request that is reset while a function decides', () => {
  it.each([
    ['polling', httpRequest('GET', POLLING, ['Origin: https://app.example'])],
    ['websocket', upgradeRequest(WEBSOCKET, ['Origin: https://app.example'])],
  ])('leaves nothing behind over %s', async (_name, bytes) => {
    let decide: (isAllowed: boolean) => void = () => {};
    let asked: () => void = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const origins = () =>
      new Promise<boolean>((resolve) => {
        decide = resolve;
        asked();
      });
    await using test = await start({ origins, limits: { connections: 1 } });
    let made = 0;
    test.app.io.engine.on('connection', () => made++);
    const connection = new Bytes(test.port);
    await connection.write(bytes);
    await isAsked;
    await connection.reset();
    // The only place there is comes free with the reset, not with the decision.
    while ((await ask(test.port)).status === 503);
    decide(true);
    expect((await ask(test.port)).status).toBe(503);
    expect(made).toBe(1);
  });
});

describe('the log', () => {
  it('has the line to write, and no more than ten lines a minute', async () => {
    await using test = await start();
    for (let i = 0; i < 30; i++) await ask(test.port, { headers: { origin: `https://app-${i}.example` } });
    const lines = test.log.records.filter(({ event }) => event === 'connection.refused');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      option: 'origins',
      origin: 'https://app-0.example',
      write: "origins: ['https://app-0.example']",
    });
  });

  it.each([['*'], [/example\.com/]] as const)('warns at the start of %s', async (origins) => {
    await using test = await start({ origins });
    expect(test.log.records).toContainEqual(
      expect.objectContaining({ level: 'warn', event: 'origins.insecure', option: 'origins' }),
    );
  });

  it('does not warn of a list', async () => {
    await using test = await start({ origins: ['https://a.example', /^https:\/\/b\.example$/] });
    expect(test.log.records.map(({ event }) => event)).toEqual(['app.listening']);
  });
});

describe('polling from an allowed origin', () => {
  const origin = 'https://app.example';
  const options: RawRequest = {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-own',
    },
  };

  it('may read the answers, without cookies', async () => {
    await using test = await start({ origins: [origin] });
    const { headers } = await ask(test.port, { headers: { origin } });
    expect(headers['access-control-allow-origin']).toBe(origin);
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    expect(headers.vary).toContain('Origin');
    const preflight = await ask(test.port, options);
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'x-own',
    });
    expect(preflight.headers).not.toHaveProperty('access-control-allow-private-network');
    const privately = { 'access-control-request-private-network': 'true' };
    const fromOutside = await ask(test.port, { ...options, headers: { ...options.headers, ...privately } });
    expect(fromOutside.headers).toHaveProperty('access-control-allow-private-network', 'true');
    const foreign = await ask(test.port, {
      ...options,
      headers: { ...options.headers, ...privately, origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);
    expect(foreign.headers).not.toHaveProperty('access-control-allow-private-network');
  });

  const REFUSALS: readonly (readonly [string, number, TestAppOptions])[] = [
    ['of too many connections', 503, { limits: { connections: 1 } }],
    ['of too many connections of an address', 429, { limits: { connectionsPerAddress: 1 } }],
    ['of its address', 403, { addresses: ipFilter({ deny: ['127.0.0.1'] }) }],
    ['of its URL', 400, {}],
  ];
  describe.each<readonly [string, Origins]>([
    ['a list', origin],
    ['a function', async (asked) => asked === origin],
  ])('named by %s', (_name, origins) => {
    it.each(REFUSALS)('may read a refusal %s', async (_of, status, settings) => {
      for (const credentials of [undefined, true]) {
        const socket = credentials === undefined ? {} : { cors: { credentials } };
        await using test = await start({ ...settings, origins, socket });
        const path = status === 400 ? `${POLLING}&EIO=3` : POLLING;
        if (status !== 400) await ask(test.port, { headers: { origin } });
        const answer = await ask(test.port, { path, headers: { origin } });
        expect(answer.status).toBe(status);
        expect(answer.headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' });
        expect(answer.headers['access-control-allow-credentials']).toBe(credentials?.toString());
        expect((await ask(test.port, { ...options, path: POLLING })).status).toBe(204);
        const foreign = await ask(test.port, { path, headers: { origin: 'https://evil.example' } });
        expect(foreign.status).toBe(status);
        expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
      }
    });

    it('may read that the server closes', async () => {
      await using test = await start({ origins, limits: { closeTimeoutMs: 5_000 } });
      const client = await test.client.connect();
      const held = client.call('hold');
      await client.call('echo', 1);
      const closing = test.app.close();
      let answer = await ask(test.port, { headers: { origin } });
      while (answer.status !== 503) answer = await ask(test.port, { headers: { origin } });
      expect(answer.headers['access-control-allow-origin']).toBe(origin);
      release();
      await Promise.all([held, closing]);
    });
  });

  it('may with cookies where `socket.cors` asks for them', async () => {
    await using test = await start({ origins: [origin], socket: { cors: { credentials: true } } });
    for (const request of [{ headers: { origin } }, options]) {
      const { headers } = await ask(test.port, request);
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
      });
    }
  });
});

describe('at boot', () => {
  it.each<readonly [unknown, string]>([
    ['https://x/', "write 'https://x'"],
    ['https://user@x', "write 'https://x'"],
    ['x.example', "write 'https://x.example'"],
    ['https://*.x.example', 'write /^https:\\/\\/[a-z0-9-]+\\.x\\.example$/'],
    ['null', 'write the origin of the page'],
    ['file:///', "write 'file://'"],
    [/x/g, 'write /x/'],
    [7, "write 'https://app.example.com'"],
  ])('%p is a problem that says what to write', async (rule, help) => {
    const starting = start({ origins: [rule] as unknown as Origins });
    await expect(starting).rejects.toMatchObject({ problems: [{ code: 'GW_ERR_BUILD_BAD_ORIGIN', help }] });
  });
});
