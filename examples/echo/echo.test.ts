import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestApp } from 'gatewire/testing';
import { EchoGateway } from './echo.gateway.js';

test('acknowledges with what came, binary too', async () => {
  const echo = await createTestApp(EchoGateway);
  try {
    const client = await echo.client.connect();
    assert.deepEqual(await client.call('echo', { text: 'hello' }), { text: 'hello' });
    assert.deepEqual(await client.call('echo', Buffer.from([1, 2])), Buffer.from([1, 2]));
    assert.deepEqual(await client.call('echo:all', 1, 'two'), [1, 'two']);
  } finally {
    await echo.close();
  }
});

test('says something to the others in a room', async () => {
  const echo = await createTestApp(EchoGateway);
  try {
    const [ann, bob] = [await echo.client.connect(), await echo.client.connect()];
    for (const client of [ann, bob]) await client.call('room:join', 'lobby');
    await ann.call('room:say', 'lobby', 'hi');
    assert.equal(await bob.next('room:said'), 'hi');
    await ann.expectNone('room:said');
  } finally {
    await echo.close();
  }
});

test('answers what it cannot take', async () => {
  const echo = await createTestApp(EchoGateway);
  try {
    const client = await echo.client.connect();
    await assert.rejects(client.call('ehco', 1), { code: 'UNKNOWN_EVENT' });
    await assert.rejects(client.call('bytes:ask', -1), { code: 'INVALID_PAYLOAD' });
  } finally {
    await echo.close();
  }
});
