import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clients } from './clients/all.js';
import type { Connection } from './clients/client.js';
import { socketIoClient } from './clients/socket-io-client.js';
import { Servers } from './servers.js';

const servers = new Servers();
const other = socketIoClient('4.8', 'socket.io-client');

const TEXTS = ['', 'hello', 'ünïcödé 🙂 \u2028', '"quoted" \\ and\nbroken', '1-["/x,2'];
const VALUES = [
  ...TEXTS,
  0,
  -1.5,
  true,
  false,
  null,
  [],
  {},
  [[1], { a: [null] }],
  { 'a b': { c: [1, '2'] } },
];

beforeAll(() => servers.start());

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close?.()));
  await servers.kill();
});

describe.each(clients)('$name', (client) => {
  const url = (): string => servers.url(client);

  describe.each(client.transports)('over %s', (transport) => {
    let connection: Connection;

    beforeAll(async () => {
      connection = await client.connect(url(), { transport, namespace: '/' });
    });

    afterAll(() => connection.close());

    it('is served on it, also while it upgrades', async () => {
      const answers = Promise.all(VALUES.map((value) => connection.call('echo', value)));
      if (transport === 'upgrade') await connection.upgraded();
      expect(await answers).toEqual(VALUES.map((data) => [{ ok: true, data }]));
      expect(await connection.transport()).toBe(transport === 'polling' ? 'polling' : 'websocket');
    });

    it('gets the acknowledgement of an event without arguments', async () => {
      expect(await connection.call('echo')).toEqual([{ ok: true }]);
    });

    it('sends several arguments', async () => {
      expect(await connection.call('echo:all', 1, 'two', { three: [3] }, null)).toEqual([
        { ok: true, data: [1, 'two', { three: [3] }, null] },
      ]);
    });

    it('gets several arguments in an event, without asking for an acknowledgement', async () => {
      await connection.emit('echo:emit', 1, 'two', { three: [3] });
      expect(await connection.next('echo:emitted')).toEqual([1, 'two', { three: [3] }]);
    });

    it('gets events in the order in which they were caused', async () => {
      const numbers = Array.from({ length: 50 }, (_, index) => index);
      for (const number of numbers) await connection.emit('echo:emit', number);
      const arrived: unknown[] = [];
      for (const _ of numbers) arrived.push(...(await connection.next('echo:emitted')));
      expect(arrived).toEqual(numbers);
    });

    it('sends and gets a large text', async () => {
      const text = 'ä'.repeat(100_000);
      expect(await connection.call('echo', text)).toEqual([{ ok: true, data: text }]);
    });

    if (client.hasBinary) {
      it('sends binary and gets it back in the acknowledgement', async () => {
        const value = { a: Buffer.from([0, 1, 2, 255]), b: [Buffer.alloc(20_000, 'x')], c: 'text' };
        expect(await connection.call('echo', value)).toEqual([{ ok: true, data: value }]);
      });

      it('gets binary in events, its own and what the server makes', async () => {
        await connection.emit('echo:emit', Buffer.from('one'), { two: Buffer.from('two') });
        expect(await connection.next('echo:emitted')).toEqual([
          Buffer.from('one'),
          { two: Buffer.from('two') },
        ]);
        await connection.emit('bytes:ask', 5);
        expect(await connection.next('bytes:come')).toEqual([Buffer.alloc(5, 7)]);
      });
    }

    it('takes part in a room', async () => {
      const room = `room of ${client.name} over ${transport}`;
      const peer = await other.connect(url(), { transport: 'websocket', namespace: '/' });
      try {
        for (const member of [connection, peer]) {
          expect(await member.call('room:join', room)).toEqual([{ ok: true }]);
        }
        expect(await peer.call('room:say', room, 'to you')).toEqual([{ ok: true }]);
        expect(await connection.next('room:said')).toEqual(['to you']);
        expect(await connection.call('room:say', room, ['to', 'them'])).toEqual([{ ok: true }]);
        expect(await peer.next('room:said')).toEqual([['to', 'them']]);
      } finally {
        await peer.close();
      }
    });

    it('is told of an unknown event and of an invalid payload in the acknowledgement', async () => {
      expect(await connection.call('nobody:listens', 1)).toEqual([failure('UNKNOWN_EVENT')]);
      expect(await connection.call('bytes:ask', 'many')).toEqual([failure('INVALID_PAYLOAD')]);
    });

    it('is told by `exception` when it did not ask for an acknowledgement', async () => {
      await connection.emit('nobody:hears');
      expect(await connection.next('exception')).toEqual([
        { event: 'nobody:hears', error: failure('UNKNOWN_EVENT').error },
      ]);
    });

    it('is refused in a namespace that does not exist, in words', async () => {
      const refused = client.connect(url(), { transport, namespace: '/nowhere' });
      await expect(refused).rejects.toMatchObject({ message: 'Invalid namespace', code: undefined });
    });

    it('is refused by auth with its code and its words', async () => {
      const refused = client.connect(url(), { transport, namespace: '/members' });
      await expect(refused).rejects.toMatchObject({ message: 'members only', code: 'FORBIDDEN' });
    });

    it('is served in another namespace', async () => {
      const second = await client.connect(url(), { transport, namespace: '/second' });
      try {
        expect(await second.call('echo', 'second')).toEqual([{ ok: true, data: 'second' }]);
        await second.emit('echo:emit', 'second', 2);
        expect(await second.next('echo:emitted')).toEqual(['second', 2]);
      } finally {
        await second.close();
      }
    });
  });
});

describe('a server process that was killed and started again on its port', () => {
  const cells = clients
    .filter((client) => client.reconnects)
    .flatMap((client) =>
      client.transports.map((transport) => ({ name: `${client.name} over ${transport}`, client, transport })),
    );
  const connections = new Map<string, Connection>();

  beforeAll(async () => {
    await Promise.all(
      cells.map(async ({ name, client, transport }) => {
        const connection = await client.connect(servers.url(client), { transport, namespace: '/' });
        connections.set(name, connection);
        if (transport === 'upgrade') await connection.upgraded();
      }),
    );
    await servers.kill();
    await Promise.all([...connections.values()].map((connection) => connection.next('disconnect')));
    await servers.start();
  });

  afterAll(async () => {
    await Promise.all([...connections.values()].map((connection) => connection.close()));
  });

  it.each(cells)('has $name back', async ({ name }) => {
    const connection = connections.get(name) as Connection;
    await connection.next('connect');
    expect(await connection.call('echo', 'again')).toEqual([{ ok: true, data: 'again' }]);
    await connection.emit('echo:emit', 'and again');
    expect(await connection.next('echo:emitted')).toEqual(['and again']);
  });
});

function failure(code: string) {
  return { ok: false, error: expect.objectContaining({ code, id: expect.any(String) }) };
}
