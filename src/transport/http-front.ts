import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServerOptions } from 'socket.io';
import { type ConnectionMessage, connectionChannel } from '../base/channels.js';
import { serveClientFile } from './client-files.js';
import { allowReading, answerPreflight, type Cors } from './cors.js';
import { readRequest } from './engine-request.js';
import {
  type ConnectionStep,
  type Engine,
  type EngineConnection,
  findConnection,
  netSocketOf,
  queryOf,
  setQuery,
} from './engineio.js';
import { dropEarlyListener, handUpgrade } from './handshake-memory.js';
import type { HandshakePolicy } from './handshake-policy.js';
import {
  destroy,
  type HttpRejection,
  plainRejection,
  rejectRequest,
  rejectUpgrade,
} from './handshake-policy.js';
import type { ReadThrottle } from './read-throttle.js';
import type { SilentConnections } from './silent-connections.js';

/** Engine.IO's own default of `destroyUpgradeTimeout`. */
const UNWANTED_UPGRADE_MS = 1_000;

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** Parts and settings of an HTTP front. */
export interface HttpFrontOptions {
  /** Identity of the application, for messages of channels. */
  readonly app: string;
  readonly engine: Engine;
  readonly policy: HandshakePolicy;
  /** Holds the requests of clients that sent too fast. */
  readonly throttle: ReadThrottle;
  readonly silent: SilentConnections;
  /** Path below which Socket.IO lives, without a slash at the end. */
  readonly path: string;
  readonly serveClient: boolean;
  /** Socket.IO's own option, which writes the headers that let pages of other origins read; undefined where we do. */
  readonly cors: Cors;
  /** Socket.IO's own options about upgrades outside of the path. */
  readonly upgrades: Pick<Partial<ServerOptions>, 'destroyUpgrade' | 'destroyUpgradeTimeout'>;
  /** Answers further paths, and returns whether it did; null where there are none. */
  readonly others: ((request: IncomingMessage, response: ServerResponse) => boolean) | null;
}

/**
 * HTTP front between a server and the engine. It hands over what is Socket.IO's, leaves everything else to
 * the server's other listeners, and refuses new connections once closing began, which the engine would not.
 */
export class HttpFront {
  #isClosing = false;
  #detach: () => void = () => {};
  /**
   * Sockets that were upgraded: the server forgets them, and would wait for them when it closes. Those of connections
   * that began with an upgrade are found again in the engine.
   */
  readonly #upgraded = new Set<Duplex>();
  /** Listener shared by all sockets. */
  readonly #forget: (this: Duplex) => void;

