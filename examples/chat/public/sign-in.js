import { byId, recall, remember, setText } from './dom.js';

const form = byId('sign-in-form');
const nameField = byId('name');

/** Who this tab is. A token that is in the storage of the tab survives a reload. */
export const session = {
  token: recall('token'),
  me: { id: '', name: recall('name') },
  /** All ids that this tab had: what was written before signing in again is still one's own. */
  ids: new Set(['']),
};

/** Shows the sign-in, with the reason when there is one, and calls back once there is a token. */
export function askForName(reason, done) {
  byId('chat').hidden = true;
  byId('sign-in').hidden = false;
  setText(byId('sign-in-problem'), reason);
  nameField.value = session.me.name;
  nameField.focus();
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (!nameField.value.trim()) return refuse('Write your name first.');
    const problem = await requestToken(nameField.value);
    if (problem) return refuse(problem);
    byId('sign-in').hidden = true;
    done();
  };
}

export function signOut() {
  remember('token', '');
  remember('rooms', '');
  remember('current', '');
  location.reload();
}

/** @returns what went wrong, in words; nothing when all went well */
async function requestToken(name) {
  try {
    const response = await fetch('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    const answer = await response.json();
    if (!response.ok) return `The server said: ${answer.error}.`;
    session.token = answer.token;
    session.me = answer.person;
    remember('token', answer.token);
    remember('name', answer.person.name);
  } catch {
    return 'The server cannot be reached. Try again in a moment.';
  }
}

function refuse(problem) {
  nameField.setAttribute('aria-invalid', 'true');
  setText(byId('sign-in-problem'), problem);
  nameField.focus();
}

nameField.addEventListener('input', () => {
  nameField.removeAttribute('aria-invalid');
  setText(byId('sign-in-problem'), '');
});
