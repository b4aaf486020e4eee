import type { ConnectionState } from 'gatewire/client';
import type { Guest, Message, NodeName, NodeState } from '../cluster.contract.js';

const STATES: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting…',
  connected: 'Connected',
  reconnecting: 'Moving…',
  refused: 'Refused',
  closed: 'Disconnected',
};

/** An element of index.html, of the kind that the caller needs. */
export function byId<TElement extends HTMLElement>(id: string, kind: new () => TElement): TElement {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new TypeError(`index.html has no ${kind.name} with the id ${id}`);
}

const stateLine = byId('state', HTMLElement);
const servedLine = byId('served', HTMLElement);
const problemLine = byId('problem', HTMLElement);
const nodeList = byId('nodes', HTMLElement);
const messageList = byId('messages', HTMLElement);

let ownId = '';
let guests: readonly Guest[] = [];

/** Everything that people wrote goes in as text, never as HTML. */
function create(tag: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

function badge(node: NodeName): HTMLElement {
  const element = create('span', 'badge', `node ${node}`);
  element.dataset['node'] = node;
  return element;
}

export function showState(state: ConnectionState): void {
  stateLine.dataset['state'] = state;
  stateLine.textContent = STATES[state];
}

export function showProblem(words: string): void {
  problemLine.textContent = words;
}

/** Which node this window has got, and as whom it is known there. */
export function showServed(id: string, node: NodeName, name: string): void {
  ownId = id;
  document.body.dataset['node'] = node;
  servedLine.replaceChildren(`${name}, this window is served by `, badge(node));
}

export function showNodes(
  states: readonly NodeState[],
  order: (event: 'node:stop' | 'node:start', node: NodeName) => void,
): void {
  const isLast = states.filter(({ isRunning }) => isRunning).length < 2;
  const cards = states.map(({ node, isRunning }) => {
    const button = document.createElement('button');
    button.className = 'secondary';
    button.type = 'button';
    button.textContent = isRunning ? 'Stop' : 'Start';
    button.ariaLabel = `${button.textContent} node ${node}`;
    button.disabled = isRunning && isLast;
    button.addEventListener('click', () => {
      button.disabled = true; // until the answer draws the card again
      order(isRunning ? 'node:stop' : 'node:start', node);
    });
    const state = create('span', 'quiet', isRunning ? 'running' : 'stopped');
    const card = create(
      'article',
      'node',
      create('h2', '', badge(node), state),
      create('ul', 'guests'),
      button,
    );
    card.id = `node-${node}`;
    card.dataset['running'] = String(isRunning);
    return card;
  });
  nodeList.replaceChildren(...cards);
  fillCards();
}

export function showGuests(now: readonly Guest[]): void {
  guests = now;
  fillCards();
}

function fillCards(): void {
  for (const card of nodeList.querySelectorAll<HTMLElement>('article')) {
    const here = guests.filter(({ node }) => card.id === `node-${node}`);
    const items = here.map(({ id, name }) => create('li', '', id === ownId ? `${name} (you)` : name));
    const list = items.length > 0 ? items : [create('li', 'quiet', 'nobody')];
    card.querySelector('ul')?.replaceChildren(...list);
  }
}

export function showMessage({ from, node, text, at }: Message, isOwn: boolean): void {
  const time = new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const author = create('p', 'author', create('strong', '', isOwn ? 'You' : from), badge(node), time);
  const words = create('p', 'bubble', text);
  words.dir = 'auto';
  messageList.append(create('li', isOwn ? 'message own' : 'message', author, words));
  messageList.scrollTop = messageList.scrollHeight;
}
