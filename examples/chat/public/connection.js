import { io } from '/socket.io/socket.io.esm.min.js';
import { byId, create, setText } from './dom.js';
import { session } from './sign-in.js';

const ANSWER_MS = 10_000;
const AGAIN_MS = 2_000;

export const socket = io('/chat', {
  autoConnect: false,
  reconnectionDelayMax: 3_000,
  auth: (send) => send({ token: session.token }), // asked at each connect: the token may be a new one
});

/**
 * Sends an event and waits for its answer.
 *
 * @throws {Error} with the server's words and `code`; without a code when no answer came
 */
export async function call(event, payload) {
  if (!socket.connected) throw new Error('There is no connection.');
  let reply;
  try {
    reply = await socket.timeout(ANSWER_MS).emitWithAck(event, payload);
  } catch {
    throw new Error('No answer came.');
  }
  if (reply.ok) return reply.data;
  const { code, message, details } = reply.error;
  throw Object.assign(new Error(`The server said: ${details?.[0]?.message ?? message}.`), { code });
}

/** Says in words how the connection is, and calls back when the token is refused. */
export function watchConnection(onRefused) {
  socket.on('connect', () => {
    showState('connected', 'Connected');
    showProblem('');
  });

  socket.on('disconnect', () => {
    if (socket.active) {
      showState('reconnecting', 'Reconnecting…');
      showProblem('The connection was lost. What you write now is sent when it is back.');
    } else {
      showState('closed', 'Disconnected');
      showProblem('The server closed the connection.', 'Connect again');
    }
  });

  socket.on('connect_error', (error) => {
    if (error.data?.code === 'UNAUTHENTICATED') {
      showState('closed', 'Signed out');
      onRefused();
    } else if (socket.active) {
      showProblem('The server cannot be reached. What you write now is sent when it is back.');
    } else if (['UNAVAILABLE', 'TIMEOUT', 'OVERLOADED'].includes(error.data?.code)) {
      // Refused for now: Socket.IO leaves it to the page to try again.
      showState('reconnecting', 'Reconnecting…');
      setTimeout(connect, AGAIN_MS);
    } else {
      showState('closed', 'Refused');
      showProblem(`The server refused the connection: ${error.message}.`, 'Try again');
    }
  });

  // A failure of something that asked for no acknowledgement.
  socket.on('exception', ({ event, error }) => showProblem(`${event}: ${error.message}.`));
}

export function connect() {
  if (socket.connected) return;
  showState('connecting', 'Connecting…');
  socket.connect();
}

/** @param again - label of a button that connects again */
export function showProblem(words, again) {
  const line = byId('problem');
  if (line.dataset.words === words) return;
  line.dataset.words = words;
  line.replaceChildren(words);
  if (!again) return;
  const button = create('button', 'again', again);
  button.type = 'button';
  button.addEventListener('click', () => {
    showProblem('');
    connect();
  });
  line.append(' ', button);
}

function showState(state, words) {
  byId('connection').dataset.state = state;
  setText(byId('connection'), words);
}
