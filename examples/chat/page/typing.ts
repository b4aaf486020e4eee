import type { Person } from '../chat.contract.js';
import { server } from './connection.js';
import type { Conversation } from './conversations.js';

const TELL_EACH_MS = 2_000;
const SHOWN_MS = 5_000;

let toldAt = 0;

/** Tells the others that one is typing, every two seconds at most, and never later: late news of it is no news. */
export function tellTyping({ kind, id }: Conversation): void {
  if (server.state !== 'connected' || Date.now() - toldAt < TELL_EACH_MS) return;
  toldAt = Date.now();
  if (kind === 'room') server.emit('room:typing', { room: id });
  else server.emit('private:typing', { to: id });
}

export function toldNothing(): void {
  toldAt = 0;
}

/** Notes that somebody is typing; it expires by itself. */
export function startsTyping(conversation: Conversation, person: Person, show: () => void): void {
  stopsTyping(conversation, person);
  const timer = setTimeout(() => {
    conversation.typing.delete(person.id);
    show();
  }, SHOWN_MS);
  conversation.typing.set(person.id, { person, timer });
  show();
}

export function stopsTyping({ typing }: Conversation, { id }: Person): void {
  clearTimeout(typing.get(id)?.timer);
  typing.delete(id);
}

export function typingWords({ typing }: Conversation): string {
  const names = [...typing.values()].map(({ person }) => person.name);
  if (names.length === 0) return '';
  if (names.length > 2) return 'Several people are typing…';
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing…`;
}
