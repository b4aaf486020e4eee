import { describe, expect, it } from '@jest/globals';
import { ANSWERS, ask, bare, ERROR, envelope, RAW, STEPS, title } from './answers.js';
import { isPacket, RawClient } from './client/raw-client.js';
import type { TransportName } from './client/wire.js';
import { HostileServer } from './hostile-server.js';
import { HOSTILE_NAMES } from './packets.js';
import { LONG_CONNECT_LIMIT, serverFixture, TRANSPORTS } from './shared-server.js';

const fixture = serverFixture(LONG_CONNECT_LIMIT);

describe.each(TRANSPORTS)('an acknowledgement over %s', (transport) => {
  it.each(ANSWERS.map((one) => [title(one), one] as const))('is given once: %s', async (_title, one) => {
    const client = await fixture.client(transport, '/answers');
    await ask(fixture, client, '/answers', one, envelope(one));
  });

  it.each(ANSWERS.map((one) => [title(one), one] as const))(
    'is given once, bare: %s',
    async (_title, one) => {
      const client = await fixture.client(transport, '/bare');
      await ask(fixture, client, '/bare', one, bare(one));
    },
  );

  it.each(STEPS.map((one) => [title(one), one] as const))(
    'is given whatever a step does: %s',
    async (_title, one) => {
      const client = await fixture.client(transport, '/steps');
      const from = fixture.server.mark;
      await ask(fixture, client, '/steps', one, envelope(one));
      expect(fixture.server.entries('ran', from)).toHaveLength(one.event === 'calls-twice' ? 1 : 0);
    },
  );

  it.each(RAW.map((one) => [title(one), one] as const))(
    'is given beside raw listeners: %s',
    async (_title, one) => {
      const client = await fixture.client(transport, '/raw');
      await ask(fixture, client, '/raw', one, envelope(one));
    },
  );

  it.each(HOSTILE_NAMES.filter(isSendable))('is given once for an event named %j', async (name) => {
    const client = await fixture.client(transport, '/answers', '/team/a', '/raw', '/hooks');
    for (const namespace of ['/answers', '/team/a', '/raw', '/hooks']) {
      const { id, args } = await client.call(namespace, name as string, { a: 1 });
      const isName = typeof name === 'string' && name.length <= 128 && !isReserved(name);
      const isHeard = namespace === '/team/a' && isName;
      if (isHeard) expect(args).toEqual([{ ok: true, data: { heard: name } }]);
      else expect(args).toEqual([{ ok: false, error: { ...ERROR, code: 'UNKNOWN_EVENT' } }]);
      await client.roundTrip(namespace);
      expect(client.countAnswers(namespace, id)).toBe(1);
    }
  });

  it('is given once for an event without data', async () => {
    const client = await fixture.client(transport, '/answers', '/hooks');
    client.packet('2/answers,77', '2/hooks,77', '51-/answers,78', Buffer.from('x'));
    for (const [namespace, id] of [
      ['/answers', 77],
      ['/hooks', 77],
      ['/answers', 78],
    ] as const) {
      const { args } = await client.answer(namespace, id);
      expect(args).toEqual([{ ok: false, error: { ...ERROR, code: 'UNKNOWN_EVENT' } }]);
      await client.roundTrip(namespace);
      expect(client.countAnswers(namespace, id)).toBe(1);
    }
  });

  it('is given to each of 200 events at once, also to those of the same id', async () => {
    const client = await fixture.client(transport, '/answers');
    client.packet(...Array<string>(200).fill('2/answers,0["async-value"]'));
    const isLast = () => client.countAnswers('/answers', 0) === 200;
    await client.waitFor(isLast, '200 answers');
    await client.roundTrip('/answers');
    expect(client.countAnswers('/answers', 0)).toBe(200);
  });

  it('is replaced by one `exception` where none was asked for', async () => {
    const client = await fixture.client(transport, '/answers');
    const events = [
      'throw',
      'guard-false',
      'schema',
      'never',
      'details-bigint',
      'nobody',
      'throw-untouchable',
    ];
    for (const event of events) client.emit('/answers', event);
    const exceptions = () =>
      client.frames.filter(({ text }) => isPacket(text, '2', '/answers')).map(({ text }) => readEvent(text));
    await client.waitFor(() => exceptions().length === events.length, 'all exceptions');
    await client.roundTrip('/answers');
    const codes = new Map(exceptions().map(([, { event, error }]) => [event, error.code]));
    expect(exceptions()).toHaveLength(events.length);
    expect(Object.fromEntries(codes)).toEqual({
      throw: 'INTERNAL',
      'guard-false': 'FORBIDDEN',
      schema: 'INVALID_PAYLOAD',
      never: 'TIMEOUT',
      'details-bigint': 'INTERNAL',
      nobody: 'UNKNOWN_EVENT',
      'throw-untouchable': 'INTERNAL',
    });
  });

  it('is given to every event that waits for a connect: value, overload, refusal', async () => {
    for (const gate of ['open', 'fail'] as const) {
      const client = await fixture.client(transport);
      const name = `${gate}-${transport}`;
      const from = fixture.server.mark;
      await client.connect('/hooks', { kind: 'gate', gate: name });
      await fixture.server.told((entry) => entry.at === 'gate' && entry['name'] === name, 'the gate', from);
      const ids = Array.from({ length: 60 }, (_, i) => client.send('/hooks', 'note', i));
      const early = await Promise.all(ids.slice(50).map((id) => client.answer('/hooks', id)));
      for (const { args } of early)
        expect(args).toEqual([{ ok: false, error: { ...ERROR, code: 'OVERLOADED' } }]);
      fixture.server.tell(gate === 'open' ? { open: name } : { fail: name });
      const answers = await Promise.all(ids.slice(0, 50).map((id) => client.answer('/hooks', id)));
      for (const [i, { args }] of answers.entries()) {
        const refusal = { ok: false, error: { ...ERROR, code: 'UNAVAILABLE' } };
        expect(args).toEqual([gate === 'open' ? { ok: true, data: i } : refusal]);
      }
      if (gate === 'open') await client.roundTrip('/hooks');
      for (const id of ids) expect(client.countAnswers('/hooks', id)).toBe(1);
    }
  });
});

