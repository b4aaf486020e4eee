import type { Message } from '../chat.contract.js';
import { create, paint, setText } from './dom.js';
import { withLinks } from './links.js';

const WORDS = {
  waiting: 'Waiting for the connection',
  pending: 'Sending…',
  sent: 'Sent',
  failed: 'Not sent',
};

/** A message on this page, with what has become of it so far. */
export interface ShownMessage extends Message {
  at: number;
  state: keyof typeof WORDS;
  /** Why it was not sent, and what sends it again. */
  why?: string;
  again?: () => void;
  readonly isOwn: boolean;
  readonly parts: MessageParts;
}

interface MessageParts {
  readonly item: HTMLLIElement;
  readonly time: HTMLTimeElement;
  readonly state: HTMLSpanElement;
}

export function isUnsent({ state }: ShownMessage): boolean {
  return state !== 'sent';
}

/** 32 hexadecimal digits. `crypto.randomUUID` is missing on pages without https. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function createParts({ from, text }: Message): MessageParts {
  const parts = {
    item: create('li', 'message'),
    time: create('time', 'time'),
    state: create('span', 'state'),
  };
  const author = create('p', 'author', from.name);
  author.dir = 'auto';
  paint(author, from.id);

  const words = create('span', 'text');
  words.append(withLinks(text));
  words.dir = 'auto';
  const meta = create('span', 'meta');
  meta.append(parts.time, parts.state);
  const bubble = create('div', 'bubble');
  bubble.append(words, ' ', meta);
  parts.item.append(author, bubble);
  return parts;
}

/** Shows what may change about a message: when it was said, and whether it has arrived. */
export function showMessage({ parts, isOwn, state, at, why = '', again }: ShownMessage): void {
  const { item } = parts;
  item.classList.toggle('own', isOwn);
  if (isOwn) item.dataset.state = state;
  setText(parts.state, isOwn ? WORDS[state] : '');
  const date = new Date(at);
  parts.time.dateTime = date.toISOString();
  setText(parts.time, date.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' }));

  item.querySelector('.failure')?.remove();
  if (state === 'failed') item.append(createFailure(why, again));
}

function createFailure(why: string, again: (() => void) | undefined): HTMLElement {
  const failure = create('p', 'failure', why);
  if (again === undefined) return failure;
  const button = create('button', 'again', 'Try again');
  button.type = 'button';
  button.addEventListener('click', again);
  failure.append(' ', button);
  return failure;
}
