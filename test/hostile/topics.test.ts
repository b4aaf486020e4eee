import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createApp,
  Gateway,
  GatewireError,
  type Handshake,
  OnEvent,
  OnSubscribe,
  type TopicContext,
  Topics,
} from 'gatewire';
import { connect } from 'gatewire/client';
import { io, type Socket } from 'socket.io-client';
import { SubscriberGroup } from '../../src/topics/group.js';
import { type Deferred, deferred } from '../support/deferred.js';
import { until } from '../support/until.js';

let gate: Deferred = deferred();
let asked = 0;

function auth({ auth: { id = 'anybody', expiresIn } }: Handshake) {
  const expiresAt = expiresIn === undefined ? undefined : new Date(Date.now() + Number(expiresIn));
  return { user: { id: String(id) }, ...(expiresAt && { expiresAt }) };
}

@Gateway('/live/:team', { auth })
class LiveGateway {
  @OnSubscribe('prices/:symbol', { history: 5 }) prices() {}
  @OnSubscribe('secret') secret() {
    throw new GatewireError('FORBIDDEN');
  }
  @OnSubscribe('slow') async slow(_ctx: TopicContext) {
    asked++;
    await gate.promise;
  }
  @OnSubscribe('scores', { keyed: true, maxEntries: 5_000 }) scores() {}
  @OnEvent('ping') ping() {
    return 'pong';
  }
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  gate.resolve();
  for (const close of closing.splice(0).reverse()) await close();
  gate = deferred();
  asked = 0;
});

async function start(limits: { readonly topicsPerSocket?: number } = {}) {
  const app = createApp({ gateways: [LiveGateway], logger: false, limits });
  await app.listen(0, '127.0.0.1');
  closing.push(() => app.close());
  const url = `http://127.0.0.1:${app.address?.port}`;
  return { app, url, topics: app.get(Topics).namespace('/live/:team', { team: '1' }) };
}

type Answer = {
  readonly ok: boolean;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: string };
};

/** A plain client, which writes the wire by hand. */
async function plain(url: string, given: object = {}) {
  const socket = io(`${url}/live/1`, { transports: ['websocket'], forceNew: true, auth: given });
  closing.push(() => socket.close());
  await until('connected', () => socket.connected);
  const ask = (...args: unknown[]): Promise<Answer> =>
    socket.timeout(10_000).emitWithAck('gw:subscribe', ...args);
  const leave = (name: unknown): Promise<Answer> =>
    socket.timeout(10_000).emitWithAck('gw:unsubscribe', name);
  const code = async (...args: unknown[]) => (await ask(...args)).error?.code;
  return { socket, ask, leave, code };
}

/** Number of topics that the sockets of a namespace are subscribed to. */
function subscriptionsOf(app: ReturnType<typeof createApp>): number {
  const namespace = app.io.of('/live/1');
  return SubscriberGroup.of(namespace).adapter.sids.size;
}

const frames = (socket: Socket): unknown[][] => {
  const heard: unknown[][] = [];
  socket.onAny((event: string, ...args: unknown[]) => event !== 'exception' && heard.push([event, ...args]));
  return heard;
};

