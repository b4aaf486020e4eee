import { expect, it } from '@jest/globals';
import { BootError, createApp, type EventContext, Gateway, OnEvent } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';
import { sessionIds } from '../../src/transport/engine.js';

@Gateway('/')
class Home {
  @OnEvent('join') async join(room: string, ctx: EventContext) {
    await ctx.join(room);
  }
}

const sessionOf = async (url: string): Promise<string> => {
  const text = await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text();
  return (JSON.parse(text.slice(1)) as { sid: string }).sid;
};

it('begins session ids with the name of the node, in the form of other ids', async () => {
  await using test = await createTestApp(Home, { node: 'one' });
  const ids = await Promise.all(Array.from({ length: 50 }, () => sessionOf(test.url)));
  for (const id of ids) expect(id).toMatch(/^one-[A-Za-z0-9_-]{16}$/);
  expect(new Set(ids).size).toBe(50);
});

it('leaves them alone without a name', async () => {
  await using test = await createTestApp(Home);
  expect(await sessionOf(test.url)).toMatch(/^[A-Za-z0-9_-]{20}$/);
});

it('has at least 78 random bits', () => {
  expect(sessionIds('abcdef')()).toMatch(/^abcdef-[A-Za-z0-9_-]{13}$/);
});

it.each(['', 'one-two', 'a.b', 'toolong', 1])('refuses %j as a name at boot', (node) => {
  expect(() => createApp({ gateways: [Home], node: node as never, logger: false }).plan()).toThrow(BootError);
});
