import { describe, expect, it } from '@jest/globals';
import { Bytes, httpRequest } from './client/bytes.js';
import { PollingWire } from './client/polling-wire.js';
import { RawClient } from './client/raw-client.js';
import { frame, upgradeRequest, WebSocketWire } from './client/websocket-wire.js';
import { HostileServer } from './hostile-server.js';
import { serverFixture, TRANSPORTS } from './shared-server.js';

const WEBSOCKET = '/socket.io/?EIO=4&transport=websocket';
const POLLING = '/socket.io/?EIO=4&transport=polling';
const HANDSHAKES = [
  POLLING,
  `${POLLING}&sid=__proto__`,
  `${POLLING}&sid=constructor`,
  `${POLLING}&sid=${'x'.repeat(10_000)}`,
  `${POLLING}&sid=%ff%00`,
  `${POLLING}&sid=`,
  `${POLLING}&sid=a&sid=b`,
  `${POLLING}&j=0`,
  `${POLLING}&j=<script>`,
  `${POLLING}&b64=1`,
  `${POLLING}&transport=websocket`,
  WEBSOCKET,
  '/socket.io/?EIO=4&transport=webtransport',
  '/socket.io/?EIO=4&transport=__proto__',
  '/socket.io/?EIO=4&transport=constructor',
  '/socket.io/?EIO=4',
  '/socket.io/?EIO=3&transport=polling',
  '/socket.io/?EIO=4&EIO=3&transport=polling',
  '/socket.io/?EIO[]=4&transport[toString]=polling',
  '/socket.io/?%',
  '/socket.io/?%ff%fe=%',
  '/socket.io/?__proto__=x&__proto__[a]=b',
  '/socket.io/??#[',
  '/socket.io?EIO=4&transport=polling',
];
const PATHS = [
  ...HANDSHAKES,
  '/',
  '//[',
  '//',
  'http://[',
  'http://user:password@[::1/socket.io/',
  '*',
  '/socket.io',
  '/socket.io/',
  '/socket.iox',
  '/socket.io//[',
  '/socket.io/%',
  '/socket.io/../../etc/passwd',
  '/socket.io/%2e%2e/%2e%2e/etc/passwd',
  '/socket.io/__proto__',
  '/socket.io/constructor',
  '/socket.io/socket.io.js/..',
  `/socket.io/${'x'.repeat(10_000)}`,
];
const HEADERS = [
  'Origin: \x01\x02',
  'Origin: null',
  'Origin: \u00ff',
  'Cookie: \u00ff=;;;=',
  'Content-Type: application/octet-stream',
  'Content-Length: -1',
  'Content-Length: 5\r\nContent-Length: 6',
  'Content-Length: 5\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Expect: 100-continue',
  'Expect: the unexpected',
  'Connection: Upgrade\r\nUpgrade: h2c',
  'Connection: Upgrade\r\nUpgrade: websocket',
  'Upgrade: websocket',
  'Accept-Encoding: \u00ff;q=x,,,gzip;q=2',
  'If-None-Match: \u00ff',
  'X-Forwarded-For: \u00ff',
  `X-Long: ${'x'.repeat(100_000)}`,
  'no colon',
  ': no name',
];
const UPGRADES = [
  ...HANDSHAKES,
  '/',
  '/elsewhere',
  '//[',
  'http://[',
  '*',
  '/socket.io/socket.io.js',
  '/socket.io/%',
];

const fixture = serverFixture();

