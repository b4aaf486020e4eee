import { chromium } from './chromium.js';
import type { InteropClient } from './client.js';
import { pythonSocketIo } from './python-socketio.js';
import { rawWebSocket } from './raw-websocket.js';
import { socketIoClient } from './socket-io-client.js';
import { wscat } from './wscat.js';

/** Who talks to the server here; package.json has the exact versions. */
export const clients: readonly InteropClient[] = [
  socketIoClient('4.8', 'socket.io-client'),
  socketIoClient('4.0', 'socket.io-client-v4.0'),
  socketIoClient('3.1', 'socket.io-client-v3.1'),
  socketIoClient('2.5', 'socket.io-client-v2.5', 'error'),
  pythonSocketIo,
  chromium(),
  rawWebSocket,
  wscat,
];
