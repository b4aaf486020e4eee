import { describe, expect, it } from '@jest/globals';
import { isPacket, type RawClient } from './client/raw-client.js';
import { serverFixture, TRANSPORTS } from './shared-server.js';

const KINDS: readonly (readonly [kind: string, code: string])[] = [
  ['throws', 'UNAUTHENTICATED'],
  ['throws-nothing', 'UNAUTHENTICATED'],
  ['throws-untouchable', 'UNAUTHENTICATED'],
  ['rejects', 'UNAUTHENTICATED'],
  ['rejects-null', 'UNAUTHENTICATED'],
  ['then-throws', 'UNAUTHENTICATED'],
  ['nothing', 'UNAUTHENTICATED'],
  ['string', 'UNAUTHENTICATED'],
  ['no-user', 'UNAUTHENTICATED'],
  ['null-user', 'UNAUTHENTICATED'],
  ['number-id', 'UNAUTHENTICATED'],
  ['empty-id', 'UNAUTHENTICATED'],
  ['untouchable', 'UNAUTHENTICATED'],
  ['own-code', 'BANNED'],
  ['details-bigint', 'INTERNAL'],
  ['details-circular', 'INTERNAL'],
  ['details-deep', 'INTERNAL'],
  ['hangs', 'TIMEOUT'],
];

const fixture = serverFixture();

describe.each(TRANSPORTS)('the process survives handshakes over %s', (transport) => {
  /** Asks to be let in, and expects one refusal. */
  async function refusal(client: RawClient, namespace: string, auth: object): Promise<unknown> {
    const { data } = await client.connect(namespace, auth);
    await client.connect('/');
    await client.roundTrip('/');
    const answers = client.frames.filter(
      ({ text }) => isPacket(text, '0', namespace) || isPacket(text, '4', namespace),
    );
    expect(answers).toHaveLength(1);
    return data;
  }

  it.each(KINDS)('where auth %s, and answers %s once', async (kind, code) => {
    const client = await fixture.client(transport);
    const data = await refusal(client, '/auth', { kind });
    expect(data).toMatchObject({ code, message: expect.any(String), id: expect.any(String) });
  });

  it.each([
    ['forgets-next', 'FORBIDDEN'],
    ['returns-something', 'FORBIDDEN'],
    ['throws', 'INTERNAL'],
    ['throws-beside-next', 'INTERNAL'],
    ['rejects', 'INTERNAL'],
    ['hangs', 'TIMEOUT'],
  ])('where connect middleware %s, and answers %s once', async (kind, code) => {
    const client = await fixture.client(transport);
    expect(await refusal(client, '/connect-steps', { kind })).toMatchObject({ code });
  });

  it.each([
    ['/auth-class', 'UNAUTHENTICATED'],
    ['/data', 'INTERNAL'],
    ['/data-rejects', 'INTERNAL'],
    ['/raw-use', 'INTERNAL'],
    ['/team-use/a', 'INTERNAL'],
  ])('where what stands before %s fails, and answers %s once', async (namespace, code) => {
    for (const kind of namespace.includes('use') ? ['throws', 'rejects'] : ['']) {
      const client = await fixture.client(transport);
      expect(await refusal(client, namespace, { kind })).toMatchObject({ code });
    }
  });

  it('where middleware lets in twice, and answers once', async () => {
    const client = await fixture.client(transport);
    expect(await client.connect('/connect-steps', { kind: 'calls-twice' })).toEqual({
      sid: expect.any(String),
    });
    await client.roundTrip('/connect-steps');
    expect(client.frames.filter(({ text }) => isPacket(text, '0', '/connect-steps'))).toHaveLength(1);
  });

  it.each(['hangs', 'rejects', 'ok'])('of clients that leave while auth decides: %s', async (kind) => {
    const packets = [
      `0/auth,${JSON.stringify({ kind })}`,
      `0/hooks,${JSON.stringify({ kind: 'gate', gate: 'left' })}`,
    ];
    for (const leave of ['hang up', 'disconnect', 'reconnect']) {
      const client = await fixture.client(transport);
      client.packet(...packets);
      if (leave !== 'hang up') client.packet('1/auth,', '1/hooks,');
      if (leave === 'reconnect') client.packet(...packets);
      client.wire.hangUp();
    }
  });

  it.each(['throws', 'rejects'])('where a listener of `connection` %s', async (kind) => {
    const client = await fixture.client(transport, '/');
    for (const namespace of ['/raw-use', '/team-use/b']) {
      await client.connect(namespace, { kind: `connection-${kind}` });
      await client.roundTrip('/');
    }
    await client.roundTrip('/raw-use');
  });
});