describe('the process survives requests', () => {
  async function request(bytes: string): Promise<string> {
    const connection = new Bytes(fixture.server.port);
    await connection.write(bytes);
    await connection.reacted();
    connection.destroy();
    return connection.received;
  }

  it.each(PATHS)('for %s with every method', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'WHAT']) {
      const answer = await request(httpRequest(method, path, ['Connection: close', 'Content-Length: 0']));
      expect(answer).not.toContain('root:');
    }
  });

  it.each(HEADERS)('with the header %j', async (header) => {
    for (const path of [POLLING, '/socket.io/socket.io.js', '/elsewhere']) {
      await request(httpRequest('GET', path, [header]));
      await request(httpRequest('POST', path, [header], '5\r\n4'));
      await request(upgradeRequest(path, [header]));
    }
  });

  it.each(UPGRADES)('that want a WebSocket at %s', async (path) => {
    await request(upgradeRequest(path));
    await request(`${upgradeRequest(path)}${'x'.repeat(1_000)}`);
  });

  it('that are no HTTP', async () => {
    for (const bytes of [
      '\r\n\r\n',
      '\0\0\0\0\0',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'GET',
      'x\n\n',
    ]) {
      const connection = new Bytes(fixture.server.port);
      await connection.write(bytes);
      await connection.reset();
    }
    await request('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    await request('GET / HTTP/9.9\r\n\r\n');
  });

  it.each(['a reset', 'an end'])('that stop midway with %s', async (how) => {
    const { session } = (await fixture.client('polling')).wire as PollingWire;
    const whole = [
      httpRequest('GET', POLLING),
      httpRequest('GET', `${POLLING}&sid=${session}`),
      httpRequest('POST', `${POLLING}&sid=${session}`, ['Content-Length: 100'], '40'),
      httpRequest('GET', '/socket.io/socket.io.js', ['Accept-Encoding: gzip']),
      upgradeRequest(WEBSOCKET),
      upgradeRequest(`${WEBSOCKET}&sid=${session}`),
      upgradeRequest('/elsewhere'),
    ];
    for (const bytes of whole) {
      for (const length of [1, Math.floor(bytes.length / 2), bytes.length - 1, bytes.length]) {
        const connection = new Bytes(fixture.server.port);
        await connection.write(bytes.slice(0, length));
        if (how === 'a reset') await connection.reset();
        else connection.socket.end();
      }
    }
  });

  it.each([
    ['a request', httpRequest('GET', `${POLLING}&allow=pending`)],
    ['an upgrade', upgradeRequest(`${WEBSOCKET}&allow=pending`)],
  ])('%s that is reset while `allowRequest` decides', async (_name, bytes) => {
    await resetWhilePending(fixture.server, bytes);
  });

  it.each(['throws', 'rejects', 'refuses'])('where `allowRequest` %s, and refuses them', async (allow) => {
    expect(await request(httpRequest('GET', `${POLLING}&allow=${allow}`))).toMatch(/^HTTP\/1\.1 4/);
    expect(await request(upgradeRequest(`${WEBSOCKET}&allow=${allow}`))).toMatch(/^(HTTP\/1\.1 4|$)/);
  });
});

