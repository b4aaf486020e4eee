import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { serveClientFile } from './client-files.js';
import type { Engine } from './engine.js';

/** What other listeners of a server get to answer an upgrade that is none of ours; engine.io waits as long. */
const UNWANTED_UPGRADE_MS = 1_000;

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** What the edge has to know. */
export interface EdgeOptions {
  readonly engine: Engine;
  /** Path below which Socket.IO lives, without a slash at the end. */
  readonly path: string;
  readonly serveClient: boolean;
}

/**
 * Stands between an HTTP server and the engine. It hands over what is Socket.IO's, leaves everything else to
 * the server's other listeners, and refuses new connections once closing began, which the engine would not.
 */
export class Edge {
  #isClosing = false;
  #detach: () => void = () => {};
  /** The server forgets a socket once it is upgraded, and would wait for it when it closes. */
  readonly #upgraded = new Set<Duplex>();
  /** One listener for all sockets: each connection keeps its listeners for as long as it lives. */
  readonly #forget: (this: Duplex) => void;

  constructor(private readonly options: EdgeOptions) {
    const upgraded = this.#upgraded;
    this.#forget = function () {
      upgraded.delete(this);
    };
  }

  /** Takes over a server's requests and upgrades below the path. */
  attach(server: HttpServer): void {
    // Express and the like answer every request, so theirs must not see ours: the only way is to go first.
    const others = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    let isAttached = true;
    const onRequest: RequestListener = (request, response) => {
      if (isAttached && this.#isOurs(request)) this.#handleRequest(request, response);
      else if (others.length === 0) refuse(response, 404);
      else for (const listener of others) listener.call(server, request, response);
    };
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      if (this.#isOurs(request)) this.#handleUpgrade(request, socket, head);
      else if (server.listenerCount('upgrade') === 1) refuseUpgrade(socket, 404);
      else leaveToOthers(socket);
    };
    server.on('request', onRequest);
    server.on('upgrade', onUpgrade);
    this.#detach = () => {
      isAttached = false;
      server.off('upgrade', onUpgrade);
      const listeners = server.listeners('request') as RequestListener[];
      // Who attached later has taken our place and calls us; there we only pass on what comes.
      if (!listeners.includes(onRequest)) return;
      server.removeAllListeners('request');
      for (const listener of listeners.flatMap((one) => (one === onRequest ? others : one))) {
        server.on('request', listener);
      }
    };
  }

  /** Refuses new connections from now on; those that exist go on. */
  refuseNew(): void {
    this.#isClosing = true;
  }

  /** Gives the server its own listeners back, and ends what is left of upgrades. */
  detach(): void {
    this.#detach();
    this.#detach = () => {};
    for (const socket of this.#upgraded) socket.destroy();
  }

  #isOurs(request: IncomingMessage): boolean {
    const { path } = this.options;
    const url = request.url ?? '';
    return url.startsWith(path) && (url.length === path.length || '/?'.includes(url.charAt(path.length)));
  }

  #handleRequest(request: IncomingMessage, response: ServerResponse): void {
    if (this.options.serveClient && serveClientFile(this.options.path, request, response)) return;
    if (this.#isClosing && isHandshake(request)) return refuse(response, 503);
    try {
      this.options.engine.handleRequest(request, response);
    } catch {
      // The engine parses the URL outside of any try: `GET //[` would end the process.
      refuse(response, 400);
    }
  }

  #handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#upgraded.add(socket);
    socket.on('close', this.#forget);
    // Nobody else listens until the WebSocket stands; a reset before that would be an uncaught error.
    socket.on('error', destroy);
    if (this.#isClosing && isHandshake(request)) return refuseUpgrade(socket, 503);
    try {
      this.options.engine.handleUpgrade(request, socket, head);
    } catch {
      refuseUpgrade(socket, 400);
    }
  }
}

/** A request without a session id wants a new connection. */
function isHandshake(request: IncomingMessage): boolean {
  return !/[?&]sid=/.test(request.url ?? '');
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  503: 'Service Unavailable',
};

function refuse(response: ServerResponse, status: number): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  response.end(REASONS[status]);
}

/** Another listener may want it; when none does, Node would keep the socket open for ever. */
function leaveToOthers(socket: Duplex): void {
  socket.on('error', destroy);
  const timer = setTimeout(() => {
    if ((socket as Socket).bytesWritten === 0) refuseUpgrade(socket, 404);
    else socket.off('error', destroy);
  }, UNWANTED_UPGRADE_MS);
  timer.unref();
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', destroy);
  // Destroyed, since a client that leaves its own side open would keep the socket for as long as it likes.
  socket.end(`HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
}

/** One listener for the errors of all sockets. */
function destroy(this: Duplex): void {
  this.destroy();
}
