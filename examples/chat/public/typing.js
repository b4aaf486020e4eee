import { socket } from './connection.js';

const TELL_EACH_MS = 2_000;
const SHOWN_MS = 5_000;

let toldAt = 0;

/** Tells the others that one is typing, every two seconds at most. */
export function tellTyping({ kind, id }) {
  if (!socket.connected || Date.now() - toldAt < TELL_EACH_MS) return;
  toldAt = Date.now();
  // Volatile: late news of somebody typing is no news.
  if (kind === 'room') socket.volatile.emit('room:typing', { room: id });
  else socket.volatile.emit('private:typing', { to: id });
}

export function toldNothing() {
  toldAt = 0;
}

/** Notes that somebody is typing; it expires by itself. */
export function startsTyping({ typing }, person, show) {
  stopsTyping({ typing }, person);
  const timer = setTimeout(() => {
    typing.delete(person.id);
    show();
  }, SHOWN_MS);
  typing.set(person.id, { person, timer });
  show();
}

export function stopsTyping({ typing }, person) {
  clearTimeout(typing.get(person.id)?.timer);
  typing.delete(person.id);
}

export function typingWords({ typing }) {
  const names = [...typing.values()].map(({ person }) => person.name);
  if (names.length === 0) return '';
  if (names.length > 2) return 'Several people are typing…';
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing…`;
}