describe('the process survives a session', () => {
  it('that is fetched twice at once', async () => {
    const { wire } = await fixture.client('polling', '/');
    const second = new Bytes(fixture.server.port);
    await second.write(httpRequest('GET', `${POLLING}&sid=${(wire as PollingWire).session}`));
    await second.reacted();
    second.destroy();
    await wire.closed;
  });

  it('that is posted to twice at once', async () => {
    const { wire } = await fixture.client('polling', '/');
    const path = `${POLLING}&sid=${(wire as PollingWire).session}`;
    const first = new Bytes(fixture.server.port);
    await first.write(httpRequest('POST', path, ['Content-Length: 10'], '4'));
    await fixture.expectAlive(); // the first has arrived
    const second = new Bytes(fixture.server.port);
    await second.write(httpRequest('POST', path, ['Content-Length: 1'], '6'));
    await second.reacted();
    await wire.closed;
    for (const connection of [first, second]) connection.destroy();
  });

  it.each(['PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'])('that gets a %s', async (method) => {
    const { wire } = await fixture.client('polling', '/');
    const other = new Bytes(fixture.server.port);
    await other.write(httpRequest(method, `${POLLING}&sid=${(wire as PollingWire).session}`));
    await other.reacted();
    other.destroy();
  });

  it.each([
    ['nothing', '', {}],
    ['separators', '\x1e'.repeat(10_000), {}],
    ['10,000 events', Array<string>(10_000).fill('42["ping"]').join('\x1e'), {}],
    ['a packet of the server', '0{"sid":"x"}', {}],
    ['a ping of a client', '2', {}],
    ['a pong that nobody waits for', '3', {}],
    ['a close', '1', {}],
    ['an event and a close', '42["bye",1]\x1e1', {}],
    ['unknown types', '7\x1e8\x1e9\x1ex', {}],
    ['broken base64', 'b!!!\x1eb', {}],
    ['binary content', Buffer.from([0, 1, 2, 255]), { 'content-type': 'application/octet-stream' }],
    ['bytes that are no UTF-8', Buffer.from([0x34, 0x32, 0xff, 0xfe, 0xc0]), {}],
    ['JSONP without data', 'e=1', {}],
    ['more than is allowed', '4'.repeat(1_500_000), {}],
  ])('that is posted %s', async (_name, body, headers) => {
    const client = await fixture.client('polling', '/');
    const { wire } = client;
    (wire as PollingWire).post(body, headers);
    client.send('/', 'ping');
    await Promise.race([
      client.waitFor(({ text }) => text.startsWith('43'), 'an answer').catch(() => {}),
      wire.closed,
    ]);
  });

  it.each([
    ['an upgrade to nothing', ['5']],
    ['events instead of a probe', ['42["ping"]', '5']],
    ['a probe and garbage', ['2probe', 'x']],
    ['a probe twice', ['2probe', '2probe', '5', '5']],
    ['a wrong probe', ['2prob']],
    ['binary', [Buffer.from([1, 2, 3])]],
  ])('whose upgrade sends %s', async (_name, packets) => {
    const polling = await fixture.client('polling', '/');
    const { session } = polling.wire as PollingWire;
    const upgrade = new WebSocketWire(fixture.server.port, `${WEBSOCKET}&sid=${session}`);
    upgrade.send(...packets);
    await fixture.expectAlive();
    upgrade.destroy();
  });

  it.each(['once', 'twice'])('whose upgrade is reset, %s', async (times) => {
    const { wire } = await fixture.client('polling', '/');
    const path = `${WEBSOCKET}&sid=${(wire as PollingWire).session}`;
    const upgrades = Array.from({ length: times === 'once' ? 1 : 2 }, () => {
      const upgrade = new WebSocketWire(fixture.server.port, path);
      upgrade.send('2probe');
      return upgrade;
    });
    await fixture.expectAlive();
    for (const upgrade of upgrades) upgrade.reset();
  });

  it.each([
    ['an unmasked frame', Buffer.from([0x81, 0x01, 0x34])],
    ['reserved bits', frame(0x71, Buffer.from('4'))],
    ['unknown opcodes', frame(0x0b, Buffer.from('4'))],
    ['a continuation of nothing', frame(0, Buffer.from('4'))],
    ['a fragment without an end', Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x34])],
    ['a fragmented ping', Buffer.from([0x09, 0x80, 0, 0, 0, 0])],
    ['a long ping', frame(9, Buffer.alloc(126))],
    ['a ping', frame(9, Buffer.from('ping'))],
    ['a pong', frame(10, Buffer.from('pong'))],
    ['bytes that are no UTF-8', frame(1, Buffer.from([0x34, 0xff, 0xfe, 0xc0]))],
    ['a close without a code', frame(8, Buffer.alloc(0))],
    ['a close with half a code', frame(8, Buffer.from([3]))],
    ['a close with an unknown code', frame(8, Buffer.from([0x13, 0x88]))],
    ['a close that is no UTF-8', frame(8, Buffer.from([3, 0xe8, 0xff, 0xff]))],
    ['a length of 2^63', Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['more than is allowed', frame(1, Buffer.alloc(1_500_000, 0x34))],
    ['an empty frame', frame(1, Buffer.alloc(0))],
    ['every Engine.IO type', Buffer.concat([...'0123456789x'].map((type) => frame(1, Buffer.from(type))))],
  ])('whose WebSocket sends %s', async (_name, bytes) => {
    const client = await fixture.client('websocket', '/');
    (client.wire as WebSocketWire).write(bytes);
    client.send('/', 'ping');
    await fixture.expectAlive();
  });

  it.each(TRANSPORTS)('that is cut in the middle of a call over %s', async (transport) => {
    const from = fixture.server.mark;
    for (const event of ['slow', 'slow-failure', 'ack-too-late', 'async-bigint', 'then-never']) {
      const client = await fixture.client(transport, '/answers');
      client.send('/answers', event);
      if (transport === 'websocket') (client.wire as WebSocketWire).reset();
      else client.destroy();
    }
    const isLate = ({ at, event }: { at: string; event?: unknown }) =>
      at === 'late' && event === 'ack-too-late';
    await fixture.server.told(isLate, 'that a late answer was given', from);
  });
});

