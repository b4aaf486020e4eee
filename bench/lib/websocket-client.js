// A client over WebSocket, on a bare TCP or TLS socket.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Client } from './client.js';
import { encodeFrame, FrameReader } from './frames.js';

const END_OF_HEADERS = '\r\n\r\n';

export class WebSocketClient extends Client {
  #socket;
  #frames = new FrameReader();
  #onPacket = (packet) => this.receive(packet);

  /** @param ca - certificate of the server, for TLS */
  constructor(port, ca) {
    super(port);
    const target = { port, host: '127.0.0.1' };
    this.#socket = ca === undefined ? connect(target) : connectTls({ ...target, ca });
    this.#socket.setNoDelay(true);
    this.#socket.on('error', (error) => this.fail(error));
    this.#socket.on('close', () => this.fail(new Error('the server closed the connection')));
    this.#socket.once(ca === undefined ? 'connect' : 'secureConnect', () =>
      this.#socket.write(upgradeRequest(port)),
    );
    this.#awaitUpgrade();
  }

  encode(packet) {
    return encodeFrame(packet);
  }

  send(frames) {
    this.#socket.write(frames);
  }

  /** Reads nothing from now on: what the server sends fills the buffers of the kernel, and then those of the server. */
  pause() {
    this.#socket.pause();
  }

  close() {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #awaitUpgrade() {
    let head = Buffer.alloc(0);
    const onHead = (chunk) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf(END_OF_HEADERS);
      if (end < 0) return;
      this.#socket.off('data', onHead);
      if (!head.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
        this.fail(new Error(`no WebSocket, but: ${head.subarray(0, end)}`));
        return;
      }
      const onData = (bytes) => {
        // What the application sends in answer to one read leaves in one write: fewer system calls on this side.
        this.#socket.cork();
        try {
          this.#frames.read(bytes, this.#onPacket);
        } catch (error) {
          this.fail(error);
        }
        this.#socket.uncork();
      };
      this.#socket.on('data', onData);
      onData(head.subarray(end + END_OF_HEADERS.length));
    };
    this.#socket.on('data', onHead);
  }
}

function upgradeRequest(port) {
  const lines = [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ];
  return lines.join('\r\n') + END_OF_HEADERS;
}
