import { expect, it } from '@jest/globals';
import { Gateway, OnConnect, OnEvent } from '../../src/index.js';
import { createTestApp, describeMatrix, type TestAppOptions } from '../../src/testing/index.js';
import { deferred } from '../support/deferred.js';
import { within } from '../support/within.js';
import { RawClient } from './client/raw-client.js';

const EVENTS = 40;
const BYTES = 40_000;
/** Small, so that a test need not send much. */
const SMALL = { socket: { maxHttpBufferSize: 50_000 }, limits: { inputBytes: 200_000, closeTimeoutMs: 100 } };
/** Events that fit, and the one that is read before the reading stops. */
const FIT = SMALL.limits.inputBytes / BYTES + 1;

/** Sends more than may wait, and waits until the server reads no further. */
async function flood(gateway: new () => object, cell: TestAppOptions) {
  const test = await createTestApp(gateway, { ...cell, ...SMALL });
  const client = await RawClient.open(test.app.address?.port as number, cell.transport ?? 'websocket');
  await client.connect('/');
  const slowed = deferred<unknown>();
  test.app.watch('gatewire:limit', (message) => {
    if ((message as { event: string }).event === 'connection.slowed') slowed.resolve(message);
  });
  const sent = Array.from({ length: EVENTS }, () => client.send('/', 'save', 'x'.repeat(BYTES)));
  await within('that reading stops', slowed.promise);
  return { test, client, sent, slowed: await slowed.promise };
}

describeMatrix('what waits because of a client is bounded in bytes', (cell) => {
  it('while its handlers run: the connection is read no further, and nothing is lost', async () => {
    const gate = deferred();
    let begun = 0;
    @Gateway('/')
    class Slow {
      @OnEvent('save') async save() {
        begun++;
        await gate.promise;
        return begun;
      }
      @OnEvent('ping') ping() {}
    }
    const { test, client, sent, slowed } = await flood(Slow, cell);
    await using _ = test;
    expect(slowed).toMatchObject({ limit: 'inputBytes' });
    const other = await RawClient.open(test.app.address?.port as number, cell.transport ?? 'websocket');
    await other.connect('/');
    for (let i = 0; i < 10; i++) await other.roundTrip('/');
    expect(begun).toBeLessThanOrEqual(FIT);
    gate.resolve();
    for (const id of sent) expect((await client.answer('/', id)).args).toMatchObject([{ ok: true }]);
    expect(begun).toBe(EVENTS);
  });

  it('while its events wait for @OnConnect', async () => {
    const gate = deferred();
    const heard: number[] = [];
    @Gateway('/')
    class Slow {
      @OnConnect() connect() {
        return gate.promise;
      }
      @OnEvent('save') save(payload: string) {
        heard.push(payload.length);
      }
    }
    const { test, client, sent, slowed } = await flood(Slow, cell);
    await using _ = test;
    expect(slowed).toMatchObject({ limit: 'inputBytes' });
    gate.resolve();
    for (const id of sent) expect((await client.answer('/', id)).args).toMatchObject([{ ok: true }]);
    expect(heard).toEqual(sent.map(() => BYTES));
  });

  it('until a handler has run out of time, or its client is gone', async () => {
    @Gateway('/')
    class Hanging {
      @OnEvent('save', { timeoutMs: 300 }) save() {
        return new Promise(() => {});
      }
    }
    const { test, client, sent } = await flood(Hanging, cell);
    await using _ = test;
    for (const id of sent) {
      expect((await client.answer('/', id)).args).toMatchObject([{ error: { code: 'TIMEOUT' } }]);
    }
    client.destroy();
  });
});