describe('the process survives requests that it thinks about in promises', () => {
  const slow = serverFixture({ HOSTILE_MIDDLEWARE: '1' });

  it.each(['throws', 'rejects', 'refuses'])('where `allowRequest` %s', async (allow) => {
    for (const bytes of [
      httpRequest('GET', `${POLLING}&allow=${allow}`),
      upgradeRequest(`${WEBSOCKET}&allow=${allow}`),
    ]) {
      const connection = new Bytes(slow.server.port);
      await connection.write(bytes);
      await connection.reacted();
      connection.destroy();
    }
  });

  it.each([
    ['a request', httpRequest('GET', `${POLLING}&thinks=1`)],
    ['an upgrade', upgradeRequest(`${WEBSOCKET}&thinks=1`)],
    ['an upgrade to nothing', upgradeRequest(`${WEBSOCKET}&sid=none&thinks=1`)],
  ])('%s that is reset meanwhile', async (_name, bytes) => {
    await resetWhilePending(slow.server, bytes);
  });

  it.each(HANDSHAKES)('for %s', async (path) => {
    for (const bytes of [httpRequest('GET', path), httpRequest('POST', path), upgradeRequest(path)]) {
      for (const waits of [true, false]) {
        const connection = new Bytes(slow.server.port);
        await connection.write(bytes);
        if (waits) await connection.reacted();
        await connection.reset();
      }
    }
  });
});

describe('the process ends at SIGTERM', () => {
  it('whatever its connections do: a refused upgrade and a WebSocket that answers no close, both half open, half a request, a request kept', async () => {
    const server = await HostileServer.start();
    const connections = [
      upgradeRequest('/elsewhere'),
      upgradeRequest(WEBSOCKET),
      'GET / HTTP/1.1\r\nHost:',
      httpRequest('GET', POLLING),
    ].map((bytes) => ({ bytes, connection: new Bytes(server.port, true) }));
    try {
      for (const { bytes, connection } of connections) await connection.write(bytes);
      const client = await RawClient.open(server.port, 'websocket');
      await client.connect('/'); // by now the server has seen the bytes, too
      client.destroy();
      server.signal('SIGTERM');
      expect(await server.exited()).toBe(0);
      expect(server.errors).toBe('');
    } finally {
      for (const { connection } of connections) connection.destroy();
      await server.stop();
    }
  });
});

/** Sends a request that takes a while to be decided about, and resets the connection meanwhile. */
async function resetWhilePending(server: HostileServer, bytes: string): Promise<void> {
  const from = server.mark;
  const connection = new Bytes(server.port);
  await connection.write(bytes);
  await server.told(({ at }) => at === 'pending', 'that it decides', from);
  await connection.reset();
  await server.told(({ at }) => at === 'decided', 'that it has decided', from);
}
