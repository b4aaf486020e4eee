import { create, paint, setText } from './dom.js';

const WORDS = {
  waiting: 'Waiting for the connection',
  pending: 'Sending…',
  sent: 'Sent',
  failed: 'Not sent',
};

export function isUnsent(message) {
  return message.state !== 'sent';
}

/** 32 hexadecimal digits. `crypto.randomUUID` is missing on pages without https. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function createItem({ from, text }) {
  const item = create('li', 'message');
  const author = create('p', 'author', from.name);
  author.dir = 'auto';
  paint(author, from.id);

  const words = create('span', 'text', text);
  words.dir = 'auto';
  const meta = create('span', 'meta');
  meta.append(create('time', 'time'), create('span', 'state'));
  const bubble = create('div', 'bubble');
  bubble.append(words, ' ', meta);
  item.append(author, bubble);
  return item;
}

/** Shows what may change about a message: whose it is, when it was said, and whether it has arrived. */
export function showMessage({ item, isOwn, state, at, why, again }) {
  item.classList.toggle('own', isOwn);
  if (isOwn) item.dataset.state = state;
  setText(item.querySelector('.state'), isOwn ? WORDS[state] : '');
  const date = new Date(at);
  item.querySelector('time').dateTime = date.toISOString();
  setText(item.querySelector('time'), timeOf(date));

  item.querySelector('.failure')?.remove();
  if (state === 'failed') item.append(createFailure(why, again));
}

function createFailure(why, again) {
  const button = create('button', 'again', 'Try again');
  button.type = 'button';
  button.addEventListener('click', again);
  const failure = create('p', 'failure', why);
  failure.append(' ', button);
  return failure;
}

function timeOf(date) {
  const time = { hour: 'numeric', minute: '2-digit' };
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString([], isToday ? time : { ...time, day: 'numeric', month: 'short' });
}
