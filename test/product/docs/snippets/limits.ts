import { expect } from '@jest/globals';
import { Gateway, OnEvent, RateLimit } from '../../../../src/index.js';
import { createTestApp } from '../../../../src/testing/index.js';
import { ask } from '../../../support/raw-http.js';
import { type Look, started } from './snippets.js';

@Gateway('/game')
export class StrictGame {
  @RateLimit({ limit: 1, windowMs: 60_000 }) @OnEvent('report:send') report() {}
}

/** What docs/how-to/limits.md shows. */
export const LIMITS: readonly Look[] = [
  async (snippet) => {
    await using test = await started(snippet);
    const client = await test.client.as({ id: 'ann' }).connect();
    const reports = Array.from({ length: 4 }, () => client.call('report:send', 'abc'));
    const codes = (await Promise.allSettled(reports)).map(
      (one) => (one as PromiseRejectedResult).reason?.code,
    );
    expect(codes).toEqual([undefined, undefined, undefined, 'RATE_LIMITED']);
    const other = await test.client.connect();
    for (let n = 0; n < 100; n++) client.emit('cursor:move', [n, n]);
    await client.flush();
    expect(await other.nextArgs('cursor:moved')).toEqual([[0, 0]]);
    await client.expectNone('exception');
    expect(await client.call('replay:render', '7')).toBe('/replays/7');
  },
  async (snippet) => {
    await using test = await createTestApp(StrictGame);
    await (await test.client.as({ id: 'ann' }).connect()).call('report:send');
    const { printed } = await snippet.run({
      instead: {
        "'http://localhost:3000'": `'${test.url}'`,
        "await game.call('report:send', 'hello');": "for (;;) await game.call('report:send', 'hello');",
      },
    });
    expect(printed).toEqual([expect.stringMatching(/^RATE_LIMITED \d+$/)]);
  },
  async (snippet) => {
    await using test = await started(snippet);
    const client = await test.client.connect();
    client.emit('tiles:load', 18); // 9 MB: above the default of `outputBytes`
    for (let n = 0; n < 18; n++) expect(await client.next('tile')).toMatchObject({ n });
  },
  async (snippet) => {
    await using test = await started(snippet);
    const client = await test.client.connect();
    const reply = (members: number) =>
      client.ack(
        'nobody-takes-it',
        Array.from({ length: members }, () => 0),
      );
    expect(await reply(40_000)).toMatchObject([{ error: { code: 'UNKNOWN_EVENT' } }]);
    expect(await reply(60_000)).toMatchObject([{ error: { code: 'PAYLOAD_TOO_LARGE' } }]);
  },
  async (snippet) => {
    await using test = await started(snippet);
    const client = await test.client.connect();
    const symbols = Array.from({ length: 3_000 }, (_, n) => `S${n}`);
    expect(await client.call('stocks:watch', symbols)).toBe(3_000);
    expect(await client.call('stocks:watch', ['S1', 'S2'])).toBe(2);
  },
  async (snippet) => {
    await using test = await started(snippet);
    const { port } = new URL(test.url);
    const from = { headers: { 'x-forwarded-for': '203.0.113.7' } };
    const answers = [];
    for (let n = 0; n < 201; n++) answers.push((await ask(Number(port), from)).status);
    expect(answers).toEqual([...Array.from({ length: 200 }, () => 200), 429]);
    expect((await ask(Number(port), { headers: { 'x-forwarded-for': '203.0.113.8' } })).status).toBe(200);
  },
];
