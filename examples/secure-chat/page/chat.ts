// The page: shows what comes, and says in words what is refused.
import type { Message, Person, Room } from '../chat.contract.js';
import { server } from './connection.js';
import { byId, create, setText } from './dom.js';
import { wordsFor } from './errors.js';
import { note } from './log.js';
import { refresh, signIn, signOut } from './session.js';

const signInForm = byId('sign-in-form', HTMLFormElement);
const nameField = byId('name', HTMLInputElement);
const passwordField = byId('password', HTMLInputElement);
const textField = byId('text', HTMLInputElement);
const messageList = byId('messages', HTMLOListElement);
const roleBadge = byId('role', HTMLElement);
const roomButtons = { lobby: byId('lobby', HTMLButtonElement), staff: byId('staff', HTMLButtonElement) };

let me: Person = { id: '', name: '', role: 'member' };
let current: Room = 'lobby';

// --- What comes ---

server.on('welcome', ({ you }) => {
  me = you;
  setText(byId('me', HTMLElement), you.name);
  setText(roleBadge, you.role);
  roleBadge.dataset.role = you.role;
  void attempt(() => enter(current)); // again after each reconnect: rooms are of a connection
});

server.on('people:changed', ({ people }) =>
  byId('people', HTMLUListElement).replaceChildren(...people.map(personItem)),
);

server.on('message:new', ({ message }) => {
  if (message.room === current) messageList.append(messageItem(message));
});

server.on('person:removed', ({ name, by }) => note(`${by.name} removed ${name}.`));

// Why the server ends the stay of somebody.
server.onException(({ error }) => note(wordsFor(error)));

server.subscribe(() => {
  const { state, error } = server;
  showProblem(state === 'reconnecting' ? 'The connection was lost. It comes back by itself.' : '');
  if (state !== 'refused') return;
  messageList.replaceChildren(); // whoever signs in next may be somebody else
  current = 'lobby';
  askToSignIn(wordsFor(error));
});

async function enter(room: Room): Promise<void> {
  const { messages } = await server.call('room:join', { room });
  current = room;
  for (const [name, button] of Object.entries(roomButtons)) {
    button.setAttribute('aria-current', String(name === room));
  }
  messageList.replaceChildren(...messages.map(messageItem));
}

// --- What is shown ---

function messageItem({ from, text, at }: Message): HTMLElement {
  const time = new Date(at).toLocaleTimeString([], { timeStyle: 'short' });
  const author = create('p', 'author', `${from.id === me.id ? 'You' : from.name}, ${time}`);
  const words = create('p', 'bubble', text);
  words.dir = 'auto';
  return create('li', from.id === me.id ? 'message own' : 'message', author, words);
}

function personItem({ id, name, role }: Person): HTMLElement {
  const badge = create('span', 'role', role);
  badge.dataset.role = role;
  const item = create('li', '', name, badge);
  if (me.role === 'moderator' && role !== 'moderator') {
    const remove = create('button', 'secondary', 'Remove');
    remove.type = 'button';
    remove.setAttribute('aria-label', `Remove ${name}`);
    remove.addEventListener('click', () => attempt(() => server.call('person:remove', { id })));
    item.append(remove);
  }
  return item;
}

/** @returns whether it was done; if not, the page says why */
async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    showProblem('');
    return true;
  } catch (error) {
    showProblem(wordsFor(error));
    note(wordsFor(error));
    return false;
  }
}

function showProblem(words: string): void {
  setText(byId('problem', HTMLElement), words);
}

function show(screen: 'sign-in' | 'chat'): void {
  byId('sign-in', HTMLElement).hidden = screen !== 'sign-in';
  byId('chat', HTMLElement).hidden = screen !== 'chat';
}

// --- What people do ---

function askToSignIn(reason: string): void {
  show('sign-in');
  setText(byId('sign-in-problem', HTMLElement), reason);
  passwordField.value = '';
  (nameField.value === '' ? nameField : passwordField).focus();
}

function comeIn(): void {
  show('chat');
  server.connect();
  textField.focus();
}

for (const choice of byId('choices', HTMLElement).querySelectorAll('button')) {
  choice.addEventListener('click', () => {
    nameField.value = choice.value;
    passwordField.value = choice.dataset.password ?? '';
  });
}

signInForm.addEventListener('submit', async (event) => {
  event.preventDefault();
  const reason = await signIn(nameField.value, passwordField.value);
  if (reason !== null) return askToSignIn(reason);
  passwordField.value = '';
  comeIn();
});

byId('sign-out', HTMLElement).addEventListener('click', async () => {
  // While it still polls, nothing else would tell the others until the next ping is missed.
  server.close();
  await signOut();
  location.reload();
});

byId('composer', HTMLFormElement).addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = textField.value;
  if (text.trim() === '') return;
  const isSent = await attempt(() => server.call('message:send', { room: current, text }));
  // Whoever types fast has begun the next one by now.
  if (isSent && textField.value === text) textField.value = '';
});

for (const room of ['lobby', 'staff'] as const) {
  roomButtons[room].addEventListener('click', () => attempt(() => enter(room)));
}

try {
  if (await refresh()) comeIn();
  else askToSignIn('');
} catch {
  askToSignIn('The server cannot be reached. Try again in a moment.');
}
