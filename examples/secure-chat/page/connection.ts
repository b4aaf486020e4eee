import { type ConnectionState, connect } from 'gatewire/client';
import type { chat } from '../chat.contract.js'; // the types alone: schemas stay on the server
import { byId, setText } from './dom.js';
import { note } from './log.js';
import { freshAuth, leftMs } from './session.js';

const STATES: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting…',
  connected: 'Connected',
  reconnecting: 'Reconnecting…',
  refused: 'Refused',
  closed: 'Disconnected',
};

const stateLine = byId('connection', HTMLElement);
const tokenLine = byId('token', HTMLElement);

/** The server. It opens when somebody has signed in. */
export const server = connect<typeof chat>('/chat', '', {
  auth: freshAuth, // asked at each attempt, and when the server wants another token: that is all that a renewal takes
  socket: { autoConnect: false, reconnectionDelayMax: 3_000 },
});

server.subscribe(() => {
  stateLine.dataset.state = server.state;
  setText(stateLine, STATES[server.state]);
  note(`${STATES[server.state]}.`);
});

// The client answers this by itself, by `auth`.
server.socket.on('gw:auth', () => note('The server asked for another token. The connection stays.'));

setInterval(() => setText(tokenLine, `Token: ${Math.ceil(leftMs() / 1_000)} s left`), 250);
