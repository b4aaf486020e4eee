// The page of the chat. This file puts the others together.
import { GatewireError } from 'gatewire/client';
import type { Entered, Message } from '../chat.contract.js';
import { server } from './connection.js';
import { type Conversation, conversations, forget, privateWith, put, roomOf, tidy } from './conversations.js';
import { byId, recall, setText } from './dom.js';
import { wordsFor } from './errors.js';
import { newId, type ShownMessage, showMessage } from './messages.js';
import { setDrawer } from './sidebar.js';
import { session, signOut } from './sign-in.js';
import { showFailure } from './status.js';
import { startsTyping, stopsTyping, tellTyping, toldNothing } from './typing.js';
import { announceNew, current, draw, fitText, scrollToEnd, show, useActions } from './view.js';

const composer = byId('composer', HTMLFormElement);
const textField = byId('text', HTMLTextAreaElement);
const roomField = byId('room', HTMLInputElement);
const roomProblem = byId('room-problem', HTMLElement);

// --- The server ---

// Comes at each connect. What was missed meanwhile goes where it belongs; what is shown already stays.
server.on('welcome', async ({ you, rooms }) => {
  session.me = you;
  session.ids.add(you.id);
  const names = new Set(rooms.map(({ room }) => room));
  for (const room of conversations('room')) if (!room.isOpen && !names.has(room.id)) forget(room);
  for (const { room, people } of rooms) roomOf(room).count = people;
  for (const conversation of conversations('person')) sendWaiting(conversation);
  const own = conversations('room').filter(({ isOpen }) => isOpen);
  await Promise.all(own.map(({ id }) => enter(id).catch(showFailure)));
  draw();
});

server.subscribe(() => {
  if (server.state === 'connected') return;
  for (const room of conversations('room')) Object.assign(room, { isEntered: false, count: 0, people: [] });
  draw();
});

server.on('room:changed', ({ room, people }) => {
  roomOf(room).count = people;
  draw();
});

server.on('room:removed', ({ room }) => {
  if (!roomOf(room).isOpen) forget(roomOf(room));
  draw();
});

server.on('person:joined', ({ room, person }) => {
  const conversation = roomOf(room);
  const { people } = conversation;
  if (!people.some(({ id }) => id === person.id)) conversation.people = [...people, person];
  draw();
});

server.on('person:left', ({ room, person }) => {
  const conversation = roomOf(room);
  conversation.people = conversation.people.filter(({ id }) => id !== person.id);
  stopsTyping(conversation, person);
  draw();
});

server.on('message:new', ({ room, message }) => receive(roomOf(room), message));
server.on('room:typing', ({ room, person }) => startsTyping(roomOf(room), person, draw));

server.on('private:new', ({ message, to }) => {
  const conversation = privateWith(session.ids.has(message.from.id) ? to : message.from);
  conversation.isOpen = true;
  receive(conversation, message);
});

server.on('private:typing', ({ person }) => startsTyping(privateWith(person), person, draw));

function receive(conversation: Conversation, message: Message): void {
  const isNew = !conversation.messages.has(message.id);
  const { isOwn } = put(conversation, message);
  stopsTyping(conversation, message.from);
  if (isNew && !isOwn && (conversation !== current || document.hidden)) conversation.unread += 1;
  if (isNew && conversation === current) announceNew();
  tidy(conversation);
  draw();
}

// --- Rooms ---

/** Joins a room. One that the server does not know, as after its restart, is made again. */
async function enter(room: string): Promise<Conversation> {
  try {
    return entered(await server.call('room:join', { room }));
  } catch (error) {
    if (GatewireError.is(error, 'NOT_FOUND')) return make(room);
    throw error;
  }
}

/** Makes a room. Whoever asks for one that is there already wants to go there. */
async function make(name: string): Promise<Conversation> {
  try {
    return entered(await server.call('room:create', { room: name }));
  } catch (error) {
    if (!server.isError(error, 'ROOM_EXISTS')) throw error;
    const { room } = error.details;
    return entered(await server.call('room:join', { room }));
  }
}

