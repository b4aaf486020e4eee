// The way of one client to two nodes, by turns: each further connection goes to the other one.
import { createConnection, createServer } from 'node:net';

export class Link {
  bytes = 0;
  #ports;
  #next = 0;
  #sockets = new Set();
  #isHole = false;
  #server = createServer((near) => this.#carry(near));

  constructor(ports, first) {
    this.#ports = ports;
    this.#next = first;
  }

  async open() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this.#server.address().port;
  }

  /** Loses everything until the hole is over; then the connections break. */
  hole(isHole) {
    this.#isHole = isHole;
    if (!isHole) for (const socket of this.#sockets) socket.destroy();
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #carry(near) {
    const far = createConnection(this.#ports[this.#next++ % this.#ports.length], '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      this.#sockets.add(from);
      from.on('data', (chunk) => {
        if (this.#isHole) return;
        if (from === far) this.bytes += chunk.length;
        to.write(chunk);
      });
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
