import { describe, expect, it } from '@jest/globals';
import { RawClient } from './client/raw-client.js';
import { HostileServer } from './hostile-server.js';
import type { Entry } from './server/journal.js';
import { LONG_CONNECT_LIMIT, type ServerFixture, serverFixture, TRANSPORTS } from './shared-server.js';

/** Ways to leave, with what Socket.IO calls them. */
const WAYS: Readonly<
  Record<string, { readonly reason: string; leave(client: RawClient, path: string): void }>
> = {
  DISCONNECT: {
    reason: 'client namespace disconnect',
    leave: (client, path) => client.packet(`1${path},`),
  },
  'many times DISCONNECT': {
    reason: 'client namespace disconnect',
    leave: (client, path) => client.packet(...Array<string>(100).fill(`1${path},`)),
  },
  'hanging up': { reason: 'transport close', leave: (client) => client.wire.hangUp() },
  'a broken packet': { reason: 'forced close', leave: (client) => client.packet('2[') },
  'being sent away': {
    reason: 'server namespace disconnect',
    leave: (client, path) => client.emit(path, 'kick'),
  },
};

const SHARED = ['FirstGateway', 'MiddleGateway', 'LastGateway'];

/** The disconnect hooks of a socket, when all that is to come has come. */
async function goodbyes(
  fixture: ServerFixture,
  sid: unknown,
  from: number,
  gateways: readonly string[],
): Promise<readonly Entry[]> {
  const isGoodbye = (entry: Entry) => entry['hook'] === 'disconnect' && entry['socketId'] === sid;
  for (const gateway of gateways) {
    const isHis = (entry: Entry) => isGoodbye(entry) && entry['gateway'] === gateway;
    await fixture.server.told(isHis, `the goodbye of ${gateway}`, from);
  }
  await fixture.expectAlive();
  return fixture.server.entries('hook', from).filter(isGoodbye);
}

describe.each(TRANSPORTS)('a socket that leaves over %s is seen off once', (transport) => {
  const fixture = serverFixture();

  describe.each(Object.entries(WAYS))('by %s', (_name, { leave, reason }) => {
    it.each([
      ['/hooks', 'HooksGateway'],
      ['/sync-hooks', 'SyncHooksGateway'],
    ])('from %s, with the reason and its rooms', async (path, gateway) => {
      const from = fixture.server.mark;
      const client = await fixture.client(transport, '/');
      const { sid } = await client.connect(path);
      await client.roundTrip(path);
      leave(client, path);
      expect(await goodbyes(fixture, sid, from, [gateway])).toMatchObject([
        { gateway, reason, rooms: ['lobby'] },
      ]);
      const leaving = fixture.server.entries('hook', from).filter(({ hook }) => hook === 'disconnecting');
      expect(leaving).toMatchObject([{ gateway, reason, rooms: ['lobby'] }]);
    });

    it('from a namespace of several gateways, also when a hook of one of them fails', async () => {
      const from = fixture.server.mark;
      const client = await fixture.client(transport, '/');
      const { sid } = await client.connect('/shared');
      await client.roundTrip('/shared');
      leave(client, '/shared');
      const all = await goodbyes(fixture, sid, from, SHARED);
      expect(all.map(({ gateway }) => gateway).sort()).toEqual([...SHARED].sort());
      for (const entry of all) expect(entry).toMatchObject({ reason, rooms: ['middle'] });
    });
  });

  it.each([
    ['/hooks', 'HooksGateway', 'throws'],
    ['/hooks', 'HooksGateway', 'throws-bigint'],
    ['/hooks', 'HooksGateway', 'throws-code'],
    ['/hooks', 'HooksGateway', 'disconnects'],
    ['/hooks', 'HooksGateway', 'closes'],
    ['/hooks', 'HooksGateway', 'hangs'],
    ['/sync-hooks', 'SyncHooksGateway', 'throws'],
    ['/sync-hooks', 'SyncHooksGateway', 'disconnects'],
    ['/sync-hooks', 'SyncHooksGateway', 'closes'],
  ])('from %s, whose connect hook of %s %s', async (path, gateway, kind) => {
    const from = fixture.server.mark;
    const client = await fixture.client(transport, '/');
    const { sid } = await client.connect(path, { kind });
    const [goodbye, ...more] = await goodbyes(fixture, sid, from, [gateway]);
    expect(more).toEqual([]);
    const reason = kind === 'closes' ? 'forced close' : 'server namespace disconnect';
    expect(goodbye).toMatchObject({ gateway, reason, rooms: ['lobby'] });
    const order = fixture.server.entries('hook', from).filter(({ socketId }) => socketId === sid);
    expect(order.map(({ hook }) => hook)).toEqual(['connect', 'disconnecting', 'disconnect']);
  });

  it('and nothing runs of what it says behind its goodbye, while it stays elsewhere', async () => {
    const from = fixture.server.mark;
    const client = await fixture.client(transport, '/', '/hooks');
    await client.roundTrip('/hooks');
    client.packet('2/hooks,7["note","before"]', '1/hooks,', '2/hooks,8["note","behind"]');
    await client.answer('/hooks', 7);
    await client.roundTrip('/');
    expect(client.countAnswers('/hooks', 8)).toBe(0);
    expect(fixture.server.entries('heard', from)).toMatchObject([{ payload: 'before' }]);
    expect(client.wire.isClosed).toBe(false);
  });

  it('from several gateways, of which one failed to connect: by those that were told of it', async () => {
    const from = fixture.server.mark;
    const client = await fixture.client(transport, '/');
    const { sid } = await client.connect('/shared', { kind: 'throws' });
    const all = await goodbyes(fixture, sid, from, ['FirstGateway', 'MiddleGateway']);
    expect(all.map(({ gateway }) => gateway).sort()).toEqual(['FirstGateway', 'MiddleGateway']);
  });

  it('with the scope of its stay, when every hook and the disposal fail', async () => {
    const from = fixture.server.mark;
    const client = await fixture.client(transport, '/');
    const { sid } = await client.connect('/bad-goodbye');
    await client.roundTrip('/bad-goodbye');
    client.packet('1/bad-goodbye,');
    expect(await goodbyes(fixture, sid, from, ['BadGoodbyeGateway'])).toHaveLength(1);
    await fixture.server.told(({ at }) => at === 'disposed', 'the disposal', from);
    await fixture.expectAlive();
    expect(fixture.server.entries('disposed', from)).toHaveLength(1);
  });

  it('although a hook ahead of that never ends', async () => {
    const from = fixture.server.mark;
    const client = await fixture.client(transport, '/');
    const { sid } = await client.connect('/slow-goodbye');
    client.packet('1/slow-goodbye,');
    expect(await goodbyes(fixture, sid, from, ['SlowGoodbyeGateway'])).toHaveLength(1);
  });

  it.each(['refuses', 'hangs'])('with the scope of its stay, also when auth %s', async (kind) => {
    const from = fixture.server.mark;
    const client = await fixture.client(transport, '/');
    await client.connect('/auth-scoped', { kind });
    await fixture.server.told(({ at }) => at === 'disposed', 'the disposal', from);
    await fixture.expectAlive();
    expect(fixture.server.entries('disposed', from)).toHaveLength(1);
  });
});

