import { expect, it } from '@jest/globals';
import { Concurrency, Gateway, OnConnect, OnDisconnect, OnEvent, RateLimit } from '../../src/index.js';
import { createTestApp, describeMatrix, type TestApp, type TestAppOptions } from '../../src/testing/index.js';
import { type Deferred, deferred } from '../support/deferred.js';
import { until } from '../support/until.js';
import { isPacket, RawClient } from './client/raw-client.js';

const ROUNDS = 20;

/** What runs at the same time, and how much of it there was at most. */
class Running {
  now = 0;
  most = 0;
  begun = 0;
  #gate: Deferred = deferred();

  async run(): Promise<void> {
    this.begun++;
    this.now++;
    this.most = Math.max(this.most, this.now);
    await this.#gate.promise;
    this.now--;
  }

  release(): void {
    this.#gate.resolve();
  }
}

let hooks = new Running();
let calls = new Running();
let served: string[] = [];
let asked = 0;

@Gateway('/arriving')
class Arriving {
  @OnConnect() connect() {
    return hooks.run();
  }
}

@Gateway('/leaving')
class Leaving {
  @OnDisconnect() leave() {
    return hooks.run();
  }
}

@Gateway('/busy/:id')
class Busy {
  @OnEvent('slow') slow() {
    return calls.run();
  }
  @Concurrency({ limit: 2 }) @OnEvent('lane') lane() {
    return calls.run();
  }
  @RateLimit({ limit: 1, windowMs: 2_000_000_000 }) @OnEvent('rated') rated(name: string) {
    served.push(name);
  }
}

@Gateway('/open')
class Open {}

@Gateway('/known', { auth: () => ({ user: { id: `user ${++asked > 0}` } }) })
class Known {}

describeMatrix('a client that leaves a namespace and enters it again and again', (cell) => {
  const start = async (options: TestAppOptions = {}): Promise<[TestApp, RawClient]> => {
    hooks = new Running();
    calls = new Running();
    served = [];
    asked = 0;
    const test = await createTestApp([Arriving, Leaving, Busy, Known, Open], { ...cell, ...options });
    const client = await RawClient.open(test.app.address?.port as number, cell.transport);
    await client.connect('/open');
    return [test, client];
  };
  const entered = ({ frames }: RawClient, name: string): number =>
    frames.filter(({ text }) => isPacket(text, '0', name)).length;
  /** Socket.IO closes a connection whose CONNECT is read together with the DISCONNECT ahead of it. */
  const leave = async (client: RawClient, ...names: readonly string[]): Promise<void> => {
    client.packet(...names.map((name) => `1${name},`));
    await client.call('/open', 'unknown');
  };

  it.each(['/arriving', '/leaving'])('has one hook of %s running at a time', async (name) => {
    const [test, client] = await start();
    await using _ = test;
    for (let round = 1; round <= ROUNDS; round++) {
      client.packet(`0${name},`);
      // A CONNECT that waits for a hook is answered by nobody, and the newest one takes its place.
      await client.call('/open', 'unknown');
      if (entered(client, name) === round) await leave(client, name);
    }
    expect([hooks.begun, hooks.most]).toEqual([1, 1]);
    const before = entered(client, name);
    hooks.release();
    await until('the last CONNECT to be answered', () => entered(client, name) === before + 1);
    expect(hooks.most).toBe(1);
  });

  it.each([
    ['slow', 3],
    ['lane', 2],
  ])('has no more of `%s` in flight than its connection may', async (event, most) => {
    const [test, client] = await start({ limits: { callsInFlight: 3 } });
    await using _ = test;
    for (let i = 0; i < ROUNDS; i++) {
      await client.connect('/busy/1');
      for (let n = 0; n < 4; n++) client.emit('/busy/1', event);
      await leave(client, '/busy/1');
    }
    const other = await RawClient.open(test.app.address?.port as number, cell.transport);
    await other.connect('/busy/1');
    other.emit('/busy/1', event);
    await until('a call of another connection', () => calls.begun === most + 1);
    expect([calls.begun, test.app.stats().calls.waiting]).toEqual([most + 1, 0]);
    calls.release();
  });

  it('may share its calls in flight among namespaces as it likes', async () => {
    const [test, client] = await start({ limits: { callsInFlight: 3 } });
    await using _ = test;
    for (const id of [1, 2]) await client.connect(`/busy/${id}`);
    for (const id of [1, 2, 1, 2]) client.emit(`/busy/${id}`, 'slow');
    await until('the last one to wait', () => test.app.stats().calls.waiting === 1);
    expect(calls.begun).toBe(3);
    calls.release();
    await until('all of them', () => calls.begun === 4);
  });

  it('has one rate for each namespace', async () => {
    const [test, client] = await start();
    await using _ = test;
    for (let i = 0; i < ROUNDS; i++) {
      await client.connect('/busy/1');
      client.emit('/busy/1', 'rated', `1 in round ${i}`);
      await leave(client, '/busy/1');
    }
    await client.connect('/busy/2');
    client.emit('/busy/2', 'rated', '2');
    await client.call('/open', 'unknown');
    expect(served).toEqual(['1 in round 0', '2']);
  });

  it('has no more rates than 128, whatever namespaces it thinks of', async () => {
    const [test, client] = await start();
    await using _ = test;
    for (let i = 0; i < 5; i++) {
      const names = Array.from({ length: 30 }, (_, n) => `/busy/${i}-${n}`);
      client.packet(...names.map((name) => `0${name},`));
      await until('all to be entered', () => names.every((name) => entered(client, name) === 1));
      for (const name of names) client.emit(name, 'rated', name);
      await leave(client, ...names);
    }
    expect(served).toHaveLength(129);
  });

  it('is asked who it is 64 times at once, and then more slowly: CONNECT waits, a renewal is refused', async () => {
    const [test, client] = await start();
    await using _ = test;
    const answers = new Set<string>();
    await client.connect('/known');
    for (let i = 0; i < 200; i++) {
      const { args } = await client.call('/known', 'gw:auth', {});
      const [{ ok, error }] = args as [{ ok: boolean; error?: { code: string } }];
      answers.add(ok ? 'ok' : String(error?.code));
    }
    expect([...answers].sort()).toEqual(['RATE_LIMITED', 'ok']);
    expect(asked).toBeLessThan(200);
    await leave(client, '/known');
    client.packet('0/known,');
    await until('the CONNECT that waited', () => entered(client, '/known') === 2);
  });
});
