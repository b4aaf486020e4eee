import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { type EventContext, Gateway, GatewireError, type Handshake, OnEvent } from '../../src/index.js';
import { createTestApp, describeMatrix, type TestApp, type TestAppOptions } from '../../src/testing/index.js';
import { type Deferred, deferred } from '../support/deferred.js';
import { WAIT_MS } from '../support/within.js';
import { isPacket, RawClient } from './client/raw-client.js';

const CONNECTS = 500;

/** Runs of auth, each with what lets it go on. */
let runs: { readonly id: string; readonly gate: Deferred }[] = [];
let onRun: () => void = () => {};

async function slowAuth({ auth }: Handshake) {
  const id = String(auth['id']);
  const gate = deferred();
  runs.push({ id, gate });
  onRun();
  await gate.promise;
  if (id.startsWith('bad')) throw new GatewireError('UNAUTHENTICATED');
  return { user: { id } };
}

class Whoami {
  @OnEvent('whoami') whoami(_payload: unknown, ctx: EventContext) {
    return { user: (ctx.user as { id?: string } | undefined)?.id, auth: ctx.handshake.auth };
  }
  @OnEvent('ping') ping() {
    return 'pong';
  }
}

@Gateway('/slow', { auth: slowAuth })
class Slow extends Whoami {}

@Gateway('/open')
class Open extends Whoami {}

@Gateway('/quick', { auth: ({ auth }) => ({ user: { id: String(auth['id']) } }) })
class Quick extends Whoami {}

@Gateway('/team/:team', {
  auth: ({ auth }) => {
    if (auth['id'] === undefined) throw new GatewireError('UNAUTHENTICATED');
    return { user: { id: String(auth['id']) } };
  },
})
class Team extends Whoami {}

@Gateway('/slow-team/:team', { auth: slowAuth })
class SlowTeam extends Whoami {}

async function start(options: TestAppOptions): Promise<TestApp> {
  runs = [];
  return createTestApp([Slow, Open, Quick, Team, SlowTeam], options);
}

const open = (test: TestApp, { transport = 'websocket' }: TestAppOptions): Promise<RawClient> =>
  RawClient.open(test.app.address?.port as number, transport);

/** The run of auth of that number, from 1. */
async function runOfAuth(n: number) {
  while (runs.length < n) {
    const next = deferred();
    onRun = () => next.resolve();
    await next.promise;
  }
  return runs[n - 1] as (typeof runs)[number];
}

function countSockets({ app }: TestApp, name: string): { in: number; pending: number } {
  const namespace = app.io.of(name) as unknown as Record<
    'sockets' | '_preConnectSockets',
    Map<string, unknown>
  >;
  return { in: namespace.sockets.size, pending: namespace._preConnectSockets.size };
}

describeMatrix('CONNECT packets of one connection', (cell) => {
  it(`${CONNECTS} of them during one slow auth make one socket with the newest identity, in two runs`, async () => {
    await using test = await start(cell);
    const client = await open(test, cell);
    client.packet(...Array.from({ length: CONNECTS }, (_, i) => `0/slow,{"id":"u${i}"}`));
    const first = await runOfAuth(1);
    expect(first.id).toBe('u0');
    first.gate.resolve();
    (await runOfAuth(2)).gate.resolve();
    await client.waitFor(({ text }) => isPacket(text, '0', '/slow'), 'CONNECT');
    const { args } = await client.call('/slow', 'whoami');
    expect(args).toMatchObject([{ data: { user: `u${CONNECTS - 1}` } }]);
    expect(runs).toHaveLength(2);
    expect(countSockets(test, '/slow')).toEqual({ in: 1, pending: 0 });
    expect(client.frames.filter(({ text }) => isPacket(text, '0', '/slow'))).toHaveLength(1);
  });

  it.each(['/open', '/quick'])(
    `${CONNECTS} of them at once make one socket of %s, the newest`,
    async (name) => {
      await using test = await start(cell);
      const client = await open(test, cell);
      client.packet(...Array.from({ length: CONNECTS }, (_, i) => `0${name},{"id":"u${i}"}`));
      await client.waitFor(({ text }) => isPacket(text, '0', name), 'CONNECT');
      const { args } = await client.call(name, 'whoami');
      expect(args).toMatchObject([{ data: { auth: { id: `u${CONNECTS - 1}` } } }]);
      expect(countSockets(test, name)).toEqual({ in: 1, pending: 0 });
    },
  );

  it('the newest one decides, whether an older one would have been refused or let in', async () => {
    await using test = await start(cell);
    const client = await open(test, cell);
    client.packet('0/slow,{"id":"bad"}', '0/slow,{"id":"ann"}');
    (await runOfAuth(1)).gate.resolve();
    (await runOfAuth(2)).gate.resolve();
    await client.waitFor(({ text }) => isPacket(text, '0', '/slow'), 'CONNECT');
    expect(client.frames.some(({ text }) => isPacket(text, '4', '/slow'))).toBe(false);

    const other = await open(test, cell);
    other.packet('0/slow,{"id":"ann"}', '0/slow,{"id":"bad"}');
    (await runOfAuth(3)).gate.resolve();
    (await runOfAuth(4)).gate.resolve();
    await other.waitFor(({ text }) => isPacket(text, '4', '/slow'), 'CONNECT_ERROR');
    expect(countSockets(test, '/slow')).toEqual({ in: 1, pending: 0 });
  });

  it('a connection that goes meanwhile leaves nothing behind', async () => {
    await using test = await start(cell);
    const client = await open(test, cell);
    client.packet('0/slow,{"id":"a"}', '0/slow,{"id":"b"}', '0/slow,{"id":"c"}');
    await runOfAuth(1);
    const [server] = Object.values((test.app.io.engine as unknown as { clients: object }).clients);
    const closed = once(server as never, 'close');
    client.wire.hangUp();
    await closed;
    const innocent = await open(test, cell);
    await innocent.connect('/open');
    await innocent.roundTrip('/open');
    expect(countSockets(test, '/slow')).toEqual({ in: 0, pending: 0 });
    expect(runs).toHaveLength(1);
  });

  it('ends where middleware of Socket.IO never goes on, and leaves nothing behind', async () => {
    await using test = await start({ ...cell, limits: { authTimeoutMs: 100 } });
    test.app.io.of('/open').use(() => {});
    const client = await open(test, cell);
    expect(await client.connect('/open')).toMatchObject({ data: { code: 'TIMEOUT' } });
    expect(countSockets(test, '/open')).toEqual({ in: 0, pending: 0 });
  });

  it('a standard client may connect, disconnect and connect while auth is pending', async () => {
    await using test = await start(cell);
    const socket = io(`${test.url}/slow`, { transports: [cell.transport], auth: { id: 'old' } });
    const keep = io(`${test.url}/open`, { transports: [cell.transport] });
    await runOfAuth(1);
    socket.disconnect();
    socket.auth = { id: 'new' };
    socket.connect();
    // The second CONNECT has been read when an event sent after it is answered.
    await keep.emitWithAck('ping');
    (await runOfAuth(1)).gate.resolve();
    (await runOfAuth(2)).gate.resolve();
    expect(await socket.timeout(WAIT_MS).emitWithAck('whoami')).toMatchObject({ data: { user: 'new' } });
    expect(countSockets(test, '/slow')).toEqual({ in: 1, pending: 0 });
    socket.disconnect();
    keep.disconnect();
  });
});

