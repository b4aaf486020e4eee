import { connect } from 'gatewire/client';
import type { chat } from '../chat.contract.js'; // the types alone: schemas stay on the server
import { askForName, session, show } from './sign-in.js';

if (session.token === '') await askForName('');
else show('chat');

/** The server, with the events of the contract. What comes of its states is in status.ts. */
export const server = connect<typeof chat>('/chat', '', {
  auth: () => ({ token: session.token }), // asked at each attempt: the token may be a new one
  socket: { reconnectionDelayMax: 3_000 },
});

// The client does so itself, but not on localhost, where it takes the connection for one that needs no network. When it
// really needs none, it is back in a second.
addEventListener('offline', () => server.socket.io.engine.close());
