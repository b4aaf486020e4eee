import type { Person } from '../chat.contract.js';
import { byId, recall, remember, setText } from './dom.js';

const form = byId('sign-in-form', HTMLFormElement);
const nameField = byId('name', HTMLInputElement);
const problemLine = byId('sign-in-problem', HTMLElement);

/** Who this tab is. A token that is in the storage of the tab survives a reload. */
export const session = {
  token: recall('token'),
  me: { id: '', name: recall('name') } as Person,
  /** All ids that this tab had: what was written before signing in again is still one's own. */
  ids: new Set(['']),
};

/** Shows the sign-in instead of the chat, with the reason when there is one, until there is a token. */
export async function askForName(reason: string): Promise<void> {
  show('sign-in');
  setText(problemLine, reason);
  nameField.value = session.me.name;
  nameField.focus();
  await new Promise<void>((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      if (!nameField.value.trim()) return refuse('Write your name first.');
      const problem = await requestToken(nameField.value);
      if (problem === null) resolve();
      else refuse(problem);
    };
  });
  show('chat');
}

/** Shows one of the two screens. */
export function show(screen: 'sign-in' | 'chat'): void {
  byId('sign-in', HTMLElement).hidden = screen !== 'sign-in';
  byId('chat', HTMLElement).hidden = screen !== 'chat';
}

export function signOut(): void {
  remember('token', '');
  remember('rooms', '');
  remember('current', '');
  location.reload();
}

/** @returns what went wrong, in words; null when all went well */
async function requestToken(name: string): Promise<string | null> {
  try {
    const response = await fetch('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    const answer = (await response.json()) as { token: string; person: Person; error?: string };
    if (!response.ok) return `The server said: ${answer.error}.`;
    session.token = answer.token;
    session.me = answer.person;
    remember('token', answer.token);
    remember('name', answer.person.name);
    return null;
  } catch {
    return 'The server cannot be reached. Try again in a moment.';
  }
}

function refuse(problem: string): void {
  nameField.setAttribute('aria-invalid', 'true');
  setText(problemLine, problem);
  nameField.focus();
}

nameField.addEventListener('input', () => {
  nameField.removeAttribute('aria-invalid');
  setText(problemLine, '');
});
