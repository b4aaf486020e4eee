import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { type Target, urlOf } from './target.js';
import { Wire } from './wire.js';

const SEPARATOR = '\x1e';

/** HTTP long-polling. */
export class PollingWire extends Wire {
  readonly #agent: http.Agent;
  readonly #path = '/socket.io/?EIO=4&transport=polling';
  #session = '';
  #posting: Promise<unknown> = Promise.resolve();

  constructor(private readonly target: Target) {
    super();
    const { Agent } = urlOf(target).protocol === 'http:' ? http : https;
    this.#agent = new Agent({ keepAlive: true });
    this.#poll().catch(() => this.destroy());
  }

  /** The session's id. */
  get session(): string {
    return this.#session;
  }

  override send(...packets: (string | Buffer)[]): void {
    const body = packets.map((packet) =>
      typeof packet === 'string' ? packet : `b${packet.toString('base64')}`,
    );
    this.post(body.join(SEPARATOR));
  }

  /** Sends a body that need not be a payload, after those before it. */
  post(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): void {
    const { session } = this;
    this.#posting = this.#posting.then(() => this.#request('POST', session, body, headers)).catch(() => {});
  }

  override destroy(): void {
    if (this.isClosed) return;
    this.#agent.destroy();
    this.end();
  }

  override hangUp(): void {
    this.send('1'); // without it the server would wait for the next poll
  }

  async #poll(): Promise<void> {
    while (!this.isClosed) {
      const { status, body } = await this.#request('GET', this.session, '', {});
      if (status !== 200) {
        this.receive(body);
        return this.destroy();
      }
      for (const packet of body.split(SEPARATOR)) {
        if (packet.startsWith('0{')) this.#session = JSON.parse(packet.slice(1)).sid;
        if (packet === '1') return this.destroy();
        if (packet !== '6') this.receive(packet);
      }
    }
  }

  #request(
    method: string,
    session: string,
    body: string | Buffer,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: string }> {
    const path = session === '' ? this.#path : `${this.#path}&sid=${session}`;
    return new Promise((resolve, reject) => {
      const { request } = urlOf(this.target).protocol === 'http:' ? http : https;
      const options = { method, agent: this.#agent, headers, rejectUnauthorized: false };
      const sent = request(new URL(path, urlOf(this.target)), options, (response) => {
        readAll(response).then((text) => resolve({ status: response.statusCode ?? 0, body: text }), reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) text += chunk;
  return text;
}