describe.each(TRANSPORTS)('a socket that leaves over %s while its connect hook is running', (transport) => {
  const fixture = serverFixture(LONG_CONNECT_LIMIT);
  let gates = 0;

  it.each(Object.entries(WAYS))(
    'by %s is seen off once, and after that',
    async (_name, { leave, reason }) => {
      const { server } = fixture;
      for (const end of ['open', 'fail'] as const) {
        const from = server.mark;
        const gate = `${transport}-${++gates}`;
        const client = await fixture.client(transport, '/', '/sync-hooks');
        const { sid } = await client.connect('/hooks', { kind: 'gate', gate });
        await server.told((entry) => entry.at === 'gate' && entry['name'] === gate, 'the gate', from);
        if (reason === 'server namespace disconnect') {
          // Nobody can send it away yet: its events wait. It leaves with the connection.
          client.wire.hangUp();
        } else leave(client, '/hooks');
        if (reason === 'client namespace disconnect') await client.roundTrip('/');
        else
          await server.told(
            ({ at, hook }) => at === 'hook' && hook === 'disconnect',
            'the other goodbye',
            from,
          );
        expect(server.entries('hook', from).filter(({ socketId }) => socketId === sid)).toMatchObject([
          { hook: 'connect' },
        ]);
        server.tell(end === 'open' ? { open: gate } : { fail: gate });
        expect(await goodbyes(fixture, sid, from, ['HooksGateway'])).toMatchObject([{ rooms: ['lobby'] }]);
      }
    },
  );
});

describe('sockets of a server that is shut down', () => {
  it('are seen off once, also while their connect hook is running', async () => {
    const server = await HostileServer.start();
    try {
      const clients = await Promise.all(
        TRANSPORTS.map((transport) => RawClient.open(server.port, transport)),
      );
      const sids: unknown[] = [];
      for (const client of clients) {
        const busy = await client.connect('/hooks', { kind: 'gate', gate: 'never opened' });
        const idle = await client.connect('/sync-hooks');
        sids.push(busy['sid'], idle['sid']);
      }
      await server.told(() => server.entries('gate', 0).length === clients.length, 'the gates', 0);
      server.signal('SIGTERM');
      expect(await server.exited()).toBe(0);
      const all = server.entries('hook', 0).filter(({ hook }) => hook === 'disconnect');
      expect(all.map(({ socketId }) => socketId).sort()).toEqual(sids.sort());
      for (const entry of all) expect(entry).toMatchObject({ rooms: ['lobby'] });
      expect(server.errors).toBe('');
    } finally {
      await server.stop();
    }
  });
});
