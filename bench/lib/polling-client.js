// A client over HTTP long-polling, which never upgrades: one request waits for what the server sends, another one carries
// what the client sends.
import { Agent, request } from 'node:http';
import { Client } from './client.js';

/** Stands between the packets of a body; here ahead of each, so that encoded packets can be put together. */
const SEPARATOR = 0x1e;

export class PollingClient extends Client {
  #agent = new Agent({ keepAlive: true, maxSockets: 2 });
  #path = '/socket.io/?EIO=4&transport=polling';
  #unsent = [];
  #isPosting = false;
  #isClosed = false;

  constructor(port) {
    super(port);
    this.#poll().catch((error) => this.#failUnlessClosed(error));
  }

  encode(packet) {
    return Buffer.from(`${String.fromCharCode(SEPARATOR)}${packet}`);
  }

  send(packets) {
    this.#unsent.push(packets);
    if (this.#isPosting) return;
    this.#isPosting = true;
    // What the application sends in answer to one poll leaves in one request.
    queueMicrotask(() => this.#post().catch((error) => this.#failUnlessClosed(error)));
  }

  close() {
    this.#isClosed = true;
    this.#agent.destroy();
  }

  async #poll() {
    const open = await this.#exchange('GET');
    this.#path += `&sid=${JSON.parse(open.subarray(1)).sid}`;
    this.receive(open);
    while (!this.#isClosed) {
      const body = await this.#exchange('GET');
      for (let start = 0; start < body.length; ) {
        const found = body.indexOf(SEPARATOR, start);
        const end = found < 0 ? body.length : found;
        this.receive(body.subarray(start, end));
        start = end + 1;
      }
    }
  }

  async #post() {
    while (this.#unsent.length > 0) {
      const body = Buffer.concat(this.#unsent).subarray(1);
      this.#unsent = [];
      await this.#exchange('POST', body);
    }
    this.#isPosting = false;
  }

  #exchange(method, body) {
    const headers = body && { 'Content-Type': 'text/plain;charset=UTF-8', 'Content-Length': body.length };
    const target = { agent: this.#agent, host: '127.0.0.1', port: this.port, path: this.#path };
    return new Promise((resolve, reject) => {
      const sent = request({ ...target, method, headers }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks);
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${method} was answered with ${response.statusCode}: ${text}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  #failUnlessClosed(error) {
    if (!this.#isClosed) this.fail(error);
  }
}