describeMatrix('a connection that asks for too much', (cell) => {
  it('is closed after refusalsInARow refusals by unknown namespaces', async () => {
    await using test = await start(cell);
    const client = await open(test, cell);
    await client.connect('/open');
    client.packet(...Array.from({ length: 2_000 }, (_, i) => `0/unknown-${i},`));
    await client.ended();
    expect(client.frames.filter(({ text }) => text.startsWith('44'))).toHaveLength(5);
    expect(test.log.records.find(({ event }) => event === 'connection.closed')).toMatchObject({
      limit: 'refusalsInARow',
    });
  });

  it('is closed after refusalsInARow refusals by auth, and stays when one succeeds in between', async () => {
    await using test = await start(cell);
    const client = await open(test, cell);
    for (let i = 0; i < 4; i++) await client.connect(`/team/${i}`);
    await client.connect('/team/4', { id: 'ann' });
    for (let i = 0; i < 4; i++) await client.connect(`/team/${i}`);
    await client.roundTrip('/team/4');
    await client.connect('/team/9');
    await client.ended();
  });

  it('may be in namespacesPerConnection namespaces, or on the way into them', async () => {
    await using test = await start({ ...cell, limits: { namespacesPerConnection: 3 } });
    const client = await open(test, cell);
    for (let i = 0; i < 3; i++) await client.connect(`/team/${i}`, { id: 'ann' });
    const { data } = (await client.connect('/team/3', { id: 'ann' })) as { data: unknown };
    expect(data).toMatchObject({
      code: 'OVERLOADED',
      message: expect.stringContaining('limits.namespacesPerConnection'),
    });
    client.packet('1/team/0,');
    await client.connect('/team/3', { id: 'ann' });
    await client.roundTrip('/team/3');

    const pending = await open(test, cell);
    pending.packet(...Array.from({ length: 2_000 }, (_, i) => `0/slow-team/${i},{"id":"a"}`));
    await pending.ended();
    expect(runs.length).toBeLessThanOrEqual(3);
    const made = [...(test.app.io as unknown as { _nsps: Map<string, unknown> })._nsps.keys()];
    expect(made.filter((name) => name.startsWith('/slow-team/'))).toHaveLength(3);
  });

  it('makes no more than namespaceInstances instances of a pattern, and the empty ones make room', async () => {
    await using test = await start({
      ...cell,
      limits: { namespaceInstances: 20, refusalsInARow: 1_000_000 },
    });
    const client = await open(test, cell);
    const stay = await open(test, cell);
    await stay.connect('/team/stay', { id: 'ann' });
    // In one piece: one after the other takes long on a busy machine, and the first make room meanwhile.
    client.packet(...Array.from({ length: 40 }, (_, i) => `0/team/${i},`));
    const { text } = await client.waitFor((frame) => isPacket(frame.text, '4', '/team/39'), 'a refusal');
    expect(JSON.parse(text.slice(text.indexOf('{'))).data).toMatchObject({
      code: 'OVERLOADED',
      message: expect.stringContaining('limits.namespaceInstances'),
    });
    const count = () =>
      [...(test.app.io as unknown as { _nsps: Map<string, unknown> })._nsps.keys()].filter((name) =>
        name.startsWith('/team/'),
      ).length;
    expect(count()).toBe(20);
    // An instance that exists takes everybody.
    expect(await client.connect('/team/stay', { id: 'bob' })).toHaveProperty('sid');
    let answer: Record<string, unknown> = {};
    while (!('sid' in answer)) answer = await client.connect('/team/late', { id: 'bob' });
    expect(count()).toBeLessThan(20);
    await stay.roundTrip('/team/stay');
  });

  it('is closed when it never sends CONNECT', async () => {
    await using test = await start({ ...cell, socket: { connectTimeout: 2_000 } });
    const client = await open(test, cell);
    const other = await open(test, cell);
    await other.connect('/open');
    await client.ended();
    await other.roundTrip('/open');
  });
});
