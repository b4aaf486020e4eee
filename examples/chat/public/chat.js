// The page of the chat, in plain browser JavaScript. `io` comes from the server itself: /socket.io/socket.io.js.
const socket = window.io('/chat', { reconnectionDelayMax: 3_000 });

const ANSWER_MS = 10_000;
const SHOWN = 200;

const byId = (id) => document.getElementById(id);
const list = byId('messages');
const scroller = byId('scroller');
const form = byId('composer');
const nameField = byId('name');
const textField = byId('text');

const items = new Map(); // message id -> its list item; so that none is shown twice
const ownIds = new Set(recall('session', 'own')?.split(' ')); // a reload still knows what was yours
const waiting = []; // written while there was no connection
let atEnd = true; // whether the reader looks at the newest message

// --- The connection ---

socket.on('connect', () => {
  showState('connected', 'Connected');
  showProblem('');
  for (const draft of waiting.splice(0)) transmit(draft);
});

socket.on('disconnect', () => {
  byId('people').textContent = 'Offline';
  if (socket.active) {
    showState('reconnecting', 'Reconnecting…');
    showProblem('The connection was lost. What you write now is sent when it is back.');
  } else {
    showState('closed', 'Disconnected');
    showProblem('The server closed the connection. Reload the page to come back.');
  }
});

socket.on('connect_error', (error) => {
  if (socket.active) {
    showProblem('The server cannot be reached. What you write now is sent when it is back.');
  } else {
    showState('closed', 'Refused');
    showProblem(`The server refused the connection: ${error.message}.`);
  }
});

// --- What the server sends ---

socket.on('people', (count) => {
  byId('people').textContent = count === 1 ? 'Only you here' : `${count} people here`;
});

// Comes on every connect: what was missed meanwhile goes where it belongs, what is shown already stays.
socket.on('history', (messages) => {
  let previous = [...list.children].findLast((item) => !isUnsent(item));
  list.setAttribute('aria-busy', 'true');
  for (const message of messages) {
    previous = items.get(message.id) ?? addMessage(message, previous);
  }
  list.removeAttribute('aria-busy');
  tidy();
});

socket.on('message:new', (message) => {
  if (items.has(message.id)) return;
  addMessage(message, list.lastElementChild);
  tidy();
});

// A failure of something that asked for no acknowledgement.
socket.on('exception', ({ event, error }) => showProblem(`${event}: ${error.message}.`));

// --- Writing ---

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const name = nameField.value.trim();
  const text = textField.value.trim();
  if (!name) return askForName();
  if (!text) return textField.focus();

  remember('local', 'name', name);
  const item = createItem({ name, text, at: Date.now() });
  item.classList.add('own');
  list.append(item);
  transmit({ name, text, item });
  atEnd = true;
  tidy();

  textField.value = '';
  fitText();
  textField.focus();
});

