import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from 'socket.io';

type Cors = ServerOptions['cors'];

/**
 * The `cors` option for the engine. One that names no origin would say "everybody", which browsers refuse together
 * with credentials; the edge lets in allowed origins only, so that the one that asks is the one to name.
 */
export function engineCors(cors: NonNullable<Cors>): NonNullable<Cors> {
  return typeof cors === 'object' && cors.origin === undefined ? { ...cors, origin: true } : cors;
}

/** Lets the page of an allowed origin read what polling answers; without it, only its WebSockets would work. */
export function allowReading(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'Origin');
}

/** Answers what a browser asks ahead of a request with headers of the page's own. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  const headers = request.headers['access-control-request-headers'];
  response.setHeader('access-control-allow-methods', 'GET,POST');
  if (typeof headers === 'string') {
    response.setHeader('access-control-allow-headers', headers);
    response.setHeader('vary', 'Origin, Access-Control-Request-Headers');
  }
  response.writeHead(204, { 'content-length': '0' }).end();
}
