import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageScript } from './script.js';

const read = (file: string) => () => readFile(new URL(`public/${file}`, import.meta.url));

/** A closed list instead of paths made from the URL: no request can reach another file. */
const FILES = new Map<string, readonly [type: string, read: () => Promise<Uint8Array>]>([
  ['/', ['text/html; charset=utf-8', read('index.html')]],
  ['/style.css', ['text/css; charset=utf-8', read('style.css')]],
  ['/icon.svg', ['image/svg+xml', read('icon.svg')]],
  ['/main.js', ['text/javascript; charset=utf-8', pageScript]],
]);

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
};

/** Answers the requests for the page; those for the socket never get here. */
export function servePage(request: IncomingMessage, response: ServerResponse): void {
  const [path = '/'] = (request.url ?? '/').split('?');
  const [type, body] = FILES.get(path) ?? [];
  if (type === undefined || body === undefined) return refuse(response, 404);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
  body().then(
    (bytes) => response.writeHead(200, { ...HEADERS, 'content-type': type }).end(bytes),
    () => refuse(response, 500),
  );
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, HEADERS).end();
}
