import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';

// A closed list instead of paths made from the URL: no request can reach another file.
const files = new Map([
  ['/', { file: 'index.html', type: 'text/html; charset=utf-8' }],
  ['/chat.css', { file: 'chat.css', type: 'text/css; charset=utf-8' }],
  ['/chat.js', { file: 'chat.js', type: 'text/javascript; charset=utf-8' }],
  ['/icon.svg', { file: 'icon.svg', type: 'image/svg+xml' }],
]);

const headers = {
  // Nothing but this server's own files and its socket; so an injected script would not run.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** Answers the requests for the page; those for the socket never get here. */
export async function servePage(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/'] = (request.url ?? '/').split('?');
  const found = files.get(path);
  if (!found) return refuse(response, 404, 'not found');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(response, 405, 'only GET and HEAD');

  try {
    const body = await readFile(new URL(`public/${found.file}`, import.meta.url));
    response.writeHead(200, { ...headers, 'content-type': found.type, 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  } catch {
    refuse(response, 500, 'the page cannot be read');
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${reason}\n`);
}