function entered({ room, people, messages }: Entered): Conversation {
  const conversation = Object.assign(roomOf(room), { isOpen: true, isEntered: true, people });
  for (const message of messages) put(conversation, message);
  tidy(conversation);
  sendWaiting(conversation);
  return conversation;
}

async function open(conversation: Conversation): Promise<void> {
  setDrawer(false);
  try {
    if (conversation.kind === 'room' && !conversation.isOpen) await enter(conversation.id);
    conversation.isOpen = true;
    show(conversation);
  } catch (error) {
    showFailure(error);
  }
}

async function leave(conversation: Conversation): Promise<void> {
  try {
    if (conversation.isEntered) await server.call('room:leave', { room: conversation.id });
  } catch (error) {
    return showFailure(error);
  }
  Object.assign(conversation, { isOpen: false, isEntered: false, people: [], unread: 0 });
  if (conversation.kind === 'room') {
    conversation.messages.clear();
    tidy(conversation);
  }
  if (conversation === current) {
    show([...conversations('room'), ...conversations('person')].find(({ isOpen }) => isOpen) ?? null);
  } else draw();
}

byId('room-form', HTMLFormElement).addEventListener('submit', async (event) => {
  event.preventDefault();
  const name = roomField.value.trim();
  if (name === '') return roomField.focus();
  // A call would wait for the connection; people at a form would not know for what.
  if (server.state !== 'connected') return setText(roomProblem, 'There is no connection.');
  try {
    const conversation = await make(name);
    roomField.value = '';
    setText(roomProblem, '');
    await open(conversation);
  } catch (error) {
    setText(roomProblem, wordsFor(error));
    roomField.focus();
  }
});

roomField.addEventListener('input', () => setText(roomProblem, ''));

// --- Writing ---

composer.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = textField.value.trim();
  textField.focus();
  if (text === '' || current === null) return;
  const message = { id: newId(), from: session.me, text, at: Date.now() };
  void transmit(current, put(current, message, 'pending'));
  scrollToEnd();
  toldNothing();
  textField.value = '';
  fitText();
});

textField.addEventListener('keydown', (event) => {
  // `isComposing`: Enter that chooses a word of an input method sends nothing.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});

textField.addEventListener('input', () => {
  fitText();
  if (textField.value.trim() !== '' && current !== null) tellTyping(current);
});

/** May be called again with the same message: the server knows it by its id. */
async function transmit(conversation: Conversation, message: ShownMessage): Promise<void> {
  const { kind, id: to, isEntered } = conversation;
  const { id, text } = message;
  const change = (values: Partial<ShownMessage>): void => {
    showMessage(Object.assign(message, values));
    tidy(conversation);
    draw();
  };
  if (server.state !== 'connected' || (kind === 'room' && !isEntered)) return change({ state: 'waiting' });

  change({ state: 'pending' });
  try {
    const { at } = await (kind === 'room'
      ? server.call('message:send', { room: to, id, text })
      : server.call('private:send', { to, id, text }));
    change({ state: 'sent', at });
  } catch (error) {
    // Whether it arrived is not known; sending it again does no harm.
    const isLost = GatewireError.is(error, 'UNAVAILABLE') || server.state !== 'connected';
    if (isLost) return change({ state: 'waiting' });
    change({ state: 'failed', why: wordsFor(error), again: () => transmit(conversation, message) });
  }
}

function sendWaiting(conversation: Conversation): void {
  for (const message of conversation.messages.values()) {
    if (message.state === 'waiting') void transmit(conversation, message);
  }
}

byId('sign-out', HTMLElement).addEventListener('click', signOut);

// --- Beginning ---

useActions({ open, leave, writeTo: (person) => open(privateWith(person)) });
for (const room of recall('rooms').split('\n')) roomOf(room || 'lobby').isOpen = true;
show(roomOf(recall('current') || conversations('room')[0]?.id || 'lobby'));
