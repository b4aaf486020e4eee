import { describe, expect, it } from '@jest/globals';
import { admission, type ConnectContext, Gateway, OnConnect } from '../../src/index.js';
import { createTestApp, type TestAppOptions } from '../../src/testing/index.js';
import type { Engine } from '../../src/transport/engineio.js';
import { ask, POLLING } from '../support/raw-http.js';
import { within } from '../support/within.js';

@Gateway('/')
class Doors {
  @OnConnect() enter(ctx: ConnectContext) {
    if (ctx.handshake.auth['closes'] === true) ctx.closeConnection();
    if (ctx.handshake.auth['disconnects'] === true) ctx.socket.disconnect(true);
  }
}

/** Waits of the engine that end no test: what ends a connection here is not the engine. */
const NEVER_MS = 2 ** 31 - 1;

describe('a polling connection whose client never polls gives its place back', () => {
  const CASES: readonly (readonly [what: string, posts: readonly string[], options?: TestAppOptions])[] = [
    ['when it enters no namespace', []],
    ['when it is refused too often', Array.from({ length: 5 }, (_, i) => `40/nowhere-${i},`)],
    ['when the application closes it', ['40{"closes":true}']],
    ['when the application disconnects it', ['40{"disconnects":true}']],
    ['when what it sends is nothing', ['42["x"]']],
    [
      'when it has waited for too long',
      [],
      { admission: admission({ maxConnections: 1, queue: { max: 1, timeoutMs: 200 } }) },
    ],
  ];

  it.each(CASES)('%s', async (_what, posts, options = {}) => {
    await using test = await createTestApp(Doors, {
      ...options,
      limits: { closeTimeoutMs: 50 },
      socket: {
        connectTimeout: options.admission === undefined ? 200 : NEVER_MS,
        pingInterval: NEVER_MS,
      },
    });
    const port = test.app.address?.port as number;
    const { engine } = test.app.io as unknown as { engine: Engine };
    const ids: string[] = [];
    for (let i = options.admission === undefined ? 1 : 2; i > 0; i--) {
      const { body } = await ask(port);
      ids.push((JSON.parse(body.slice(1)) as { sid: string }).sid);
    }
    const connection = engine.clients[ids.at(-1) as string];
    if (connection === undefined) throw new Error('the handshake made no connection');
    Object.assign(connection.transport, { closeTimeout: NEVER_MS });
    const closed = new Promise<void>((resolve) => connection.once('close', resolve));
    for (const body of posts)
      await ask(port, { method: 'POST', path: `${POLLING}&sid=${connection.id}`, body });
    await within('the end of the connection', closed);
    expect(Object.keys(engine.clients)).not.toContain(connection.id);
  });
});

describe('a polling connection whose client polls', () => {
  it('is told of its end, also when it comes for it a moment later', async () => {
    await using test = await createTestApp(Doors, { limits: { closeTimeoutMs: 50 } });
    const port = test.app.address?.port as number;
    const { body } = await ask(port);
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    const path = `${POLLING}&sid=${sid}`;
    await ask(port, { method: 'POST', path, body: '40{"disconnects":true}' });
    const received: string[] = [];
    while (!received.includes('1')) {
      const answer = await ask(port, { path });
      expect(answer.status).toBe(200);
      received.push(...answer.body.split('\x1e'));
    }
    expect(received.filter((packet) => packet === '41' || packet === '1')).toEqual(['41', '1']);
  });
});
