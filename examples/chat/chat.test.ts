import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createTestApp } from 'gatewire/testing';
import { ChatGateway } from './chat.gateway.js';
import { PrivateMessagesGateway } from './private-messages.gateway.js';

const ada = { id: 'ada', name: 'Ada' };
const bob = { id: 'bob', name: 'Bob' };
const start = () => createTestApp([ChatGateway, PrivateMessagesGateway]);
const newId = () => randomBytes(16).toString('hex');

test('a message reaches the others in the room', async () => {
  const chat = await start();
  try {
    const [a, b] = [await chat.client.as(ada).connect(), await chat.client.as(bob).connect()];
    for (const client of [a, b]) await client.call('room:join', { room: 'lobby' });
    const id = newId();
    const { at } = await a.call<{ at: number }>('message:send', { room: 'lobby', id, text: 'hi' });
    const message = { id, from: ada, text: 'hi', at };
    assert.deepEqual(await b.next('message:new'), { room: 'lobby', message });
    await a.expectNone('message:new');
  } finally {
    await chat.close();
  }
});

test('nobody writes into a room that they are not in', async () => {
  const chat = await start();
  try {
    const a = await chat.client.as(ada).connect();
    await assert.rejects(a.call('message:send', { room: 'lobby', id: newId(), text: 'hi' }), {
      code: 'FORBIDDEN',
    });
  } finally {
    await chat.close();
  }
});

test('a private message says who is not here', async () => {
  const chat = await start();
  try {
    const a = await chat.client.as(ada).connect();
    await assert.rejects(a.call('private:send', { to: 'bob', id: newId(), text: 'hi' }), {
      code: 'NOT_FOUND',
    });
  } finally {
    await chat.close();
  }
});

test('nobody comes in without a token', async () => {
  const chat = await start();
  try {
    await assert.rejects(chat.client.connect(), { code: 'UNAUTHENTICATED' });
  } finally {
    await chat.close();
  }
});