textField.addEventListener('keydown', (event) => {
  // `isComposing`: Enter that chooses a word of an input method sends nothing.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

textField.addEventListener('input', fitText);

nameField.addEventListener('input', () => {
  if (nameField.hasAttribute('aria-invalid')) showProblem('');
  nameField.removeAttribute('aria-invalid');
});

function transmit(draft) {
  const { name, text, item } = draft;
  if (!socket.connected) {
    waiting.push(draft);
    return setState(item, 'waiting', 'Waiting for the connection');
  }
  setState(item, 'pending', 'Sending…');
  socket.timeout(ANSWER_MS).emit('message:send', { name, text }, (noAnswer, reply) => {
    if (noAnswer) return fail(draft, 'No answer came, so it may or may not have arrived.');
    if (!reply.ok) return fail(draft, `The server said: ${reply.error.message}.`);

    items.set(reply.data.id, item);
    ownIds.add(reply.data.id);
    remember('session', 'own', [...ownIds].slice(-SHOWN).join(' '));
    setState(item, 'sent', 'Sent');
  });
}

function fail(draft, why) {
  setState(draft.item, 'failed', 'Not sent');
  const again = create('button', 'again', 'Try again');
  again.type = 'button';
  const failure = create('p', 'failure', why);
  failure.append(' ', again);
  again.addEventListener('click', () => {
    failure.remove();
    list.append(draft.item);
    transmit(draft);
    tidy();
    textField.focus();
  });
  draft.item.append(failure);
  tidy();
}

// --- Showing ---

function addMessage(message, previous) {
  const item = createItem(message);
  if (ownIds.has(message.id)) {
    item.classList.add('own');
    setState(item, 'sent', 'Sent');
  }
  items.set(message.id, item);
  item.dataset.id = message.id;
  if (previous) previous.after(item);
  else list.prepend(item);
  if (!atEnd) byId('newer').hidden = false;
  return item;
}

/** Everything that people wrote goes in as text, never as HTML. */
function createItem({ name, text, at: sentAt }) {
  const item = create('li', 'message');
  item.dataset.name = name;

  const author = create('p', 'author', name);
  author.dir = 'auto';
  author.style.setProperty('--hue', hueOf(name));

  const words = create('span', 'text', text);
  words.dir = 'auto';
  const date = new Date(sentAt);
  const time = create('time', 'time', timeOf(date));
  time.dateTime = date.toISOString();
  const meta = create('span', 'meta');
  meta.append(time, create('span', 'state'));
  const bubble = create('div', 'bubble');
  bubble.append(words, ' ', meta);

  item.append(author, bubble);
  return item;
}

function setState(item, state, words) {
  item.dataset.state = state;
  item.querySelector('.state').textContent = words;
}

function isUnsent(item) {
  return ['waiting', 'pending', 'failed'].includes(item.dataset.state);
}

function tidy() {
  while (list.children.length > SHOWN) {
    items.delete(list.firstElementChild.dataset.id);
    list.firstElementChild.remove();
  }
  let previous;
  for (const item of list.children) {
    item.classList.toggle('follows', previous !== undefined && isSameAuthor(previous, item));
    previous = item;
  }
  byId('empty').hidden = list.children.length > 0;
  if (atEnd) scrollToEnd();
}

function isSameAuthor(one, other) {
  const own = one.classList.contains('own');
  return own === other.classList.contains('own') && (own || one.dataset.name === other.dataset.name);
}

function showState(state, words) {
  byId('connection').dataset.state = state;
  byId('connection').textContent = words;
}

function showProblem(words) {
  // Only changes: a screen reader would say the same words again at each attempt to reconnect.
  if (byId('problem').textContent !== words) byId('problem').textContent = words;
}

function askForName() {
  nameField.setAttribute('aria-invalid', 'true');
  showProblem('Write your name first.');
  nameField.focus();
}

function scrollToEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  byId('newer').hidden = true;
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

/** The field grows with its text, up to the limit in the style sheet. */
function fitText() {
  textField.style.height = 'auto';
  textField.style.height = `${textField.scrollHeight + 2}px`;
}

function timeOf(date) {
  const time = { hour: 'numeric', minute: '2-digit' };
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString([], isToday ? time : { ...time, day: 'numeric', month: 'short' });
}

/** One colour for each name, the same on every screen. */
function hueOf(name) {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)) % 360;
  return String(hash);
}

function create(tag, className, text = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

// A browser may forbid storage altogether; the chat works without.
function recall(kind, key) {
  try {
    return window[`${kind}Storage`].getItem(`gatewire-chat:${key}`) ?? undefined;
  } catch {
    return undefined;
  }
}

function remember(kind, key, value) {
  try {
    window[`${kind}Storage`].setItem(`gatewire-chat:${key}`, value);
  } catch {
    // nothing to do
  }
}

nameField.value = recall('local', 'name') ?? '';
(nameField.value ? textField : nameField).focus();
