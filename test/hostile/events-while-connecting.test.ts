import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { within } from '../support/within.js';
import { isPacket } from './client/raw-client.js';
import type { Entry } from './server/journal.js';
import { LONG_CONNECT_LIMIT, type ServerFixture, serverFixture, TRANSPORTS } from './shared-server.js';

const fixture = serverFixture(LONG_CONNECT_LIMIT);

describe.each(TRANSPORTS)('events meet a connect over %s', (transport) => {
  let gates = 0;

  /** A client whose `@OnConnect` waits at a gate. */
  async function atGate(namespace: string, { server, client: open }: ServerFixture = fixture) {
    const from = server.mark;
    const gate = `${transport}-${++gates}`;
    const client = await open(transport, '/');
    const { sid } = await client.connect(namespace, { kind: 'gate', gate });
    await server.told((entry) => entry.at === 'gate' && entry['name'] === gate, 'the gate', from);
    const heard = () =>
      server
        .entries('heard', from)
        .filter(({ socketId }) => socketId === sid)
        .map(({ payload }) => payload);
    const hasHeard = (payload: unknown) => (entry: Entry) =>
      entry.at === 'heard' && entry['payload'] === payload;
    return { client, server, from, gate, sid, heard, hasHeard };
  }

  it('all of them, in order and after it, whether they ask for an answer or not', async () => {
    const { client, server, from, gate, heard, hasHeard } = await atGate('/hooks');
    for (let i = 0; i < 40; i++) {
      if (i % 2 === 0) client.emit('/hooks', 'note', i);
      else client.send('/hooks', 'note', i);
    }
    client.packet('51-/hooks,["note",{"_placeholder":true,"num":0}]', Buffer.from('x'));
    client.emit('/hooks', 'note', 'last');
    await client.roundTrip('/');
    expect(heard()).toEqual([]);
    server.tell({ open: gate });
    await server.told(hasHeard('last'), 'the last event', from);
    const buffer = { type: 'Buffer', data: [0x78] };
    expect(heard()).toEqual([...Array.from({ length: 40 }, (_, i) => i), buffer, 'last']);
  });

  it('none before the last gateway of the namespace has connected', async () => {
    const { client, server, from, gate, sid, heard, hasHeard } = await atGate('/shared');
    client.emit('/shared', 'note', 'early');
    await client.roundTrip('/');
    expect(heard()).toEqual([]);
    server.tell({ open: gate });
    await server.told(hasHeard('early'), 'the event', from);
    const order = server.journal
      .slice(from)
      .filter(({ socketId }) => socketId === sid)
      .map(({ at, hook, gateway }) => [hook ?? at, gateway]);
    expect(order).toEqual([
      ['connect', 'FirstGateway'],
      ['connect', 'MiddleGateway'],
      ['connect', 'LastGateway'],
      ['heard', 'FirstGateway'],
    ]);
  });

  it('those that come while the first ones are served, behind them', async () => {
    const { client, server, from, gate, heard, hasHeard } = await atGate('/hooks');
    for (let i = 0; i < 20; i++) client.emit('/hooks', 'note', i);
    server.tell({ open: gate });
    for (let i = 20; i < 40; i++) client.emit('/hooks', 'note', i);
    await server.told(hasHeard(39), 'the last event', from);
    expect(heard()).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('those of a client that said goodbye meanwhile', async () => {
    const { client, server, from, gate, heard, hasHeard } = await atGate('/hooks');
    client.emit('/hooks', 'note', 'first');
    client.emit('/hooks', 'note', 'last');
    client.packet('1/hooks,');
    await client.roundTrip('/');
    expect(heard()).toEqual([]);
    server.tell({ open: gate });
    await server.told(hasHeard('last'), 'the last event', from);
    expect(heard()).toEqual(['first', 'last']);
  });

  describe('none, and the wait is bounded', () => {
    // Long enough for the event to be sent before the time is over.
    const short = serverFixture({ HOSTILE_CONNECT_MS: '2000' });

    it.each(['fails', 'takes too long'])('when it %s', async (how) => {
      const { client, server, gate, heard } = await atGate('/hooks', how === 'fails' ? fixture : short);
      const id = client.send('/hooks', 'note', 'never');
      client.emit('/hooks', 'note', 'never');
      await client.roundTrip('/');
      if (how === 'fails') server.tell({ fail: gate });
      const { args } = await client.answer('/hooks', id);
      expect(args).toMatchObject([{ ok: false, error: { code: 'UNAVAILABLE' } }]);
      await client.waitFor(({ text }) => isPacket(text, '1', '/hooks'), 'DISCONNECT');
      server.tell({ open: gate });
      await client.roundTrip('/');
      expect(heard()).toEqual([]);
      const exceptions = client.frames.filter(({ text }) => isPacket(text, '2', '/hooks'));
      expect(exceptions).toHaveLength(1);
      expect(exceptions[0]?.text).toContain(how === 'fails' ? '"INTERNAL"' : '"TIMEOUT"');
    });
  });

  it.each(['/', '/hooks', '/sync-hooks', '/raw'])(
    '20 of 20 that are followed by a goodbye in %s',
    async (path) => {
      const { server } = fixture;
      const from = server.mark;
      for (let i = 0; i < 20; i++) {
        const socket = io(server.url + path, {
          transports: [transport],
          forceNew: true,
          reconnection: false,
        });
        await within('connect', once(socket as never, 'connect'));
        socket.emit('bye', `${path} ${i}`);
        socket.disconnect();
      }
      const said = () => server.entries('bye', from).map(({ payload }) => payload);
      await server
        .told((entry) => entry.at === 'bye' && said().length === 20, '20 goodbyes', from)
        .catch(() => {});
      expect(said().sort()).toEqual(Array.from({ length: 20 }, (_, i) => `${path} ${i}`).sort());
    },
  );

  it.each([
    ['of a client that has gone', ['1/hooks,', '2/hooks,["note","after"]']],
    [
      'of a client that was sent away',
      ['2/hooks,["kick"]', '2/hooks,["note","after"]', '2/hooks,7["note","after"]'],
    ],
  ])('none %s', async (_name, packets) => {
    const client = await fixture.client(transport, '/', '/hooks');
    const from = fixture.server.mark;
    client.packet(...packets);
    const isOver = ({ at, hook }: Entry) => at === 'hook' && hook === 'disconnect';
    await fixture.server.told(isOver, 'the disconnect hook', from);
    await fixture.expectAlive();
    expect(fixture.server.entries('heard', from)).toEqual([]);
  });
});
