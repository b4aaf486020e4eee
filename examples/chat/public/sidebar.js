import { conversations } from './conversations.js';
import { arrange, byId, create, paint, setText } from './dom.js';
import { session } from './sign-in.js';

const side = byId('side');
const opener = byId('open-side');
const entries = new Map(); // key -> list item: one that stays keeps the focus

/** Lists rooms, private conversations and the people `here`. */
export function showSide(current, here, { open, leave, writeTo }) {
  const entry = (conversation) => showEntry(conversation, conversation === current, open, leave);
  arrange(byId('rooms'), conversations('room').map(entry));

  const chats = conversations('person').filter(({ isOpen }) => isOpen);
  byId('private-section').hidden = chats.length === 0;
  arrange(byId('private'), chats.map(entry));

  byId('people-title').parentElement.hidden = here.length === 0;
  setText(byId('people-title'), `Here now · ${here.length}`);
  arrange(
    byId('people'),
    here.map((person) => showPerson(person, writeTo)),
  );
  setText(byId('me'), session.me.name);
  for (const [key, item] of entries) if (!item.isConnected) entries.delete(key);

  const unread = [...conversations('room'), ...chats].reduce((sum, { unread }) => sum + unread, 0);
  opener.toggleAttribute('data-unread', unread > 0);
  opener.setAttribute('aria-label', `Rooms and people${unread > 0 ? `, ${unread} unread` : ''}`);
  return unread;
}

function showEntry(conversation, isCurrent, open, leave) {
  const { key, kind, id, name, isOpen, unread, count } = conversation;
  const item = entryOf(key, () => {
    const button = create('button', 'entry');
    button.type = 'button';
    button.append(create('span', 'sign'), create('span', 'entry-name', name), create('span', 'badge'));
    const close = create('button', 'leave', '✕');
    close.type = 'button';
    close.title = kind === 'room' ? 'Leave' : 'Close';
    close.setAttribute('aria-label', `${close.title} ${name}`);
    const li = create('li', '');
    li.append(button, close);
    return li;
  });
  const [button, close] = item.children;
  const [sign, , badge] = button.children;
  setText(sign, kind === 'room' ? '#' : initialOf(name));
  sign.classList.toggle('avatar', kind === 'person');
  if (kind === 'person') paint(sign, id);
  setText(badge, unread > 0 ? `${unread}` : kind === 'room' && count > 0 ? `${count}` : '');
  badge.classList.toggle('unread', unread > 0);
  badge.title = unread > 0 ? `${unread} unread` : `${count} here`;
  item.classList.toggle('is-open', isOpen);
  button.setAttribute('aria-current', String(isCurrent));
  button.onclick = () => open(conversation);
  close.hidden = !isOpen;
  close.onclick = () => leave(conversation);
  return item;
}

function showPerson(person, writeTo) {
  const isMe = person.id === session.me.id;
  const item = entryOf(`here:${person.id}:${isMe}`, () => {
    const content = create(isMe ? 'div' : 'button', 'entry');
    const avatar = create('span', 'sign avatar', initialOf(person.name));
    avatar.setAttribute('aria-hidden', 'true');
    paint(avatar, person.id);
    content.append(avatar, create('span', 'entry-name', person.name + (isMe ? ' (you)' : '')));
    if (!isMe) {
      content.type = 'button';
      content.title = `Write to ${person.name} privately`;
    }
    const li = create('li', '');
    li.append(content);
    return li;
  });
  if (!isMe) item.firstElementChild.onclick = () => writeTo(person);
  return item;
}

function entryOf(key, make) {
  if (!entries.has(key)) entries.set(key, make());
  return entries.get(key);
}

function initialOf(name) {
  return [...name][0]?.toUpperCase() ?? '';
}

/** The drawer of a phone. On a wide screen the same is always there, and this changes nothing. */
export function setDrawer(isOpen) {
  if (side.classList.contains('is-open') === isOpen) return;
  side.classList.toggle('is-open', isOpen);
  byId('backdrop').hidden = !isOpen;
  byId('main').inert = isOpen;
  opener.setAttribute('aria-expanded', String(isOpen));
  (isOpen ? byId('close-side') : opener).focus();
}

opener.addEventListener('click', () => setDrawer(true));
byId('close-side').addEventListener('click', () => setDrawer(false));
byId('backdrop').addEventListener('click', () => setDrawer(false));
document.addEventListener('keydown', (event) => event.key === 'Escape' && setDrawer(false));
// Turned to landscape, or dragged wide, an open drawer must not leave the rest of the page dead.
matchMedia('(min-width: 48rem)').addEventListener('change', () => setDrawer(false));
