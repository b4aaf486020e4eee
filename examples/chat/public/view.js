// What the page shows: one conversation beside the list of all.
import { conversations } from './conversations.js';
import { arrange, byId, remember, setText } from './dom.js';
import { showSide } from './sidebar.js';
import { toldNothing, typingWords } from './typing.js';

const scroller = byId('scroller');
const textField = byId('text');

/** The conversation that is shown; null when there is none. */
export let current = null;
let lastRoom = null; // beside a private conversation, the people of the room before stay in sight
let atEnd = true; // whether the reader looks at the newest message
let actions = {};

/** @param given - what a click in the list does: `open`, `leave`, `writeTo` */
export function useActions(given) {
  actions = given;
}

export function show(conversation) {
  if (current) current.draft = textField.value;
  current = conversation;
  if (current?.kind !== 'person') lastRoom = current;
  textField.value = current?.draft ?? '';
  toldNothing();
  // Only what comes from now on is to be read out.
  scroller.setAttribute('aria-busy', 'true');
  arrange(scroller, current ? [current.list] : []);
  scroller.removeAttribute('aria-busy');
  atEnd = true;
  draw();
  fitText();
  if (matchMedia('(hover: hover)').matches) textField.focus(); // on a phone the keyboard would hide half
}

export function draw() {
  if (current && !document.hidden) current.unread = 0;
  const unread = showSide(current, lastRoom?.people ?? [], actions);
  const { title, subtitle, empty, hint } = wordsFor(current);
  document.title = `${unread > 0 ? `(${unread}) ` : ''}${title} · gatewire chat`;
  setText(byId('title'), title);
  setText(byId('subtitle'), subtitle);
  setText(byId('empty-title'), empty);
  setText(byId('empty-text'), hint);
  byId('empty').hidden = current !== null && current.messages.size > 0;
  setText(byId('typing'), current ? typingWords(current) : '');
  byId('composer').hidden = current === null;
  textField.placeholder = current ? `Write to ${title}` : '';
  if (atEnd) scrollToEnd();

  const own = conversations('room').filter(({ isOpen }) => isOpen);
  remember('rooms', own.map(({ id }) => id).join('\n'));
  remember('current', current?.kind === 'room' ? current.id : '');
}

function wordsFor(conversation) {
  if (conversation === null) {
    const hint = 'Choose one from the list, or make a new one.';
    return { title: 'No room', subtitle: '', empty: 'You are in no room', hint };
  }
  const { kind, name, people, isEntered } = conversation;
  if (kind === 'person') {
    const hint = 'Only the two of you see this, on all of your devices. The server keeps nothing of it.';
    return { title: name, subtitle: 'Private', empty: `Nothing said to ${name} yet`, hint };
  }
  const count = people.length === 1 ? 'Only you here' : `${people.length} people here`;
  return {
    title: `#${name}`,
    subtitle: isEntered ? count : 'Offline',
    empty: 'Nothing said here yet',
    hint: 'Open this page in a second window and talk to yourself.',
  };
}

/** Shows that something new came: at once, or behind a button for who reads further up. */
export function announceNew() {
  if (!atEnd) byId('newer').hidden = false;
}

export function scrollToEnd() {
  atEnd = true;
  scroller.scrollTop = scroller.scrollHeight;
  byId('newer').hidden = true;
}

/** The field grows with its text, up to the limit in the style sheet. */
export function fitText() {
  textField.style.height = 'auto';
  textField.style.height = `${textField.scrollHeight + 2}px`;
}

scroller.addEventListener('scroll', () => {
  atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
  if (atEnd) byId('newer').hidden = true;
});

byId('newer').addEventListener('click', () => {
  scrollToEnd();
  textField.focus();
});

// The keyboard of a phone takes half of the height: the newest message stays in sight.
new ResizeObserver(() => atEnd && scrollToEnd()).observe(scroller);
document.addEventListener('visibilitychange', draw);
