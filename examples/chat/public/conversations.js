import { arrange, create } from './dom.js';
import { createItem, isUnsent, showMessage } from './messages.js';
import { session } from './sign-in.js';

const SHOWN = 200;

/** All rooms and private conversations of this page, by key. */
const all = new Map();

/** The room of this name; made when it is new. */
export function roomOf(room) {
  return find(`room:${room}`, { kind: 'room', id: room, name: room });
}

/** The private conversation with this person; made when it is new. */
export function privateWith(person) {
  const conversation = find(`person:${person.id}`, { kind: 'person', id: person.id });
  conversation.name = person.name;
  return conversation;
}

export function conversations(kind) {
  return [...all.values()].filter((conversation) => conversation.kind === kind);
}

export function forget(conversation) {
  all.delete(conversation.key);
}

function find(key, values) {
  if (!all.has(key)) {
    all.set(key, {
      key,
      ...values,
      /** Whether this page takes part: it is listed under one's own, and entered again after a reconnect. */
      isOpen: false,
      /** How many people are in a room, and who, as far as this page is told. */
      count: 0,
      people: [],
      typing: new Map(),
      messages: new Map(),
      list: create('ol', 'messages'),
      draft: '',
      unread: 0,
    });
  }
  return all.get(key);
}

/** Adds a message, or changes what is known about it: the same id is the same message. */
export function put(conversation, values) {
  const known = conversation.messages.get(values.id);
  const message = Object.assign(known ?? {}, values);
  message.isOwn = session.ids.has(message.from.id);
  message.item ??= createItem(message);
  conversation.messages.set(message.id, message);
  showMessage(message);
  return message;
}

/** In the order of the server, and at the end what is not there yet. */
export function tidy(conversation) {
  const messages = [...conversation.messages.values()].sort(
    (one, other) => isUnsent(one) - isUnsent(other) || one.at - other.at,
  );
  for (const { id } of messages.splice(0, messages.length - SHOWN)) conversation.messages.delete(id);
  messages.forEach((message, i) => {
    message.item.classList.toggle('follows', messages[i - 1]?.from.id === message.from.id);
  });
  arrange(
    conversation.list,
    messages.map(({ item }) => item),
  );
}
