import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { text } from 'node:stream/consumers';

/** What came back. */
export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks an https server of localhost, and trusts its certificate alone. */
export class HttpsClient implements Disposable {
  readonly #agent: Agent;

  constructor(
    private readonly port: number,
    ca: string,
  ) {
    this.#agent = new Agent({ ca });
  }

  async ask(path: string, options: RequestOptions = {}, body = ''): Promise<Answer> {
    const asking = request({ host: 'localhost', port: this.port, path, agent: this.#agent, ...options });
    asking.end(body);
    const [response] = await once(asking, 'response');
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  }

  post(path: string, value: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const body = JSON.stringify(value);
    const needed = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    return this.ask(path, { method: 'POST', headers: { ...needed, ...headers } }, body);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
