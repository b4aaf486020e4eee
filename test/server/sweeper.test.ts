import { expect, it } from '@jest/globals';
import { Gateway, OnEvent } from '../../src/index.js';
import { Sweeper } from '../../src/runtime/namespace-instances.js';
import { createTestApp } from '../../src/testing/index.js';
import { deferred } from '../support/deferred.js';

const gate = deferred();

@Gateway('/team/:team', {
  auth: async ({ auth }) => {
    if (auth['slow']) await gate.promise;
    return { user: { id: 'ann' } };
  },
})
class Team {
  @OnEvent('echo') echo(payload: unknown) {
    return payload;
  }
}

it('instances of a namespace go when nobody is in them, nor on the way in', async () => {
  await using test = await createTestApp(Team);
  const { io } = test.app;
  const sweeper = new Sweeper(io, (error) => {
    throw error;
  });
  const instances = () => [...(io as unknown as { _nsps: Map<string, unknown> })._nsps.keys()].sort();
  const ann = await test.client.connect('/team/1');
  const bob = await test.client.connect('/team/2');
  const arriving = test.client.connect('/team/3', { auth: { slow: true } });
  while (!instances().includes('/team/3')) await bob.flush();
  await bob.close();
  while (io.of('/team/2').sockets.size > 0) await ann.flush();
  sweeper.sweep();
  expect(instances()).toEqual(['/', '/team/1', '/team/2', '/team/3']);
  sweeper.sweep();
  expect(instances()).toEqual(['/', '/team/1', '/team/3']);
  gate.resolve();
  expect(await (await arriving).call('echo', 3)).toBe(3);
  expect(await ann.call('echo', 1)).toBe(1);
  expect(await (await test.client.connect('/team/2')).call('echo', 2)).toBe(2);
  sweeper.close();
});
