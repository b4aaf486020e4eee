import { byId, create } from './dom.js';

const SHOWN = 30;

const list = byId('log', HTMLOListElement);
const frame = byId('happened', HTMLDetailsElement);

/** On a phone it is folded until somebody unfolds it: there is little room. The same width is in layout.css. */
const isWide = matchMedia('(min-width: 48rem)');
function fold(): void {
  frame.open = isWide.matches;
}
isWide.addEventListener('change', fold);
fold();

/** Writes down what happened, the latest first. */
export function note(words: string): void {
  list.prepend(create('li', '', create('time', '', new Date().toLocaleTimeString()), ` ${words}`));
  while (list.children.length > SHOWN) list.lastElementChild?.remove();
}
