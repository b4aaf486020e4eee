import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from 'socket.io';
import type { OriginRule, Origins } from './origins.js';

/** Socket.IO's own `cors` option. */
export type Cors = ServerOptions['cors'];

/**
 * Makes the `cors` option for the engine. One that names no origin would say "everybody", which browsers refuse together
 * with credentials. Only allowed origins reach the engine, so that the one that asks is the one to name.
 */
export function engineCors(cors: NonNullable<Cors>): NonNullable<Cors> {
  return typeof cors === 'object' && cors.origin === undefined ? { ...cors, origin: true } : cors;
}

/** Lets the page of an allowed origin read what polling answers; without it, only its WebSockets would work. */
export function allowReading(request: IncomingMessage, response: ServerResponse, cors?: Cors): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'Origin');
  // Of a request that came with cookies, browsers hide an answer without this header.
  if (typeof cors === 'object' && cors.credentials === true) {
    response.setHeader('access-control-allow-credentials', 'true');
  }
}

/** Answers what a browser asks ahead of a request with headers of the page's own. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  const headers = request.headers['access-control-request-headers'];
  response.setHeader('access-control-allow-methods', 'GET,POST');
  if (typeof headers === 'string') {
    response.setHeader('access-control-allow-headers', headers);
    response.setHeader('vary', 'Origin, Access-Control-Request-Headers');
  }
  // Asked by Chromium when a public page reaches for a server on this machine or in its network.
  if (request.headers['access-control-request-private-network'] === 'true')
    response.setHeader('access-control-allow-private-network', 'true');
  response.writeHead(204, { 'content-length': '0' }).end();
}

/** Takes the rules out of Socket.IO's own `cors` option: pages that it lets read are meant to connect. */
export function originsOfCors(cors: Cors): Origins | undefined {
  if (typeof cors !== 'object' || cors === null) return undefined;
  const { origin } = cors as { readonly origin?: unknown };
  if (origin === true) return '*';
  if (typeof origin === 'string' || origin instanceof RegExp) return origin;
  if (Array.isArray(origin)) {
    return origin.filter(
      (rule): rule is string | RegExp => typeof rule === 'string' || rule instanceof RegExp,
    );
  }
  return typeof origin === 'function' ? askCors(origin as CorsFunction) : undefined;
}

type CorsFunction = (origin: string, done: (error: Error | null, answer?: unknown) => void) => void;

function askCors(ask: CorsFunction): OriginRule {
  return (origin) =>
    new Promise((resolve, reject) => {
      ask(origin, (error, answer) => {
        if (error) return reject(error);
        const rules = Array.isArray(answer) ? answer : [answer];
        resolve(
          rules.some(
            (rule) =>
              rule === true ||
              rule === '*' ||
              rule === origin ||
              (rule instanceof RegExp && rule.test(origin)),
          ),
        );
      });
    });
}
