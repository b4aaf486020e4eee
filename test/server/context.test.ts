import { expect, it } from '@jest/globals';
import { type EventContext, Gateway, OnEvent } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';

const INTERNAL = [
  'reply',
  'state',
  'timer',
  'compiled',
  'bound',
  'isRunning',
  'instances',
  'located',
  'rooms',
];

@Gateway('/')
class Probe {
  @OnEvent('probe') probe(_payload: unknown, ctx: EventContext) {
    const given = { ctx, to: ctx.to('a'), namespace: ctx.namespace, broadcast: ctx.broadcast };
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, [...reachable(value)].filter(isInternal(name))]),
    );
  }
  @OnEvent('answer') answer(_payload: unknown, ctx: EventContext) {
    const { reply } = ctx as unknown as { reply?: { value(value: unknown): void } };
    reply?.value('from the context');
    return 'returned';
  }
  @OnEvent('rename') rename(_payload: unknown, ctx: EventContext) {
    const plain = ctx as unknown as Record<string, unknown>;
    for (const name of INTERNAL.filter((one) => one !== 'rooms')) plain[name] = null;
    return 'returned';
  }
}

/** Every property name of an object and of its prototypes, symbols included. */
function* reachable(value: object): Generator<string> {
  for (let one: object = value; one !== Object.prototype; one = Object.getPrototypeOf(one))
    for (const key of Reflect.ownKeys(one)) yield String(key);
}

/** `rooms` of a context is public. */
const isInternal = (owner: string) => (name: string) =>
  INTERNAL.includes(name) && !(owner === 'ctx' && name === 'rooms');

it('gives a handler no internal member, in plain JavaScript either', async () => {
  await using test = await createTestApp(Probe);
  const client = await test.client.connect();
  expect(await client.call('probe')).toEqual({ ctx: [], to: [], namespace: [], broadcast: [] });
  expect(await client.call('answer')).toBe('returned');
  expect(await client.call('rename')).toBe('returned');
});

it('keeps nothing of gatewire on the socket that a handler can read', async () => {
  @Gateway('/')
  class Sockets {
    @OnEvent('symbols') symbols(_payload: unknown, { socket }: EventContext) {
      return Object.getOwnPropertySymbols(socket)
        .map(String)
        .filter((name) => name.includes('gatewire'));
    }
  }
  await using test = await createTestApp(Sockets);
  expect(await (await test.client.connect()).call('symbols')).toEqual([]);
});
