import { describe, expect, it } from '@jest/globals';
import { isPacket } from './client/raw-client.js';
import { serverFixture, TRANSPORTS } from './shared-server.js';

const VALUES = ['bigint', 'circular', 'deep', 'blob'];

// Far beyond what the default lets in, so that the way out is what is tested.
const fixture = serverFixture({ HOSTILE_LIMITS: '{"packetDepth":1000000}' });

describe.each(TRANSPORTS)('what cannot be encoded fails alone over %s', (transport) => {
  it.each(VALUES.flatMap((value) => ['me', 'room', 'volatile', 'others'].map((to) => [value, to])))(
    'when %s is emitted to %s',
    async (value, to) => {
      const sender = await fixture.client(transport, '/emits');
      const other = await fixture.client(transport, '/emits');
      const { args } = await sender.call('/emits', 'emit', { value, to });
      expect(args).toMatchObject([{ ok: false, error: { code: 'INTERNAL' } }]);

      await sender.call('/emits', 'emit-good');
      for (const client of [sender, other]) {
        await client.roundTrip('/emits');
        const events = client.frames.filter(({ text }) => /^4[25]/.test(text)).map(({ text }) => text);
        expect(events).toEqual(['42/emits,["out","good"]']);
      }
    },
  );

  it.each(VALUES)('when %s is emitted while a client comes in', async (value) => {
    const client = await fixture.client(transport, '/');
    await client.connect('/bad-welcome', { value });
    await client.waitFor(({ text }) => isPacket(text, '1', '/bad-welcome'), 'DISCONNECT');
    const exception = client.frames.find(({ text }) => isPacket(text, '2', '/bad-welcome'));
    expect(exception?.text).toMatch(/\["exception",\{"event":"connect","error":\{"code":"INTERNAL"/);
    await client.roundTrip('/');
  });

  it.each([1_000, 2_000, 3_000, 4_200, 5_000, 7_000, 10_000, 50_000, 200_000])(
    'when %i levels are echoed',
    async (levels) => {
      const client = await fixture.client(transport, '/', '/answers');
      const payload = '['.repeat(levels) + ']'.repeat(levels);
      client.packet(`21["echo",${payload}]`, `2/answers,1["echo",${payload}]`);
      for (const namespace of ['/', '/answers']) {
        const { text } = await client.waitFor((frame) => isPacket(frame.text, '3', namespace), 'an answer');
        const isEchoed = text.includes(`{"ok":true,"data":${payload}}`);
        // The stack may end in the walk already.
        expect(isEchoed || /"code":"(INTERNAL|PAYLOAD_TOO_LARGE)"/.test(text)).toBe(true);
        await client.roundTrip(namespace);
        expect(client.countAnswers(namespace, 1)).toBe(1);
      }
    },
  );

  it('when the answers to calls in flight are in order, and one of them cannot be encoded', async () => {
    const client = await fixture.client(transport, '/answers');
    const events = ['value', 'bigint', 'async-value', 'circular', 'undefined', 'async-bigint', 'ping'];
    const ids = events.map((event) => client.send('/answers', event));
    const answers = await Promise.all(ids.map((id) => client.answer('/answers', id)));
    expect(answers.map(({ args }) => (args[0] as { ok: boolean }).ok)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
      true,
    ]);
  });
});
