import type { Person } from '../chat.contract.js';
import { type Conversation, conversations } from './conversations.js';
import { arrange, byId, create, paint, setText } from './dom.js';
import { session } from './sign-in.js';

const side = byId('side', HTMLElement);
const opener = byId('open-side', HTMLElement);
const closer = byId('close-side', HTMLElement);
const privateSection = byId('private-section', HTMLElement);
const peopleTitle = byId('people-title', HTMLElement);

/** What a click in the list does. */
export interface Actions {
  open(conversation: Conversation): unknown;
  leave(conversation: Conversation): unknown;
  writeTo(person: Person): unknown;
}

interface Entry {
  readonly item: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly sign: HTMLElement;
  readonly badge: HTMLElement;
  readonly close: HTMLButtonElement;
}

// Kept by key: one that stays keeps the focus.
const entries = new Map<string, Entry>();
const peopleHere = new Map<string, { readonly item: HTMLElement; readonly content: HTMLElement }>();

/**
 * Lists rooms, private conversations and the people `here`.
 *
 * @returns the number of messages that nobody has read
 */
export function showSide(current: Conversation | null, here: readonly Person[], actions: Actions): number {
  const entry = (conversation: Conversation) => showEntry(conversation, conversation === current, actions);
  arrange(byId('rooms', HTMLElement), conversations('room').map(entry));

  const chats = conversations('person').filter(({ isOpen }) => isOpen);
  privateSection.hidden = chats.length === 0;
  arrange(byId('private', HTMLElement), chats.map(entry));

  if (peopleTitle.parentElement !== null) peopleTitle.parentElement.hidden = here.length === 0;
  setText(peopleTitle, `Here now · ${here.length}`);
  arrange(
    byId('people', HTMLElement),
    here.map((person) => showPerson(person, actions)),
  );
  setText(byId('me', HTMLElement), session.me.name);
  for (const kept of [entries, peopleHere])
    for (const [key, { item }] of kept) if (!item.isConnected) kept.delete(key);

  const unread = [...conversations('room'), ...chats].reduce((sum, { unread }) => sum + unread, 0);
  opener.toggleAttribute('data-unread', unread > 0);
  opener.setAttribute('aria-label', `Rooms and people${unread > 0 ? `, ${unread} unread` : ''}`);
  return unread;
}

function showEntry(conversation: Conversation, isCurrent: boolean, { open, leave }: Actions): HTMLElement {
  const { key, kind, id, name, isOpen, unread, count } = conversation;
  const entry = entries.get(key) ?? createEntry(kind, name);
  entries.set(key, entry);
  const { item, button, sign, badge, close } = entry;
  setText(sign, kind === 'room' ? '#' : initialOf(name));
  sign.classList.toggle('avatar', kind === 'person');
  if (kind === 'person') paint(sign, id);
  const here = kind === 'room' && count > 0 ? `${count} here` : '';
  setText(badge, unread > 0 ? `${unread} new` : here);
  badge.classList.toggle('unread', unread > 0);
  item.classList.toggle('is-open', isOpen);
  button.setAttribute('aria-current', String(isCurrent));
  button.onclick = () => open(conversation);
  close.hidden = !isOpen;
  close.onclick = () => leave(conversation);
  return item;
}

function createEntry(kind: Conversation['kind'], name: string): Entry {
  const entry = {
    item: create('li', ''),
    button: create('button', 'entry'),
    sign: create('span', 'sign'),
    badge: create('span', 'badge'),
    close: create('button', 'leave', '✕'),
  };
  const { item, button, sign, badge, close } = entry;
  button.type = 'button';
  sign.setAttribute('aria-hidden', 'true');
  button.append(sign, create('span', 'entry-name', name), ' ', badge); // without a space it is read as one word
  close.type = 'button';
  close.title = kind === 'room' ? 'Leave' : 'Close';
  close.setAttribute('aria-label', `${close.title} ${name}`);
  item.append(button, close);
  return entry;
}

function showPerson(person: Person, { writeTo }: Actions): HTMLElement {
  const isMe = person.id === session.me.id;
  const key = `${person.id}:${isMe}`;
  const entry = peopleHere.get(key) ?? createPerson(person, isMe);
  peopleHere.set(key, entry);
  if (!isMe) entry.content.onclick = () => writeTo(person);
  return entry.item;
}

function createPerson({ id, name }: Person, isMe: boolean) {
  const item = create('li', '');
  const content = create(isMe ? 'div' : 'button', 'entry');
  const avatar = create('span', 'sign avatar', initialOf(name));
  avatar.setAttribute('aria-hidden', 'true');
  paint(avatar, id);
  content.append(avatar, create('span', 'entry-name', name + (isMe ? ' (you)' : '')));
  if (content instanceof HTMLButtonElement) {
    content.type = 'button';
    content.title = `Write to ${name} privately`;
  }
  item.append(content);
  return { item, content };
}

function initialOf(name: string): string {
  return [...name][0]?.toUpperCase() ?? '';
}

/** The drawer of a phone. On a wide screen the same is always there, and this changes nothing. */
export function setDrawer(isOpen: boolean): void {
  if (side.classList.contains('is-open') === isOpen) return;
  side.classList.toggle('is-open', isOpen);
  byId('backdrop', HTMLElement).hidden = !isOpen;
  byId('main', HTMLElement).inert = isOpen;
  opener.setAttribute('aria-expanded', String(isOpen));
  (isOpen ? closer : opener).focus();
}

opener.addEventListener('click', () => setDrawer(true));
closer.addEventListener('click', () => setDrawer(false));
byId('backdrop', HTMLElement).addEventListener('click', () => setDrawer(false));
document.addEventListener('keydown', ({ key }) => key === 'Escape' && setDrawer(false));
// Turned to landscape, or dragged wide, an open drawer must not leave the rest of the page dead.
matchMedia('(min-width: 48rem)').addEventListener('change', () => setDrawer(false));
