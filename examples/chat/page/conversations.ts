import type { Message, Person } from '../chat.contract.js';
import { type Days, dayOf, separatorOf } from './days.js';
import { arrange, create } from './dom.js';
import { createParts, isUnsent, type ShownMessage, showMessage } from './messages.js';
import { session } from './sign-in.js';

const SHOWN = 200;

/** A room, or what is said between two people. */
export interface Conversation {
  readonly key: string;
  readonly kind: 'room' | 'person';
  readonly id: string;
  name: string;
  /** Whether this page takes part: it is listed under one's own, and entered again after a reconnect. */
  isOpen: boolean;
  /** Whether the server has let this page into the room since it connected. */
  isEntered: boolean;
  /** How many people are in a room, and who, as far as this page is told. */
  count: number;
  people: readonly Person[];
  readonly typing: Map<string, { readonly person: Person; readonly timer: ReturnType<typeof setTimeout> }>;
  readonly messages: Map<string, ShownMessage>;
  readonly days: Days;
  readonly list: HTMLElement;
  draft: string;
  unread: number;
}

/** All rooms and private conversations of this page, by key. */
const all = new Map<string, Conversation>();

/** The room of this name; made when it is new. */
export function roomOf(room: string): Conversation {
  return find('room', room, room);
}

/** The private conversation with this person; made when it is new. */
export function privateWith({ id, name }: Person): Conversation {
  return Object.assign(find('person', id, name), { name });
}

export function conversations(kind: Conversation['kind']): readonly Conversation[] {
  return [...all.values()].filter((conversation) => conversation.kind === kind);
}

export function forget({ key }: Conversation): void {
  all.delete(key);
}

function find(kind: Conversation['kind'], id: string, name: string): Conversation {
  const key = `${kind}:${id}`;
  const conversation = all.get(key) ?? {
    key,
    kind,
    id,
    name,
    isOpen: false,
    isEntered: false,
    count: 0,
    people: [],
    typing: new Map(),
    messages: new Map(),
    days: new Map(),
    list: create('ol', 'messages'),
    draft: '',
    unread: 0,
  };
  all.set(key, conversation);
  return conversation;
}

/** Adds a message, or changes what is known about it: the same id is the same message. */
export function put(
  { messages }: Conversation,
  message: Message,
  state: ShownMessage['state'] = 'sent',
): ShownMessage {
  const { id, from } = message;
  const known = messages.get(id) ?? { isOwn: session.ids.has(from.id), parts: createParts(message) };
  const shown = Object.assign(known, message, { state });
  messages.set(id, shown);
  showMessage(shown);
  return shown;
}

/** In the order of the server, and at the end what is not there yet. */
export function tidy(conversation: Conversation): void {
  const messages = [...conversation.messages.values()].sort(
    (one, other) => Number(isUnsent(one)) - Number(isUnsent(other)) || one.at - other.at,
  );
  for (const { id } of messages.splice(0, messages.length - SHOWN)) conversation.messages.delete(id);
  const items = messages.flatMap(({ parts: { item }, from, at }, i) => {
    const before = messages[i - 1];
    const isSameDay = before !== undefined && dayOf(before.at) === dayOf(at);
    item.classList.toggle('follows', isSameDay && before.from.id === from.id);
    return isSameDay ? [item] : [separatorOf(conversation.days, at), item];
  });
  arrange(conversation.list, items);
}
