import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type ContractTestClient, createTestApp, type TestApp } from 'gatewire/testing';
import { chat as contract, type Person } from '../../../examples/chat/chat.contract.js';
import { ChatGateway } from '../../../examples/chat/chat.gateway.js';
import { Messages } from '../../../examples/chat/messages.js';
import { PrivateMessagesGateway } from '../../../examples/chat/private-messages.gateway.js';
import { Tokens } from '../../../examples/chat/tokens.js';

const ada = { id: 'ada', name: 'Ada' };
const bob = { id: 'bob', name: 'Bob' };
const cleo = { id: 'cleo', name: 'Cleo' };

type Client = ContractTestClient<typeof contract>;

describe('the gateways of examples/chat', () => {
  it('tell who connects who they are and which rooms there are', async () => {
    await using chat = await start();
    const client = await connect(chat, ada);
    const { you, rooms } = await client.next('welcome');
    expect(you).toEqual(ada);
    expect(rooms).toContainEqual({ room: 'lobby', people: 0 });
  });

  it('let nobody in without a valid token, and take the name from the token', async () => {
    const tokens = new Tokens();
    await using chat = await createTestApp([ChatGateway, PrivateMessagesGateway], {
      providers: [{ provide: Tokens, useValue: tokens }],
    });
    const { token, person } = tokens.issue('Ada');
    const [body = ''] = token.split('.');
    const restarted = new Tokens().issue('Ada');
    for (const refused of [undefined, '', 'nonsense', body, `${body}.`, `${body}.AAAA`, restarted.token, 7]) {
      await expect(chat.client.connect(contract, { auth: { token: refused } })).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    }

    const client = await chat.client.connect(contract, {
      auth: { token, name: 'Eve', user: { id: 'eve' } },
    });
    expect(await client.next('welcome')).toMatchObject({ you: { id: person.id, name: 'Ada' } });
    await client.call('room:join', { room: 'lobby' });
    const other = await enter(chat, bob);
    const forged = { ...message('hi'), from: { id: 'eve', name: 'Eve' }, name: 'Eve' };
    await client.call('message:send', forged);
    expect(await other.next('message:new')).toMatchObject({ message: { from: { name: 'Ada' } } });
  });

  it('carry a message to the others in its room and to nobody else', async () => {
    await using chat = await start();
    const [a, b, c] = [await enter(chat, ada), await enter(chat, bob), await enter(chat, cleo, 'help')];
    const sent = message('hello');
    const { at } = await a.call('message:send', sent);
    expect(await b.next('message:new')).toEqual({
      room: 'lobby',
      message: { id: sent.id, text: 'hello', at, from: ada },
    });
    await a.expectNone('message:new');
    await c.expectNone('message:new');
  });

  it('refuse messages and typing for a room that the sender is not in, or has left', async () => {
    await using chat = await start();
    const [a, b] = [await enter(chat, ada, 'help'), await enter(chat, bob)];
    await expect(a.call('message:send', message('hello'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(a.call('room:typing', { room: 'lobby' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await b.call('room:leave', { room: 'lobby' });
    await expect(b.call('message:send', message('hello'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await join(a)).messages).toEqual([]);
  });

  it('say a message once, however often it is sent, and let nobody reuse the id of another', async () => {
    await using chat = await start();
    const [a, b] = [await enter(chat, ada), await enter(chat, bob)];
    const sent = message('once');
    const first = await a.call('message:send', sent);
    expect(await a.call('message:send', sent)).toEqual(first);
    await b.next('message:new');
    await b.expectNone('message:new');
    await expect(b.call('message:send', sent)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('let a person say 20 things at once, on all devices together', async () => {
    await using chat = await start();
    const [phone, laptop] = [await enter(chat, ada), await enter(chat, ada)];
    for (let i = 0; i < 20; i++) await [phone, laptop][i % 2]?.call('message:send', message(`number ${i}`));
    for (const device of [phone, laptop]) {
      await expect(device.call('message:send', message('one more'))).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        retryAfterMs: expect.any(Number) as unknown,
      });
    }
    const b = await enter(chat, bob);
    await b.call('message:send', message('hello'));
  });

  it('give the last 50 messages of a room to who joins it, and no others', async () => {
    await using chat = await start();
    // More than one person may say at once.
    const all = await Promise.all(['a', 'b', 'c'].map((id) => enter(chat, { id, name: id })));
    for (let i = 0; i < 53; i++) await all[i % 3]?.call('message:send', message(`number ${i}`));
    const { messages } = await join(await connect(chat, bob));
    expect(messages.map(({ text }) => text)).toEqual(Array.from({ length: 50 }, (_, i) => `number ${i + 3}`));
    expect((await join(await connect(chat, bob), 'help')).messages).toEqual([]);
  });

  it('keep no trace of typing', async () => {
    await using chat = await start();
    const [a, b] = [await enter(chat, ada), await enter(chat, bob)];
    await a.call('room:typing', { room: 'lobby' });
    expect(await b.next('room:typing')).toEqual({ room: 'lobby', person: ada });
    await a.expectNone('room:typing');

    const later = await connect(chat, cleo);
    expect((await join(later)).messages).toEqual([]);
    await later.expectNone('room:typing');
  });

  it('count somebody with several devices once, until the last one has left', async () => {
    await using chat = await start();
    const b = await enter(chat, bob);
    const phone = await enter(chat, ada);
    expect(await b.next('person:joined')).toEqual({ room: 'lobby', person: ada });
    const laptop = await connect(chat, ada);
    expect((await join(laptop)).people).toEqual([bob, ada]);
    await b.expectNone('person:joined');

    await phone.close();
    await laptop.call('room:leave', { room: 'lobby' });
    expect(await b.next('person:left')).toEqual({ room: 'lobby', person: ada });
    await b.expectNone('person:left');
  });

  it('take who disconnects out of all rooms, and tell everybody the new counts', async () => {
    await using chat = await start();
    const watcher = await connect(chat, cleo);
    const b = await enter(chat, bob);
    await b.call('room:join', { room: 'help' });
    await b.close();
    const counts = [];
    for (let i = 0; i < 4; i++) counts.push(await watcher.next('room:changed'));
    expect(counts).toEqual([
      { room: 'lobby', people: 1 },
      { room: 'help', people: 1 },
      { room: 'lobby', people: 0 },
      { room: 'help', people: 0 },
    ]);
  });

  it('make rooms under one spelling of their name, once', async () => {
    await using chat = await start();
    const [a, watcher] = [await connect(chat, ada), await connect(chat, bob)];
    expect(await a.call('room:create', { room: ' Tea Time ' })).toEqual({
      room: 'tea time',
      people: [ada],
      messages: [],
    });
    expect(await watcher.next('room:changed')).toEqual({ room: 'tea time', people: 1 });
    await expect(a.call('room:create', { room: 'TEA TIME' })).rejects.toMatchObject({
      code: 'ROOM_EXISTS',
      details: { room: 'tea time' },
    });
    await expect(a.call('room:join', { room: 'coffee' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const room of ['', '-', 'a'.repeat(31), '<b>', 'a\u0001', 7, null]) {
      // @ts-expect-error a page that knows the contract cannot send the last two
      await expect(a.call('room:create', { room })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    }
  });

  it('keep 100 rooms at most: the oldest empty one makes place', async () => {
    await using chat = await start();
    const [a, watcher] = [await connect(chat, ada), await connect(chat, bob)];
    for (let i = 0; i < 97; i++) await a.call('room:create', { room: `room ${i}` });
    await expect(a.call('room:create', { room: 'one more' })).rejects.toMatchObject({
      code: 'TOO_MANY_ROOMS',
      details: { limit: 100 },
    });
    await a.call('message:send', message('forget me', 'room 1'));
    await a.call('room:leave', { room: 'room 1' });
    await a.call('room:create', { room: 'one more' });
    expect(await watcher.next('room:removed')).toEqual({ room: 'room 1' });
    expect(chat.app.get(Messages).last('room 1')).toEqual([]);
  });

  it('carry a private message to all devices of both people and to nobody else', async () => {
    await using chat = await start();
    const [phone, laptop] = [await enter(chat, ada), await connect(chat, ada)];
    const [b, c] = [await enter(chat, bob), await enter(chat, cleo)];
    const { id, text } = message('psst');
    const forged = { to: 'ada', id, text, from: cleo };
    const { at } = await b.call('private:send', forged);
    for (const device of [phone, laptop, b]) {
      expect(await device.next('private:new')).toEqual({ message: { id, text, at, from: bob }, to: ada });
      await device.expectNone('private:new');
    }
    await c.expectNone('private:new');

    b.emit('private:typing', { to: 'ada' });
    for (const device of [phone, laptop])
      expect(await device.next('private:typing')).toEqual({ person: bob });
    await c.expectNone('private:typing');
  });

  it('say NOT_FOUND to a private message for somebody who is not here', async () => {
    await using chat = await start();
    const [a, b] = [await enter(chat, ada), await enter(chat, bob)];
    // The name of a room is no person.
    for (const to of ['cleo', 'lobby', a.socket.id ?? '']) {
      const { id, text } = message('psst');
      await expect(b.call('private:send', { to, id, text })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await a.expectNone('private:new');
    await b.expectNone('private:new');
  });

  it('refuse what no page sends', async () => {
    await using chat = await start();
    const a = await enter(chat, ada);
    for (const payload of [
      undefined,
      null,
      { room: 'lobby' },
      { ...message('x'), id: '1' },
      { ...message('x'), text: '  ' },
      { ...message('x'), text: 'x'.repeat(2001) },
    ]) {
      // @ts-expect-error most of it does not compile where the contract is known
      await expect(a.call('message:send', payload)).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    }
  });
});

function start(): Promise<TestApp> {
  return createTestApp([ChatGateway, PrivateMessagesGateway]);
}

function connect(chat: TestApp, person: Person): Promise<Client> {
  return chat.client.as(person).connect(contract);
}

async function enter(chat: TestApp, person: Person, room = 'lobby'): Promise<Client> {
  const client = await connect(chat, person);
  await join(client, room);
  return client;
}

function join(client: Client, room = 'lobby') {
  return client.call('room:join', { room });
}

function message(text: string, room = 'lobby') {
  return { room, id: randomBytes(16).toString('hex'), text };
}
