import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestApp } from 'gatewire/testing';
import { ClusterGateway } from './cluster.gateway.js';

const start = () => createTestApp(ClusterGateway);

test('a client hears which node it is connected to, and who else is here', async () => {
  const cluster = await start();
  try {
    const a = await cluster.client.as({ id: 'Ada' }).connect();
    const welcome = (await a.next('welcome')) as { node: string };
    assert.equal(welcome.node, 'one');
    const { guests } = (await a.next('guests:changed')) as { guests: { name: string; node: string }[] };
    assert.deepEqual(
      guests.map(({ name, node }) => ({ name, node })),
      [{ name: 'Ada', node: 'one' }],
    );
  } finally {
    await cluster.close();
  }
});

test('a message says which node took it', async () => {
  const cluster = await start();
  try {
    const a = await cluster.client.as({ id: 'Ada' }).connect();
    const b = await cluster.client.as({ id: 'Bob' }).connect();
    const sent = await a.call<{ at: number }>('message:send', { text: 'hi' });
    assert.deepEqual(await b.next('message:new'), { from: 'Ada', node: 'one', text: 'hi', at: sent.at });
  } finally {
    await cluster.close();
  }
});

test('the last node stays', async () => {
  const cluster = await start();
  try {
    const a = await cluster.client.as({ id: 'Ada' }).connect();
    await assert.rejects(a.call('node:stop', { node: 'one' }), { code: 'CONFLICT' });
  } finally {
    await cluster.close();
  }
});

test('nobody comes in without a name', async () => {
  const cluster = await start();
  try {
    await assert.rejects(cluster.client.connect(), { code: 'UNAUTHENTICATED' });
  } finally {
    await cluster.close();
  }
});
