import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestApp } from 'gatewire/testing';
import { ChatGateway } from './chat.gateway.js';

const ada = { id: 'ada', name: 'Ada', role: 'moderator' };
const alan = { id: 'alan', name: 'Alan', role: 'member' };

test('a message reaches who is in the room', async () => {
  const chat = await createTestApp(ChatGateway);
  try {
    const [a, b] = [await chat.client.as(ada).connect(), await chat.client.as(alan).connect()];
    for (const client of [a, b]) await client.call('room:join', { room: 'lobby' });
    const { id } = await a.call<{ id: string }>('message:send', { room: 'lobby', text: 'hi' });
    const { message } = (await b.next('message:new')) as { message: object };
    assert.deepEqual(message, { ...message, id, room: 'lobby', from: ada, text: 'hi' });
  } finally {
    await chat.close();
  }
});

test('members join the room of the staff by no way, and remove nobody', async () => {
  const chat = await createTestApp(ChatGateway);
  try {
    const client = await chat.client.as(alan).connect();
    for (const [event, payload] of [
      ['room:join', { room: 'staff' }],
      ['message:send', { room: 'staff', text: 'hi' }],
      ['person:remove', { id: 'grace' }],
    ] as const) {
      await assert.rejects(client.call(event, payload), { code: 'FORBIDDEN' });
    }
  } finally {
    await chat.close();
  }
});

test('who is removed is sent away, and stays away', async () => {
  const chat = await createTestApp(ChatGateway);
  try {
    const [a, b] = [await chat.client.as(ada).connect(), await chat.client.as(alan).connect()];
    await a.call('person:remove', { id: 'alan' });
    assert.equal(await b.disconnected(), 'io server disconnect');
    await assert.rejects(chat.client.as(alan).connect(), { code: 'FORBIDDEN' });
    await assert.rejects(chat.client.connect(), { code: 'UNAUTHENTICATED' });
  } finally {
    await chat.close();
  }
});

test('who writes too fast is told how long to wait', async () => {
  const chat = await createTestApp(ChatGateway);
  try {
    const client = await chat.client.as(alan).connect();
    await client.call('room:join', { room: 'lobby' });
    const send = () => client.call('message:send', { room: 'lobby', text: 'hi' });
    for (let i = 0; i < 5; i++) await send();
    await assert.rejects(send(), { code: 'RATE_LIMITED' });
  } finally {
    await chat.close();
  }
});
