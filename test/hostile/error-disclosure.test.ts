import { describe, expect, it } from '@jest/globals';
import { Bytes, httpRequest } from './client/bytes.js';
import { isPacket, type RawClient } from './client/raw-client.js';
import { upgradeRequest } from './client/websocket-wire.js';
import { type Entry, SECRET } from './server/journal.js';
import { serverFixture, TRANSPORTS } from './shared-server.js';

/** Stands in everything that these clients send, and must not come back. */
const MARKER = 'payload-marker';
/** What a stack, a path or a cause looks like on the wire. */
const LEAKS = [
  new RegExp(SECRET),
  new RegExp(MARKER),
  /node_modules/,
  /\/var\/lib/,
  /\\n\s*at /,
  /\bat \S+ \(/,
  /\.[cm]?[jt]s:\d/,
  /file:\/\//,
  /\[cause\]|"stack"|"cause"/,
  /TypeError|RangeError|SyntaxError/,
];

const FAILING: Readonly<Record<string, readonly string[]>> = {
  '/answers': [
    'bigint',
    'async-bigint',
    'circular',
    'deep',
    'blob',
    'untouchable',
    'function',
    'symbol',
    'getter-throws',
    'to-json-throws',
    'then-getter-throws',
    'then-throws',
    'then-twice',
    'throw',
    'async-throw',
    'throw-function',
    'throw-untouchable',
    'throw-bare-object',
    'throw-error-in-circle',
    'reject-undefined',
    'reject-null',
    'reject-untouchable',
    'map-throws',
    'map-rejects',
    'sold-out',
    'details-bigint',
    'details-circular',
    'guard-false',
    'guard-async-false',
    'guard-throws',
    'guard-rejects',
    'guard-hangs',
    'schema',
    'schema-choice',
    'schema-valibot',
    'schema-arktype',
    'schema-arktype-all',
    'schema-throws',
    'schema-rejects',
    'args-schema',
    'ack-schema',
    'slow-failure',
    'ack-then-throw',
    'ack-error',
    'ack-bigint',
    'throw-then-ack',
    'nobody',
    'error',
    '__proto__',
  ],
  '/steps': [
    'forgets-next',
    'throws-first',
    'throws-after-next',
    'throws-beside-next',
    'does-not-wait-failure',
    'hangs',
    'rejects-with-nothing',
    'caches-bigint',
    'parameter-throws',
    'parameter-rejects',
    'parameters-reject',
    'parameter-rejects-and-next-throws',
    'constructor-throws',
    'disposal-throws',
  ],
  '/raw': ['any-throws', 'use-throws', 'use-refuses', 'raw-throws', 'raw-rejects'],
  '/emits': ['emit'],
};

/** Texts, where a schema wants something else. Keys may come back, since they say where that is. */
const PAYLOADS: readonly unknown[] = [
  MARKER,
  { n: MARKER, choice: MARKER, list: [MARKER] },
  [MARKER, MARKER],
];

// A connect hook that hangs has to hang until an event was sent.
const fixture = serverFixture({ HOSTILE_LIMITS: '{"refusalsInARow":1000}', HOSTILE_CONNECT_MS: '2000' });

describe.each(TRANSPORTS)('nothing but codes, safe texts and ids leaves the server over %s', (transport) => {
  it.each(Object.entries(FAILING))('when calls fail in %s', async (namespace, events) => {
    const client = await fixture.client(transport);
    await client.connect(namespace, { token: MARKER });
    for (const event of events) {
      for (const payload of PAYLOADS) await client.call(namespace, event, payload);
      client.emit(namespace, event, ...PAYLOADS);
    }
    await client.roundTrip(namespace);
    expectSilence(client);
  });

  it('when texts of an `emit` that cannot be encoded fail', async () => {
    const client = await fixture.client(transport, '/emits');
    for (const value of ['bigint', 'circular', 'deep']) {
      for (const to of ['me', 'room', 'volatile', 'others'])
        await client.call('/emits', 'emit', { value, to });
    }
    expectSilence(client);
  });

  it('when clients are refused', async () => {
    // A connection each: one that is refused again and again is closed.
    const refuse = async (namespace: string, kind: string): Promise<void> => {
      const client = await fixture.client(transport);
      await client.connect(namespace, { kind, token: MARKER });
      expectSilence(client);
    };
    const kinds = ['throws', 'rejects', 'then-throws', 'string', 'untouchable', 'own-code', 'details-bigint'];
    for (const kind of [...kinds, 'details-circular', 'details-deep', 'hangs', MARKER])
      await refuse('/auth', kind);
    for (const kind of ['forgets-next', 'throws', 'rejects']) await refuse('/connect-steps', kind);
    for (const namespace of ['/auth-class', '/data', '/raw-use', '/nowhere', '/team/[x]'])
      await refuse(namespace, 'throws');
  });

  it.each(['throws', 'throws-bigint', 'throws-code', 'hangs'])('when a connect hook %s', async (kind) => {
    const client = await fixture.client(transport, '/');
    await client.connect('/hooks', { kind, token: MARKER });
    // Whoever was turned away already and sends an event is cut off by Socket.IO.
    if (kind === 'hangs') client.send('/hooks', 'note', MARKER);
    await client.waitFor(({ text }) => isPacket(text, '1', '/hooks'), 'DISCONNECT');
    await client.roundTrip('/');
    expectSilence(client);
  });

  it('also under the id that stands in the log', async () => {
    const client = await fixture.client(transport, '/answers');
    const from = fixture.server.mark;
    for (const event of ['throw', 'details-bigint', 'guard-false', 'never', 'nobody']) {
      const { args } = await client.call('/answers', event);
      const [{ error }] = args as [{ error: { id: string; code: string } }];
      const isSame = (entry: Entry) => entry['id'] === error.id && entry['code'] === error.code;
      await fixture.server.told(isSame, `the log of ${event}`, from);
    }
  });
});

describe('nothing but codes and safe texts leaves the HTTP edge', () => {
  const polling = '/socket.io/?EIO=4&transport=polling';

  it.each([
    httpRequest('GET', `/${MARKER}`),
    httpRequest('GET', `/socket.io/${MARKER}`),
    httpRequest('GET', `${polling}&sid=${MARKER}`),
    httpRequest('GET', `/socket.io/?EIO=4&transport=${MARKER}`),
    httpRequest('GET', polling, [`Origin: \x01${MARKER}`]),
    httpRequest('GET', polling, [`Cookie: token=${MARKER}`, `Authorization: ${MARKER}`]),
    httpRequest('POST', polling, [`Content-Length: ${MARKER.length}`], MARKER),
    httpRequest(MARKER.toUpperCase(), polling),
    `GET ${MARKER} HTTP/1.1\r\n\r\n`,
    httpRequest('GET', `${polling}&allow=throws`),
    httpRequest('GET', `${polling}&allow=rejects`),
    upgradeRequest(`/${MARKER}`),
    upgradeRequest(`/socket.io/?EIO=4&transport=${MARKER}`),
    upgradeRequest('/socket.io/?EIO=4&transport=websocket&allow=throws'),
    upgradeRequest(`/socket.io/?EIO=4&transport=websocket&sid=${MARKER}`),
    upgradeRequest('/socket.io/?EIO=4&transport=websocket', [`Sec-WebSocket-Extensions: ${MARKER}`]),
  ])('for %j', async (request) => {
    const connection = new Bytes(fixture.server.port);
    await connection.write(request);
    await connection.reacted();
    await connection.reset();
    for (const leak of LEAKS) expect(connection.received).not.toMatch(leak);
  });
});

/** Looks at every byte that a client received. */
function expectSilence(client: RawClient): void {
  expect(client.frames.length).toBeGreaterThan(1);
  for (const { text } of client.frames) for (const leak of LEAKS) expect(text).not.toMatch(leak);
}
