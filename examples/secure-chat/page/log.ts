import { byId, create } from './dom.js';

const SHOWN = 30;

const list = byId('log', HTMLOListElement);

/** Writes down what happened, the latest first. */
export function note(words: string): void {
  list.prepend(create('li', '', create('time', '', new Date().toLocaleTimeString()), ` ${words}`));
  while (list.children.length > SHOWN) list.lastElementChild?.remove();
}
