// The page of the chat, in plain browser JavaScript. This file puts the others together.
import { call, connect, showProblem, socket, watchConnection } from './connection.js';
import { conversations, forget, privateWith, put, roomOf, tidy } from './conversations.js';
import { byId, recall, setText } from './dom.js';
import { newId } from './messages.js';
import { setDrawer } from './sidebar.js';
import { askForName, session, signOut } from './sign-in.js';
import { startsTyping, stopsTyping, tellTyping, toldNothing } from './typing.js';
import { announceNew, current, draw, fitText, scrollToEnd, show, useActions } from './view.js';

const textField = byId('text');

// --- The server ---

// Comes at each connect. What was missed meanwhile goes where it belongs; what is shown already stays.
socket.on('welcome', async ({ you, rooms }) => {
  session.me = you;
  session.ids.add(you.id);
  const names = new Set(rooms.map(({ room }) => room));
  for (const room of conversations('room')) if (!room.isOpen && !names.has(room.id)) forget(room);
  for (const { room, people } of rooms) roomOf(room).count = people;
  for (const conversation of conversations('person')) sendWaiting(conversation);
  const own = conversations('room').filter(({ isOpen }) => isOpen);
  await Promise.all(own.map(({ id }) => enter(id).catch(failed)));
  draw();
});

socket.on('disconnect', () => {
  for (const room of conversations('room')) Object.assign(room, { isEntered: false, count: 0, people: [] });
  draw();
});

socket.on('room:changed', ({ room, people }) => {
  roomOf(room).count = people;
  draw();
});

socket.on('room:removed', ({ room }) => {
  if (!roomOf(room).isOpen) forget(roomOf(room));
  draw();
});

socket.on('person:joined', ({ room, person }) => {
  const { people } = roomOf(room);
  if (!people.some(({ id }) => id === person.id)) people.push(person);
  draw();
});

socket.on('person:left', ({ room, person }) => {
  const conversation = roomOf(room);
  conversation.people = conversation.people.filter(({ id }) => id !== person.id);
  stopsTyping(conversation, person);
  draw();
});

socket.on('message:new', ({ room, message }) => receive(roomOf(room), message));
socket.on('room:typing', ({ room, person }) => startsTyping(roomOf(room), person, draw));

socket.on('private:new', ({ message, to }) => {
  const conversation = privateWith(session.ids.has(message.from.id) ? to : message.from);
  conversation.isOpen = true;
  receive(conversation, message);
});

socket.on('private:typing', ({ person }) => startsTyping(privateWith(person), person, draw));

function receive(conversation, message) {
  const isNew = !conversation.messages.has(message.id);
  const { isOwn } = put(conversation, { ...message, state: 'sent' });
  stopsTyping(conversation, message.from);
  if (isNew && !isOwn && (conversation !== current || document.hidden)) conversation.unread += 1;
  if (isNew && conversation === current) announceNew();
  tidy(conversation);
  draw();
}

// --- Rooms ---

/** Joins a room. One that the server does not know, as after its restart, is made again. */
async function enter(name) {
  let entered;
  try {
    entered = await call('room:join', { room: name });
  } catch (error) {
    if (error.code !== 'NOT_FOUND') throw error;
    // Another page may have been faster.
    entered = await call('room:create', { room: name }).catch(() => call('room:join', { room: name }));
  }
  const { room, people, messages } = entered;
  const conversation = Object.assign(roomOf(room), { isOpen: true, isEntered: true, people });
  for (const message of messages) put(conversation, { ...message, state: 'sent' });
  tidy(conversation);
  sendWaiting(conversation);
  return conversation;
}

async function open(conversation) {
  setDrawer(false);
  try {
    if (conversation.kind === 'room' && !conversation.isOpen) await enter(conversation.id);
    conversation.isOpen = true;
    show(conversation);
  } catch (error) {
    failed(error);
  }
}

async function leave(conversation) {
  try {
    if (conversation.isEntered) await call('room:leave', { room: conversation.id });
  } catch (error) {
    return failed(error);
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

byId('room-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const field = byId('room');
  if (!field.value.trim()) return field.focus();
  try {
    const name = field.value.trim();
    // Whoever asks for a room that is there already wants to go there.
    const isRoom = conversations('room').some(({ id }) => id === name.toLowerCase());
    if (!isRoom) await call('room:create', { room: name });
    const conversation = await enter(name);
    field.value = '';
    setText(byId('room-problem'), '');
    await open(conversation);
  } catch (error) {
    setText(byId('room-problem'), error.message);
    field.focus();
  }
});

byId('room').addEventListener('input', () => setText(byId('room-problem'), ''));

function failed(error) {
  if (socket.connected) showProblem(error.message);
}

// --- Writing ---

byId('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = textField.value.trim();
  textField.focus();
  if (!text || !current) return;
  const message = { id: newId(), from: session.me, text, at: Date.now(), state: 'pending' };
  void transmit(current, put(current, message));
  scrollToEnd();
  toldNothing();
  textField.value = '';
  fitText();
});

textField.addEventListener('keydown', (event) => {
  // `isComposing`: Enter that chooses a word of an input method sends nothing.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId('composer').requestSubmit();
});

textField.addEventListener('input', () => {
  fitText();
  if (textField.value.trim() && current) tellTyping(current);
});

/** May be called again with the same message: the server knows it by its id. */
async function transmit(conversation, message) {
  const { kind, id: to, isEntered } = conversation;
  const { id, text } = message;
  const change = (values) => {
    put(conversation, { id, ...values });
    tidy(conversation);
    draw();
  };
  if (!socket.connected || (kind === 'room' && !isEntered)) return change({ state: 'waiting' });

  change({ state: 'pending' });
  try {
    const isRoom = kind === 'room';
    const { at } = await call(
      isRoom ? 'message:send' : 'private:send',
      isRoom ? { room: to, id, text } : { to, id, text },
    );
    change({ state: 'sent', at });
  } catch (error) {
    // Whether it arrived is not known; sending it again does no harm.
    if (!socket.connected || error.code === 'UNAVAILABLE') return change({ state: 'waiting' });
    change({ state: 'failed', why: error.message, again: () => transmit(conversation, message) });
  }
}

function sendWaiting(conversation) {
  for (const message of conversation.messages.values()) {
    if (message.state === 'waiting') void transmit(conversation, message);
  }
}

byId('sign-out').addEventListener('click', signOut);

// --- Beginning ---

const TOO_OLD = 'You have to sign in again: your sign-in is too old, or the server was restarted.';

function start() {
  byId('chat').hidden = false;
  show(current ?? roomOf(recall('current') || conversations('room')[0].id));
  connect();
}

useActions({ open, leave, writeTo: (person) => open(privateWith(person)) });
for (const room of recall('rooms').split('\n')) roomOf(room || 'lobby').isOpen = true;
watchConnection(() => askForName(TOO_OLD, start));
if (session.token) start();
else askForName('', start);
