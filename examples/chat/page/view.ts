// What the page shows: one conversation beside the list of all.
import { type Conversation, conversations } from './conversations.js';
import { arrange, byId, remember, setText } from './dom.js';
import { type Actions, showSide } from './sidebar.js';
import { toldNothing, typingWords } from './typing.js';

const scroller = byId('scroller', HTMLElement);
const textField = byId('text', HTMLTextAreaElement);
const newer = byId('newer', HTMLElement);

/** The conversation that is shown; null when there is none. */
export let current: Conversation | null = null;
let lastRoom: Conversation | null = null; // beside a private conversation, the people of the room before stay in sight
let atEnd = true; // whether the reader looks at the newest message
let actions: Actions;

/** To be called first. */
export function useActions(given: Actions): void {
  actions = given;
}

export function show(conversation: Conversation | null): void {
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

export function draw(): void {
  if (current && !document.hidden) current.unread = 0;
  const unread = showSide(current, lastRoom?.people ?? [], actions);
  const { title, subtitle, empty, hint } = wordsFor(current);
  document.title = `${unread > 0 ? `(${unread}) ` : ''}${title} · gatewire chat`;
  setText(byId('title', HTMLElement), title);
  setText(byId('subtitle', HTMLElement), subtitle);
  setText(byId('empty-title', HTMLElement), empty);
  setText(byId('empty-text', HTMLElement), hint);
  byId('empty', HTMLElement).hidden = current !== null && current.messages.size > 0;
  setText(byId('typing', HTMLElement), current ? typingWords(current) : '');
  byId('composer', HTMLElement).hidden = current === null;
  textField.placeholder = current ? `Write to ${title}` : '';
  if (atEnd) scrollToEnd();

  const own = conversations('room').filter(({ isOpen }) => isOpen);
  remember('rooms', own.map(({ id }) => id).join('\n'));
  remember('current', current?.kind === 'room' ? current.id : '');
}

function wordsFor(conversation: Conversation | null) {
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
export function announceNew(): void {
  if (!atEnd) newer.hidden = false;
}

export function scrollToEnd(): void {
  atEnd = true;
  scroller.scrollTop = scroller.scrollHeight;
  newer.hidden = true;
}

/** The field grows with its text, up to the limit in the style sheet. */
export function fitText(): void {
  textField.style.height = 'auto';
  textField.style.height = `${textField.scrollHeight + 2}px`;
}

scroller.addEventListener('scroll', () => {
  atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
  if (atEnd) newer.hidden = true;
});

newer.addEventListener('click', () => {
  scrollToEnd();
  textField.focus();
});

// The keyboard of a phone takes half of the height: the newest message stays in sight.
new ResizeObserver(() => atEnd && scrollToEnd()).observe(scroller);
document.addEventListener('visibilitychange', draw);
