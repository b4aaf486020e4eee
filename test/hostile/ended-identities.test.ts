import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import {
  Concurrency,
  createParamDecorator,
  type EventContext,
  Gateway,
  Guard,
  type Handshake,
  type Middleware,
  OnConnect,
  OnDisconnect,
  OnEvent,
  RateLimit,
  Use,
} from '../../src/index.js';
import { MemoryRates } from '../../src/stores/rates.js';
import { createTestApp, describeMatrix, type TestApp, type TestClient } from '../../src/testing/index.js';
import { type Deferred, deferred } from '../support/deferred.js';
import { until } from '../support/until.js';

let gate: Deferred = deferred();
let waiting = 0;
let started: string[] = [];
let left = 0;

/** What an event may wait for. */
async function wait(): Promise<void> {
  waiting++;
  await gate.promise;
}

const waits = <TResult>(result: TResult) => wait().then(() => result);

const slowly: Middleware = {
  async event(_, next) {
    await wait();
    return next();
  },
};

const slowSchema: StandardSchemaV1<string, string> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => waits({ value: value as string }) },
};

const Slow = createParamDecorator(() => waits('slow'));

function auth({ auth: { id, expiresIn } }: Handshake) {
  const expiresAt = expiresIn === undefined ? undefined : new Date(Date.now() + Number(expiresIn));
  return { user: { id: String(id) }, ...(expiresAt && { expiresAt }) };
}

@Gateway('/', { auth })
class Waiting {
  @OnConnect() connect(ctx: EventContext) {
    return ctx.handshake.auth['atConnect'] ? wait() : undefined;
  }
  @OnDisconnect() leave() {
    left++;
  }
  @Guard(() => waits(true))
  @OnEvent('a guard')
  guard() {
    started.push('a guard');
  }
  @Use(slowly)
  @OnEvent('middleware')
  middleware() {
    started.push('middleware');
  }
  @OnEvent('a schema', { payload: slowSchema }) schema() {
    started.push('a schema');
  }
  @OnEvent('a parameter') parameter(@Slow() _slow: string) {
    started.push('a parameter');
  }
  @RateLimit({ limit: 9, windowMs: 1_000, per: 'user' })
  @OnEvent('a rate store')
  rate() {
    started.push('a rate store');
  }
  @Concurrency({ limit: 1 })
  @OnEvent('a lane')
  async lane(isFirst: unknown) {
    if (isFirst === true) await wait();
    else started.push('a lane');
  }
  @OnEvent('a listener') listener() {
    started.push('a listener');
  }
  @OnEvent('@OnConnect') connected() {
    started.push('@OnConnect');
  }
}

const WAITS = ['a guard', 'middleware', 'a schema', 'a parameter', 'a rate store', 'a lane'];

interface Left {
  readonly test: TestApp;
  readonly client: TestClient;
}

const ENDS: Readonly<Record<string, (given: Left) => unknown>> = {
  'its identity has ended': ({ client }) => client.disconnected(),
  'revoke()': ({ test }) => test.app.revoke('ann'),
  'its client has left': ({ client }) => client.socket.disconnect(),
  'its connection is lost': ({ client }) => client.socket.io.engine.close(),
};

describeMatrix('an event that waits', (cell) => {
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const start = async (end: string, given: object = {}) => {
    gate = deferred();
    waiting = 0;
    started = [];
    left = 0;
    jest.spyOn(MemoryRates.prototype, 'take').mockImplementation((() => waits(0)) as never);
    const test = await createTestApp(Waiting, cell);
    const expiresIn = end === 'its identity has ended' ? 1_500 : undefined;
    const connected = test.client.connect('/', { auth: { id: 'ann', expiresIn, ...given } });
    return { test, client: await connected };
  };

  describe.each(Object.keys(ENDS))('does not start after %s', (end) => {
    it('whatever it waited for', async () => {
      const { test, client } = await start(end);
      await using _ = test;
      client.emit('a lane', true);
      for (const event of WAITS) client.emit(event);
      await until('all to wait', () => waiting === WAITS.length);
      expect(test.app.stats().calls.running).toBe(WAITS.length + 1); // two of them in the lane
      await ENDS[end]?.({ test, client });
      await until('the client to have left', () => left === 1);
      gate.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      await (await test.client.connect('/', { auth: { id: 'bob' } })).flush();
      expect(started).toEqual([]);
    });
  });

  it.each(Object.keys(ENDS))('does not start after %s, when raw middleware held it up', async (end) => {
    const { test, client } = await start(end);
    await using _ = test;
    for (const socket of test.app.io.of('/').sockets.values())
      socket.use((_event, next) => void wait().then(() => next()));
    client.emit('a listener');
    await until('it to wait', () => waiting === 1);
    await ENDS[end]?.({ test, client });
    await until('the client to have left', () => left === 1);
    gate.resolve();
    await (await test.client.connect('/', { auth: { id: 'bob' } })).flush();
    expect(started).toEqual([]);
  });

  it('starts when it was said ahead of a goodbye, unless the user was revoked meanwhile', async () => {
    for (const isRevoked of [false, true]) {
      const { test, client } = await start('', { atConnect: true });
      await using _ = test;
      client.emit('@OnConnect');
      client.emit('@OnConnect');
      await until('both events to wait', () => test.app.stats().calls.waiting === 2);
      const bob = await test.client.connect('/', { auth: { id: 'bob' } });
      await client.close();
      await until('the goodbye', () => test.app.io.of('/').sockets.size === 1);
      if (isRevoked) await test.app.revoke('ann');
      gate.resolve();
      await until('the client to have left', () => left === 1);
      await bob.flush();
      expect(started).toEqual(isRevoked ? [] : ['@OnConnect', '@OnConnect']);
    }
  });
});
