// A client of Socket.IO protocol 5 over Engine.IO 4 in the main namespace: its packets, not the way they travel. A standard
// client costs more CPU per message than the servers measured here, and would be the bottleneck.

/** The text of an event; with `ackId` it asks for an acknowledgement. */
export function eventPacket(event, payload, ackId = '') {
  const args = payload === undefined ? [event] : [event, payload];
  return `42${ackId}${JSON.stringify(args)}`;
}

/** Its subclasses send what `encode` returns, one packet or several behind each other. */
export class Client {
  /** Called with the id and the JSON text (a Buffer) of each acknowledgement; a throw fails the client. */
  onAck = () => {};
  /** Called for each event that the server sends. */
  onEvent = () => {};
  /** Port of the server. */
  port;
  /** Rejects when the connection ends without `close()` having been called. */
  failed;
  /** Resolves once the server has answered CONNECT. */
  connected;

  #onConnected;
  #fail;

  constructor(port) {
    this.port = port;
    this.connected = new Promise((resolve) => (this.#onConnected = resolve));
    this.failed = new Promise((_resolve, reject) => (this.#fail = reject));
    // A caller that waits sees the rejection; without one it must not end the process.
    this.failed.catch(() => {});
  }

  fail(error) {
    this.#fail(error);
  }

  /** Engine.IO packet type, then for messages the Socket.IO packet type: `43` is an ACK in the main namespace. */
  receive(packet) {
    const engineType = packet[0];
    if (engineType === 0x34 /* 4: message */) {
      const type = packet[1];
      if (type === 0x33 /* 3: ACK */) this.#receiveAck(packet);
      else if (type === 0x32 /* 2: EVENT */) this.onEvent();
      else if (type === 0x30 /* 0: CONNECT */) this.#onConnected();
      else if (type === 0x31 /* 1: DISCONNECT */) this.fail(new Error('the server left the namespace'));
      else if (type === 0x34 /* 4: CONNECT_ERROR */) this.fail(new Error(`refused: ${packet.subarray(2)}`));
    } else if (engineType === 0x32 /* 2: ping */) {
      this.send(this.encode('3'));
    } else if (engineType === 0x30 /* 0: open */) {
      this.send(this.encode('40'));
    }
  }

  #receiveAck(packet) {
    let id = 0;
    let offset = 2;
    while (packet[offset] !== 0x5b /* [ */) {
      id = id * 10 + packet[offset] - 0x30;
      offset += 1;
    }
    this.onAck(id, packet.subarray(offset));
  }
}
