// Says in words how the connection is.
import { type ConnectionState, GatewireError } from 'gatewire/client';
import { server } from './connection.js';
import { byId, create, setText } from './dom.js';
import { wordsFor } from './errors.js';
import { askForName } from './sign-in.js';

const TOO_OLD = 'You have to sign in again: your sign-in is too old, or the server was restarted.';
const LATER = 'What you write now is sent when it is back.';

const STATES: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting…',
  connected: 'Connected',
  reconnecting: 'Reconnecting…',
  refused: 'Refused',
  closed: 'Disconnected',
};

const stateLine = byId('connection', HTMLElement);
const problemLine = byId('problem', HTMLElement);

function showStatus(): void {
  const { state } = server;
  stateLine.dataset.state = state;
  setText(stateLine, STATES[state]);
  if (state === 'reconnecting') showProblem(whyAway());
  else if (state === 'refused') onRefused();
  else showProblem('');
}

/** The connection comes back by itself. */
function whyAway(): string {
  const { error } = server;
  if (!navigator.onLine) return `This device is offline. ${LATER}`;
  // An error with an id is the server's own: it is there, and wants to be left alone for a while.
  if (GatewireError.is(error) && error.id !== undefined) return `The server is busy. ${LATER}`;
  if (GatewireError.is(error, 'UNAVAILABLE')) return `The connection was lost. ${LATER}`;
  return `The server cannot be reached. ${LATER}`;
}

/** The connection does not come back by itself. */
function onRefused(): void {
  const { error } = server;
  if (GatewireError.is(error, 'UNAUTHENTICATED')) {
    showProblem('');
    setText(stateLine, 'Signed out');
    void askForName(TOO_OLD).then(server.connect);
  } else if (GatewireError.is(error, 'UNAVAILABLE')) {
    setText(stateLine, 'Disconnected');
    showProblem('The server closed the connection.', 'Connect again');
  } else {
    showProblem(`You were not let in. ${wordsFor(error)}`, 'Try again');
  }
}

/** @param again - label of a button that connects again */
export function showProblem(words: string, again?: string): void {
  if (problemLine.dataset.words === words) return;
  problemLine.dataset.words = words;
  problemLine.replaceChildren(words);
  if (again === undefined) return;
  const button = create('button', 'again', again);
  button.type = 'button';
  button.addEventListener('click', server.connect);
  problemLine.append(' ', button);
}

/** Shows what went wrong, unless the state of the connection says it already. */
export function showFailure(error: unknown): void {
  if (server.state === 'connected') showProblem(wordsFor(error));
}

server.subscribe(showStatus);
for (const event of ['online', 'offline'])
  addEventListener(event, () => server.state === 'reconnecting' && showStatus());
showStatus();
// A failure of something that asked for no acknowledgement.
server.onException(({ error }) => showFailure(error));