describe('an acknowledgement of a server that is shut down', () => {
  it('is given once, whether the handler is running, waiting or not begun, over both transports', async () => {
    // `@OnConnect` may outlast the server, so that its events have to be answered before.
    const server = await HostileServer.start(LONG_CONNECT_LIMIT);
    try {
      const busy = await Promise.all(TRANSPORTS.map((transport) => makeBusy(server, transport)));
      server.signal('SIGTERM');
      await server.told(({ at }) => at === 'closing', 'that it is closing', 0);
      await Promise.all(busy.map(expectAnswers));
      expect(await server.exited()).toBe(0);
      expect(server.errors).toBe('');
    } finally {
      await server.stop();
    }
  });

  interface Busy {
    readonly client: RawClient;
    readonly calls: readonly (readonly [namespace: string, id: number])[];
  }

  async function makeBusy(server: HostileServer, transport: TransportName): Promise<Busy> {
    const client = await RawClient.open(server.port, transport);
    const gate = `never opened to ${transport}`;
    await client.connect('/answers');
    await client.connect('/hooks', { kind: 'gate', gate });
    const calls = [
      ['/answers', client.send('/answers', 'long')],
      ['/answers', client.send('/answers', 'ack-at-shutdown')],
      ['/hooks', client.send('/hooks', 'note', 1)],
    ] as const;
    await server.told((entry) => entry.at === 'gate' && entry['name'] === gate, 'the gate', 0);
    await client.roundTrip('/answers');
    return { client, calls };
  }

  async function expectAnswers({ client, calls }: Busy): Promise<void> {
    const late = ['/answers', client.send('/answers', 'value')] as const;
    for (const [namespace, id] of [late, ...calls]) {
      const { args } = await client.answer(namespace, id);
      expect(args).toEqual([{ ok: false, error: { ...ERROR, code: 'UNAVAILABLE' } }]);
    }
    await client.ended();
    for (const [namespace, id] of [late, ...calls]) expect(client.countAnswers(namespace, id)).toBe(1);
  }
});

/** The parser refuses everything else and names of its own, and the connection ends. */
function isSendable(name: unknown): boolean {
  const own = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];
  return typeof name === 'number' || (typeof name === 'string' && !own.includes(name));
}

function isReserved(name: string): boolean {
  return ['', 'error', 'exception', 'connection'].includes(name) || name.startsWith('gw:');
}

function readEvent(text: string): [string, { event: string; error: { code: string } }] {
  return JSON.parse(text.slice(text.indexOf('[')));
}