  constructor(private readonly options: HttpFrontOptions) {
    const upgraded = this.#upgraded;
    this.#forget = function () {
      upgraded.delete(this);
    };
  }

  /** Step of a new connection, ahead of Socket.IO, which reads the address when it makes a socket. */
  readonly welcome: ConnectionStep = (connection, next) => {
    this.options.policy.welcome(connection);
    dropEarlyListener(connection);
    const socket = netSocketOf(connection);
    if (socket !== null && !this.#isClosing) this.#letGo(socket);
    if (connectionChannel.hasSubscribers) announce(this.options.app, connection);
    next(connection);
  };

  /** Takes over a server's requests and upgrades below the path. */
  attach(server: HttpServer): void {
    // Express and the like answer every request, so theirs must not see ours: the only way is to go first.
    const others = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    let isAttached = true;
    const onRequest: RequestListener = (request, response) => {
      this.options.silent.spoke(request.socket);
      if (isAttached && this.#isOurs(request)) this.#handleRequest(request, response);
      else if (isAttached && this.options.others?.(request, response)) return;
      else if (others.length === 0) rejectRequest(response, plainRejection(404));
      else for (const listener of others) listener.call(server, request, response);
    };
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      this.options.silent.spoke(request.socket);
      if (this.#isOurs(request)) this.#handleUpgrade(request, socket, head);
      else this.#leaveToOthers(socket, server.listenerCount('upgrade') > 1);
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
    for (const connection of Object.values(this.options.engine.clients)) {
      const socket = netSocketOf(connection);
      if (socket !== null) this.#upgraded.add(socket);
    }
  }

  /** Tells whether a client's own connection is encrypted, as a trusted proxy says it. */
  isSecure(connection: EngineConnection): boolean {
    return this.options.policy.isSecure(connection);
  }

  /** Gives the server its own listeners back, and ends what is left of upgrades. */
  detach(): void {
    this.#detach();
    this.#detach = () => {};
    for (const socket of this.#upgraded) socket.destroy();
  }

  /** Removes the listeners of a socket whose WebSocket is open, which has its own. */
  #letGo(socket: Duplex): void {
    this.#upgraded.delete(socket);
    socket.off('error', destroy);
    socket.off('close', this.#forget);
  }

  /** Leaves an upgrade to other listeners, and refuses it when none answers: Node would keep the socket open. */
  #leaveToOthers(socket: Duplex, hasOthers: boolean): void {
    const { destroyUpgrade = true, destroyUpgradeTimeout = UNWANTED_UPGRADE_MS } = this.options.upgrades;
    // Where nobody listens, a reset would end the process.
    socket.on('error', destroy);
    if (!destroyUpgrade) return;
    if (!hasOthers) return rejectUpgrade(socket, plainRejection(404));
    const timer = setTimeout(() => {
      if ((socket as Socket).bytesWritten === 0) rejectUpgrade(socket, plainRejection(404));
      else socket.off('error', destroy);
    }, destroyUpgradeTimeout);
    timer.unref();
  }

  #isOurs(request: IncomingMessage): boolean {
    const { path } = this.options;
    const url = request.url ?? '';
    return url.startsWith(path) && (url.length === path.length || '/?'.includes(url.charAt(path.length)));
  }

  #handleRequest(request: IncomingMessage, response: ServerResponse): void {
    // A page that loads an answer as a script or as an image has to get nothing for it.
    response.setHeader('x-content-type-options', 'nosniff');
    if (this.options.serveClient && serveClientFile(this.options.path, request, response)) return;
    const reading = readRequest(request);
    if (typeof reading === 'string') return this.#rejectPage(request, response, badRequest(reading));
    setQuery(request, reading.query);
    // What a browser asks ahead of a request connects nobody, and a refusal of it would hide that of the request.
    const isPreflight = request.method === 'OPTIONS';
    const isNew = reading.sessionId === '' && !isPreflight;
    if (this.#isClosing && isNew) return this.#rejectPage(request, response, plainRejection(503));
    const { policy } = this.options;
    const refusal = isPreflight ? policy.judgePage(request) : policy.judge(request, isNew, response);
    if (!isPromise(refusal)) return this.#admitRequest(request, response, refusal);
    void refusal.then((decided) => {
      if (response.destroyed) return; // hung up meanwhile
      const isLate = decided === null && isNew && this.#isClosing;
      this.#admitRequest(request, response, isLate ? plainRejection(503) : decided);
    });
  }

  #admitRequest(request: IncomingMessage, response: ServerResponse, refusal: HttpRejection | null): void {
    if (refusal !== null) return this.#rejectPage(request, response, refusal);
    if (request.method === 'POST' && this.options.throttle.isActive) this.#holdOrPass(request, response);
    else this.#pass(request, response);
  }

  /** Answers with a rejection that the page may read if it may connect: browsers would take it for a fault of CORS. */
  #rejectPage(request: IncomingMessage, response: ServerResponse, rejection: HttpRejection): void {
    const reject = (isAllowed: boolean): void => {
      if (response.destroyed) return;
      try {
        if (isAllowed) allowReading(request, response, this.options.cors);
      } catch {
        // A header may be none that can be written.
      }
      rejectRequest(response, rejection);
    };
    const isAllowed = rejection.isForeign !== true && this.options.policy.allowsPage(request);
    if (typeof isAllowed === 'boolean') reject(isAllowed);
    else void isAllowed.then(reject);
  }

  #holdOrPass(request: IncomingMessage, response: ServerResponse): void {
    const { engine, throttle } = this.options;
    const { sid: id = '' } = queryOf(request);
    const connection = findConnection(engine, id);
    const outcome = throttle.hold(connection, request, response, () => this.#pass(request, response));
    if (outcome === 'free') this.#pass(request, response);
    // No client posts before its last post was answered.
    else if (outcome === 'twice') this.#rejectPage(request, response, plainRejection(400));
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    try {
      if (!this.options.cors) {
        allowReading(request, response);
        if (request.method === 'OPTIONS') return answerPreflight(request, response);
      }
      this.options.engine.handleRequest(request, response);
    } catch {
      // A header may be none that can be written.
      rejectRequest(response, plainRejection(400));
    }
  }

  #handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#upgraded.add(socket);
    socket.on('close', this.#forget);
    // Nobody else listens until the WebSocket stands; a reset before that would be an uncaught error.
    socket.on('error', destroy);
    const reading = readRequest(request);
    if (typeof reading === 'string') return rejectUpgrade(socket, badRequest(reading));
    setQuery(request, reading.query);
    const isNew = reading.sessionId === '';
    if (this.#isClosing && isNew) return rejectUpgrade(socket, plainRejection(503));
    const refusal = this.options.policy.judge(request, isNew, socket);
    if (!isPromise(refusal)) return this.#admitUpgrade(request, socket, head, refusal);
    void refusal.then((decided) => {
      if (socket.destroyed) return; // hung up meanwhile
      const isLate = decided === null && isNew && this.#isClosing;
      this.#admitUpgrade(request, socket, head, isLate ? plainRejection(503) : decided);
    });
  }

  #admitUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, refusal: HttpRejection | null): void {
    if (refusal !== null) return rejectUpgrade(socket, refusal);
    try {
      handUpgrade(this.options.engine, request, socket, head);
    } catch {
      rejectUpgrade(socket, plainRejection(400));
    }
  }
}

/**
 * Publishes that a connection opened, and from then on that it changes its transport and closes. Called only while
 * `gatewire:connection` has subscribers: listeners of each connection cost memory.
 */
function announce(app: string, connection: EngineConnection): void {
  const publish = (type: ConnectionMessage['type'], rest: Partial<ConnectionMessage> = {}): void =>
    connectionChannel.publish({
      app,
      type,
      connectionId: connection.id,
      transport: connection.transport.name,
      address: connection.remoteAddress,
      ...rest,
    } satisfies ConnectionMessage);
  publish('open');
  connection.on('upgrade', () => publish('upgrade'));
  connection.on('close', (reason) => {
    const socket = netSocketOf(connection);
    const bytes = socket === null ? null : { bytesRead: socket.bytesRead, bytesWritten: socket.bytesWritten };
    publish('close', { reason, ...bytes });
  });
}

function badRequest(message: string): HttpRejection {
  return { status: 400, body: { code: 'FORBIDDEN', message } };
}

function isPromise(
  verdict: HttpRejection | null | Promise<HttpRejection | null>,
): verdict is Promise<HttpRejection | null> {
  return verdict instanceof Promise;
}
