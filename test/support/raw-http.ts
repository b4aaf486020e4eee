import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The socket of an upgrade that was granted; it stays open. */
  readonly socket: Socket | null;
}

/** A request as a test wants it, with headers that a browser would not let a page set. */
export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

export const POLLING = '/socket.io/?EIO=4&transport=polling';
export const WEBSOCKET = '/socket.io/?EIO=4&transport=websocket';

/** Makes one request on a connection of its own. */
export function ask(
  port: number,
  { method = 'GET', path = POLLING, headers = {}, body }: RawRequest = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
    const read = (response: IncomingMessage): void => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(answer(response, text, null)));
    };
    asking.on('response', read);
    asking.on('upgrade', (response, socket) => {
      socket.on('error', () => {});
      resolve(answer(response, '', socket as Socket));
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

/** Asks for a WebSocket. */
export function askUpgrade(port: number, { headers = {}, ...rest }: RawRequest = {}): Promise<RawAnswer> {
  return ask(port, { path: WEBSOCKET, ...rest, headers: { ...UPGRADE, ...headers } });
}

function answer(
  { statusCode = 0, headers }: IncomingMessage,
  body: string,
  socket: Socket | null,
): RawAnswer {
  return { status: statusCode, headers, body, socket };
}
