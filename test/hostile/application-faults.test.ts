import { describe, expect, it } from '@jest/globals';
import { isPacket } from './client/raw-client.js';
import type { Entry } from './server/journal.js';
import { serverFixture, TRANSPORTS } from './shared-server.js';

describe.each(TRANSPORTS)('the process survives what an application does over %s', (transport) => {
  const fixture = serverFixture(); // one each: failures of one kind are logged ten times a minute

  it.each([
    ['sync', '[]'],
    ['sync', '[null]'],
    ['sync', null],
    ['async', '[]'],
    ['timeout', '[]'],
    ['timeout', null],
    ['async-timeout', '[]'],
    ['async-timeout', null],
    ['room', '[]'],
  ])('when it trips over the answer to a question: %s, %s', async (kind, answer) => {
    const client = await fixture.client(transport, '/asks');
    const from = fixture.server.mark;
    await client.call('/asks', 'ask', kind);
    const isQuestion = (text: string) => isPacket(text, '2', '/asks') && text.endsWith('["question"]');
    const { text } = await client.waitFor((frame) => isQuestion(frame.text), 'the question');
    const id = /,(\d+)\[/.exec(text)?.[1];
    // Twice, since only one of them is an answer.
    if (answer !== null) client.packet(`3/asks,${id}${answer}`, `3/asks,${id}${answer}`);
    if (kind === 'sync' && answer === null) client.packet(`3/asks,${id}`);
    const isFailure = ({ at, code }: { at: string; code?: unknown }) => at === 'log' && code === 'INTERNAL';
    await fixture.server.told(isFailure, 'the failure', from);
    await client.roundTrip('/asks');
    expect(fixture.server.entries('log', from).filter(isFailure)).toHaveLength(1);
  });

  it.each(['by DISCONNECT', 'by the end of the connection', 'by a broken packet'])(
    'when listeners throw as the client leaves %s',
    async (how) => {
      const client = await fixture.client(transport, '/raw-goodbye', '/bad-goodbye', '/raw-strips', '/hooks');
      const from = fixture.server.mark;
      if (how === 'by DISCONNECT')
        client.packet('1/raw-goodbye,', '1/bad-goodbye,', '1/raw-strips,', '1/hooks,');
      else if (how === 'by a broken packet') client.packet('2[');
      else client.wire.hangUp();
      for (const gateway of ['RawGoodbyeGateway', 'BadGoodbyeGateway', 'RawStripsGateway', 'HooksGateway']) {
        const isGoodbye = (entry: Entry) => entry['hook'] === 'disconnect' && entry['gateway'] === gateway;
        await fixture.server.told(isGoodbye, `the disconnect hook of ${gateway}`, from);
      }
    },
  );

  it('when what it hears of everything that goes out throws', async () => {
    const client = await fixture.client(transport, '/raw-outgoing');
    client.emit('/raw-outgoing', 'throw');
    client.emit('/raw-outgoing', 'nobody');
    await client.roundTrip('/raw-outgoing');
  });
});
