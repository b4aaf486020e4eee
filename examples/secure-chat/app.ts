import { createServer } from 'node:https';
import { createApp } from 'gatewire';
import { Accounts } from './accounts.js';
import { ChatGateway } from './chat.gateway.js';
import { createSite } from './page.js';
import { Sessions } from './sessions.js';
import { settings } from './settings.js';
import { Tokens } from './tokens.js';

// The endpoints for signing in and the gateway share these.
const accounts = new Accounts();
const sessions = new Sessions();
const tokens = new Tokens();

export const site = createSite({ accounts, sessions, tokens });

/** Who connects and then says nothing, or very slowly, is gone after these times. */
const times = { handshakeTimeout: 5_000, headersTimeout: 5_000, requestTimeout: 10_000 };

/** Speaks TLS and nothing else. main.ts gives it its certificate. */
export const server = createServer(times, site);

/** Opens nothing by itself, so that tools can read it; main.ts starts it. */
export const app = createApp({
  gateways: [ChatGateway],
  providers: [
    { provide: Accounts, useValue: accounts },
    { provide: Sessions, useValue: sessions },
    { provide: Tokens, useValue: tokens },
  ],
  server,
  origins: settings.origins, // another site's page gets 403, over polling and WebSocket
  // The defaults fit applications of any kind. This one knows what its own page needs, and allows little more.
  limits: {
    connections: 200, // what this process is meant to serve; the next one gets 503 and tries again
    connectionsPerAddress: 20, // one machine cannot take all of them; an office behind one address needs more
    namespacesPerConnection: 1, // there is one
    roomsPerSocket: 3, // two, and the socket's own
    refusalsInARow: 3, // somebody who tries tokens pays for a new TLS connection every third time
    packetDepth: 2, // a payload has one level; a deep one is made to cost time
    packetKeys: 10,
    attachments: 1, // no event has binary; 1 is the least
    eventsPerSecond: 20, // a hand at the keyboard sends one; faster ones are read more slowly
    eventsBurst: 40,
    waitingEvents: 20,
    callsInFlight: 4,
    callsWaiting: 40,
    slowOutputBytes: 200_000, // who does not read what is sent to them costs memory; 50 messages are 35,000 bytes
    outputBytes: 1_000_000,
    outputPackets: 1_000,
    authTimeoutMs: 2_000, // a token is checked in a millisecond
    handlerTimeoutMs: 2_000, // no handler waits for anything
  },
  // 500 characters take up to 3,000 bytes as JSON. Larger packets are not read to their end.
  socket: { maxHttpBufferSize: 8_000, connectTimeout: 5_000 },
});
