import { engineUrl, type RawWebSocket, WebSocket } from '../../../support/raw-websocket.js';
import { type Channel, connectByHand } from './by-hand.js';
import type { InteropClient } from './client.js';

/** Socket.IO's protocol by hand over a WebSocket that knows nothing of it. */
export const rawWebSocket: InteropClient = {
  name: 'frames over ws',
  transports: ['websocket'],
  hasBinary: true,
  reconnects: false,
  connect: (url, { namespace }) => connectByHand(channel(new WebSocket(engineUrl(url))), namespace),
};

function channel(socket: RawWebSocket): Channel {
  const closed = new Promise<void>((resolve) => socket.on('close', resolve));
  return {
    send: (frame) => socket.send(frame),
    listen(onFrame, onClose) {
      socket.on('message', (data, isBinary) => onFrame(isBinary ? data : data.toString('utf8')));
      socket.on('close', onClose).on('error', onClose);
    },
    async close() {
      socket.close();
      await closed;
    },
  };
}
