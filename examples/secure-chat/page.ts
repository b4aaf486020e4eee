import { readFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { answerPost } from './post.js';
import { pageScript } from './script.js';
import { type Shared, signInEndpoints } from './sign-in.js';

// A closed list instead of paths made from the URL: no request can reach another file.
const files = new Map([
  ['/', { type: 'text/html; charset=utf-8', read: () => publicFile('index.html') }],
  ['/base.css', { type: 'text/css; charset=utf-8', read: () => publicFile('base.css') }],
  ['/layout.css', { type: 'text/css; charset=utf-8', read: () => publicFile('layout.css') }],
  ['/icon.svg', { type: 'image/svg+xml', read: () => publicFile('icon.svg') }],
  ['/chat.js', { type: 'text/javascript; charset=utf-8', read: pageScript }],
]);

const headers = {
  // Nothing but this server's own files and its socket; so an injected script would not run, and could tell nobody.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
  // No strict-transport-security: browsers would apply it to every port of localhost. Add it on a host of your own.
};

/** Answers the requests for the page and for tokens; those for the socket never get here. */
export function createPage(shared: Shared): RequestListener {
  const endpoints = signInEndpoints(shared);
  return (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const [path = '/'] = (request.url ?? '/').split('?');
    const post = endpoints.get(path);
    if (post) void answerPost(post, request, response);
    else void serveFile(path, request, response);
  };
}

async function serveFile(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = files.get(path);
  if (file === undefined) return refuse(response, 404, 'not found');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse(response, 405, 'only GET and HEAD');
  }
  try {
    const body = await file.read();
    response.writeHead(200, { 'content-type': file.type, 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  } catch {
    refuse(response, 500, 'the page cannot be read, or not be built');
  }
}

function publicFile(name: string): Promise<Uint8Array> {
  return readFile(new URL(`public/${name}`, import.meta.url));
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
