import { expect, it } from '@jest/globals';
import { Gateway, OnEvent } from '../../src/index.js';
import { createTestApp, describeMatrix } from '../../src/testing/index.js';
import { isPacket, RawClient } from './client/raw-client.js';

const DEEP = `{"a":${'['.repeat(50)}${']'.repeat(50)}}`;

describeMatrix('the places of a connection in namespaces', (cell) => {
  it('are not given back by a refused CONNECT to a namespace that it is in', async () => {
    @Gateway('/team/:id')
    class Team {
      @OnEvent('ping') ping() {}
    }
    const limits = { namespacesPerConnection: 3, refusalsInARow: 100 };
    const test = await createTestApp(Team, { ...cell, limits });
    await using _ = test;
    const client = await RawClient.open(test.app.address?.port as number, cell.transport ?? 'websocket');
    for (let i = 0; i < 3; i++) {
      const name = `/team/${i}`;
      await client.connect(name);
      client.packet(`0${name},${DEEP}`);
      await client.waitFor(({ text }) => isPacket(text, '4', name), 'connect_error');
    }
    expect(await client.connect('/team/3')).toMatchObject({ data: { code: 'OVERLOADED' } });
    await client.roundTrip('/team/0');
  });

  it('keep no more auth than authBytes, all together', async () => {
    @Gateway('/team/:id')
    class Team {
      @OnEvent('ping') ping() {}
    }
    const test = await createTestApp(Team, { ...cell });
    await using _ = test;
    const client = await RawClient.open(test.app.address?.port as number, cell.transport ?? 'websocket');
    const auth = { token: 'x'.repeat(40_000) };
    const refused = { data: { code: 'PAYLOAD_TOO_LARGE', message: expect.stringContaining('authBytes') } };
    for (const id of [0, 1]) expect(await client.connect(`/team/${id}`, auth)).toHaveProperty('sid');
    expect(await client.connect('/team/2', auth)).toMatchObject(refused);
    expect(await client.connect('/team/3', { token: 'x' })).toHaveProperty('sid');
    client.packet('1/team/0,');
    expect(await client.connect('/team/2', auth)).toHaveProperty('sid');
    expect(await client.connect('/team/4', auth)).toMatchObject(refused);
  });
});
