import { readFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { pageScript } from './script.js';
import { signIn } from './sign-in.js';
import type { Tokens } from './tokens.js';

const types = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
]);

// A closed list instead of paths made from the URL: no request can reach another file.
const files = new Map([
  ['/', 'index.html'],
  ...['chat.js', 'base.css', 'layout.css', 'messages.css', 'icon.svg'].map(
    (file) => [`/${file}`, file] as const,
  ),
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

/** Answers the requests for the page and for a token; those for the socket never get here. */
export function createPage(tokens: Tokens): RequestListener {
  return (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const [path = '/'] = (request.url ?? '/').split('?');
    const file = files.get(path);
    if (path === '/sign-in') void signIn(request, response, tokens);
    else if (file !== undefined) void serveFile(file, request, response);
    else refuse(response, 404, 'not found');
  };
}

async function serveFile(file: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse(response, 405, 'only GET and HEAD');
  }
  try {
    const body = await read(file);
    response.writeHead(200, { 'content-type': types.get(extname(file)), 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  } catch {
    refuse(response, 500, 'the page cannot be read, or not be built');
  }
}

function read(file: string): Promise<Uint8Array> {
  return file === 'chat.js' ? pageScript() : readFile(new URL(`public/${file}`, import.meta.url));
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