describe('topics of hostile clients', () => {
  it('have names that are checked before anything sees them', async () => {
    const { app, url } = await start();
    const { code } = await plain(url);
    const bad = [undefined, null, 7, {}, ['prices/a'], '', 'x'.repeat(257), 'x'.repeat(900_000)];
    for (const name of bad) expect([name, await code(name)]).toEqual([name, 'INVALID_PAYLOAD']);
    const unknown = [
      'prices',
      'prices/',
      'prices/a/b',
      '/prices/a',
      'prices/a b',
      'prices/a\u0000',
      'prices/\u202e',
    ];
    for (const name of [
      ...unknown,
      '__proto__',
      'prices/__proto__',
      'prices/constructor',
      'prices/..',
      'constructor',
      'Prices/a',
      'prices/a\n',
      `prices/${'x'.repeat(200)}`,
    ])
      expect([name, await code(name)]).toEqual([name, 'NOT_FOUND']);
    expect(subscriptionsOf(app)).toBe(0);
    for (const name of ['prices/BTC', 'prices/a.b', 'prices/~']) expect(await code(name)).toBe(undefined);
  });

  it('begin anew with positions that nobody gave them', async () => {
    const { url, topics } = await start();
    for (const value of [1, 2, 3]) await topics.publish('prices/a', value);
    const { epoch, offset, tag } = (await topics.last('prices/a')).position;
    const { ask } = await plain(url);
    const forged = [
      `${epoch}-2-forged`,
      `${epoch}-999999999999999-${tag}`,
      `${epoch}-0-`,
      `${epoch}-0-${tag}`,
      `other-${offset}-${tag}`,
      `${epoch}--1-${tag}`,
      `${epoch}-NaN-${tag}`,
      `${epoch}-1e3-${tag}`,
      `__proto__-1-a`,
      'x'.repeat(100_000),
      7,
      Number.NaN,
      {},
      [epoch, offset, tag],
      null,
    ];
    for (const since of forged.filter((one) => one !== `${epoch}-0-`)) {
      const { data } = await ask('prices/a', { since });
      expect([since, data?.['value'], data?.['changes']]).toEqual([since, 3, undefined]);
    }
    const { data } = await ask('prices/a', { since: `${epoch}-0-` });
    expect(((data?.['changes'] ?? []) as readonly unknown[][]).map((change) => change[2])).toEqual([1, 2, 3]);
  });

  it('are refused requests of another form', async () => {
    const { url } = await start();
    const { code } = await plain(url);
    for (const request of [
      'x',
      7,
      true,
      { history: -1 },
      { history: 1.5 },
      { history: '9' },
      { history: {} },
    ])
      expect([request, await code('prices/a', request)]).toEqual([request, 'INVALID_PAYLOAD']);
    expect(await code('prices/a', { history: 1e15 })).toBe(undefined);
  });

  it('get nothing of a topic that they may not subscribe to', async () => {
    const { app, url, topics } = await start();
    const { code, socket } = await plain(url);
    const heard = frames(socket);
    expect(await code('secret')).toBe('FORBIDDEN');
    expect(subscriptionsOf(app)).toBe(0);
    await topics.publish('secret', 'x');
    expect(await socket.emitWithAck('ping')).toMatchObject({ data: 'pong' });
    expect(heard).toEqual([]);
  });

  it('get nothing after their identity has ended, or is revoked', async () => {
    const { app, url, topics } = await start();
    const expiring = await plain(url, { id: 'a', expiresIn: 4_000 });
    const revoked = await plain(url, { id: 'b' });
    const heard = [expiring, revoked].map(({ socket }) => frames(socket));
    for (const { code } of [expiring, revoked]) expect(await code('prices/a')).toBe(undefined);
    await topics.publish('prices/a', 1);
    await until('the value', () => heard.every((list) => list.length === 1));
    await app.revoke('b');
    await until('both left', () => subscriptionsOf(app) === 0);
    await topics.publish('prices/a', 2);
    expect(heard.flat().some((frame) => JSON.stringify(frame).includes(',2]'))).toBe(false);
    expect(heard.map((list) => list.filter(([event]) => event === 'gw:topic').length)).toEqual([1, 1]);
  });

  it('have a bound, and the server keeps no more of them', async () => {
    const { app, url } = await start({ topicsPerSocket: 100 });
    const { code } = await plain(url);
    const codes = [];
    for (let i = 0; i < 10; i++)
      codes.push(...(await Promise.all(Array.from({ length: 1_000 }, (_, j) => code(`prices/${i}.${j}`)))));
    expect(codes.filter((one) => one === undefined)).toHaveLength(100);
    expect([...new Set(codes)].sort()).toEqual(['OVERLOADED', undefined]);
    expect(SubscriberGroup.of(app.io.of('/live/1')).adapter.rooms.size).toBe(100);
  });

  it('leave nothing behind when they subscribe and leave, however often', async () => {
    const { app, url } = await start();
    const { ask, leave, socket } = await plain(url);
    for (let i = 0; i < 50; i++)
      await Promise.all(
        Array.from({ length: 100 }, (_, j) => [ask(`prices/${j}`), leave(`prices/${j}`)]).flat(),
      );
    const { adapter } = SubscriberGroup.of(app.io.of('/live/1'));
    expect([adapter.sids.size, adapter.rooms.size]).toEqual([0, 0]);
    const left = await Promise.all(Array.from({ length: 100 }, (_, j) => ask(`prices/${j}`)));
    expect(left.every(({ ok }) => ok)).toBe(true);
    socket.close();
    await until('all are gone', () => adapter.sids.size === 0 && adapter.rooms.size === 0);
  });

  it('leave nothing behind when they are gone, or have left, before the answer', async () => {
    const { app, url } = await start();
    const [gone, left] = [await plain(url), await plain(url)];
    void gone.ask('slow').catch(() => {});
    const answer = left.ask('slow');
    await until('both are asked', () => asked === 2);
    gone.socket.close();
    expect((await left.leave('slow')).ok).toBe(true);
    await until('one is left', () => app.io.of('/live/1').sockets.size === 1);
    gate.resolve();
    expect((await answer).error?.code).toBe('CONFLICT');
    expect(subscriptionsOf(app)).toBe(0);
  });

  it('are told to begin anew when a topic is deleted, also while they resume', async () => {
    const { url, topics } = await start();
    for (let round = 0; round < 20; round++) {
      await topics.publish('prices/a', round);
      const { position } = await topics.last('prices/a');
      const { ask, socket } = await plain(url);
      const heard = frames(socket);
      const since = `${position.epoch}-${position.offset}-${position.tag}`;
      const [answer] = await Promise.all([ask('prices/a', { since }), topics.delete('prices/a')]);
      const { epoch } = (await topics.last('prices/a')).position;
      const isAnew = String(answer.data?.['position']).startsWith(`${epoch}-0-`);
      if (!isAnew) await until('the reset', () => heard.some(([event]) => event === 'gw:reset'));
      socket.close();
    }
  });

  it('see nothing of the same topic in another instance of the namespace', async () => {
    const { app, url, topics } = await start();
    const pages = ['1', '2'].map((team) => {
      const client = connect('/live/:team', url, { params: { team } });
      closing.push(() => client.close());
      const seen: unknown[] = [];
      return { seen, topic: client.topic('prices/a', { onValue: (value) => seen.push(value) }) };
    });
    await until('live', () => pages.every(({ topic }) => topic.state === 'live'));
    await topics.publish('prices/a', 1);
    await app.get(Topics).namespace('/live/:team', { team: '2' }).publish('prices/a', 2);
    await until('both', () => pages.every(({ seen }) => seen.length > 0));
    expect(pages.map(({ seen }) => seen)).toEqual([[1], [2]]);
  });

  it('get all pages of a large topic at one position, and then what changes', async () => {
    const { url, topics } = await start();
    for (let i = 0; i < 2_500; i++) await topics.set('scores', `k${i}`, i);
    const client = connect('/live/:team', url, { params: { team: '1' } });
    closing.push(() => client.close());
    const topic = client.topic('scores');
    const changes = Array.from({ length: 50 }, (_, i) => topics.remove('scores', `k${i}`));
    await Promise.all(changes);
    await until('live', () => topic.state === 'live' && topic.entries.size === 2_450);
    await topics.set('scores', 'k0', 'back');
    await until('the change', () => topic.entries.get('k0') === 'back');
    expect(new Map(topic.entries)).toEqual(await topics.entries('scores'));
  });
});

describe('values of topics', () => {
  it('are refused with a code when they cannot be encoded or are too large', async () => {
    const { topics } = await start();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    for (const value of [undefined, circle, 1n, () => {}])
      await expect(topics.publish('prices/a', value)).rejects.toThrow();
    await expect(topics.publish('prices/a', 'x'.repeat(2_000_000))).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
    for (const name of ['none', '', '__proto__', 'prices/a/b', 'x'.repeat(1_000_000)])
      await expect(topics.publish(name, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // An epoch without characters stands for none in the scripts of Redis.
    for (const expected of [null, {}, { epoch: '', offset: 0 }, { epoch: 'x', offset: Number.NaN }, 'x'])
      await expect(topics.publish('prices/a', 1, { expect: expected as never })).rejects.toThrow(
        'epoch, offset',
      );
    expect((await topics.last('prices/a')).value).toBe(undefined);
  });
});
