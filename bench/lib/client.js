// A client of Socket.IO protocol 5 over Engine.IO 4, websocket only, on a bare TCP socket. A standard client costs more
// CPU per message than the servers measured here, and would be the bottleneck.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { encodeFrame, FrameReader } from './frames.js';

const PONG = encodeFrame('3');
const CONNECT = encodeFrame('40');
const END_OF_HEADERS = '\r\n\r\n';

/** Encodes an event as a frame; with `ackId` it asks for an acknowledgement. */
export function eventFrame(event, payload, ackId = '') {
  const args = payload === undefined ? [event] : [event, payload];
  return encodeFrame(`42${ackId}${JSON.stringify(args)}`);
}

export class Client {
  /** Called with the id and the JSON text (a Buffer) of each acknowledgement; a throw fails the client. */
  onAck = () => {};
  /** Called for each event that the server sends. */
  onEvent = () => {};
  /** Port of the server. */
  port;
  /** Rejects when the connection ends without `close()` having been called. */
  failed;

  #tcp;
  #frames = new FrameReader();
  #onPayload = (payload) => this.#receive(payload);
  #onConnected;
  #fail;

  /** Connects to the main namespace of the server on `port` and resolves once the server has answered CONNECT. */
  static async connect(port) {
    const client = new Client(port);
    await Promise.race([new Promise((resolve) => (client.#onConnected = resolve)), client.failed]);
    return client;
  }

  constructor(port) {
    this.port = port;
    this.failed = new Promise((_resolve, reject) => (this.#fail = reject));
    // A caller that waits sees the rejection; without one it must not end the process.
    this.failed.catch(() => {});

    this.#tcp = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#tcp.on('error', (error) => this.#fail(error));
    this.#tcp.on('close', () => this.#fail(new Error('the server closed the connection')));
    this.#tcp.once('connect', () => this.#tcp.write(upgradeRequest(port)));
    this.#awaitUpgrade();
  }

  /** Writes one or several encoded frames. */
  send(frames) {
    this.#tcp.write(frames);
  }

  close() {
    this.#tcp.removeAllListeners('close');
    this.#tcp.destroy();
  }

  #awaitUpgrade() {
    let head = Buffer.alloc(0);
    const onHead = (chunk) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf(END_OF_HEADERS);
      if (end < 0) return;
      this.#tcp.off('data', onHead);
      if (!head.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
        this.#fail(new Error(`no WebSocket, but: ${head.subarray(0, end)}`));
        return;
      }
      const onData = (bytes) => {
        // What the application sends in answer to one read leaves in one write: fewer system calls on this side.
        this.#tcp.cork();
        try {
          this.#frames.read(bytes, this.#onPayload);
        } catch (error) {
          this.#fail(error);
        }
        this.#tcp.uncork();
      };
      this.#tcp.on('data', onData);
      onData(head.subarray(end + END_OF_HEADERS.length));
    };
    this.#tcp.on('data', onHead);
  }

  /** Engine.IO packet type, then for messages the Socket.IO packet type: `43` is an ACK in the main namespace. */
  #receive(payload) {
    const engineType = payload[0];
    if (engineType === 0x34 /* 4: message */) {
      const type = payload[1];
      if (type === 0x33 /* 3: ACK */) this.#receiveAck(payload);
      else if (type === 0x32 /* 2: EVENT */) this.onEvent();
      else if (type === 0x30 /* 0: CONNECT */) this.#onConnected();
      else if (type === 0x31 /* 1: DISCONNECT */) this.#fail(new Error('the server left the namespace'));
      else if (type === 0x34 /* 4: CONNECT_ERROR */) this.#fail(new Error(`refused: ${payload.subarray(2)}`));
    } else if (engineType === 0x32 /* 2: ping */) {
      this.send(PONG);
    } else if (engineType === 0x30 /* 0: open */) {
      this.send(CONNECT);
    }
  }

  #receiveAck(payload) {
    let id = 0;
    let offset = 2;
    while (payload[offset] !== 0x5b /* [ */) {
      id = id * 10 + payload[offset] - 0x30;
      offset += 1;
    }
    this.onAck(id, payload.subarray(offset));
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
