import cluster from 'node:cluster';
import { EventEmitter } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { requirePeer } from '../../base/peer.js';
import { STACK } from '../../base/stack.js';
import { checkStackOf } from '../../base/stack-check.js';
import { BootError, type Problem } from '../../errors/boot-error.js';
import { readRequest } from '../../transport/engine-request.js';
import { removeStale } from '../../transport/listen.js';
import type { ListenReply, NodeMessage } from '../../transport/primary.js';
import { BodyRelay } from './body-relay.js';
import type { NodeProcess } from './node-process.js';

interface Sticky {
  setupPrimary(server: EventEmitter, options: { readonly loadBalancingMethod: 'least-connection' }): void;
}

interface Address {
  readonly port: number | string;
  readonly host: string | undefined;
}

/** Time that a connection gets for its first bytes. */
const FIRST_BYTES_MS = 10_000;
const UPGRADE = /^upgrade:/im;
const BODY = /^(?:content-length|transfer-encoding):/im;
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
/** Length of session ids, by which @socket.io/sticky knows them. */
const SESSION_LENGTH = STACK['@socket.io/sticky'].SessionId.length.value;

/**
 * Listens on the port, in the primary, and passes connections to nodes. @socket.io/sticky finds the node of a session. The
 * node of a new client is chosen here: the library would also choose nodes that are closing or do not listen yet, where
 * the connection would never be accepted, and one node for all clients that connect at once.
 */
export class PrimaryListener {
  readonly #sticky = new EventEmitter();
  readonly #relay = new BodyRelay();
  #server: Promise<Server> | null = null;
  #asked: Address | null = null;
  #next: NodeProcess | null = null;

  /**
   * @param choose - chooses the node of the next client; null when none serves
   * @param port - port to open instead of the one that nodes ask for
   */
  constructor(
    private readonly choose: () => NodeProcess | null,
    private readonly port: number | undefined,
  ) {
    const { setupPrimary } = requirePeer<Sticky>('@socket.io/sticky', 'gatewire start');
    const problems = checkSticky(setupPrimary);
    if (problems.length > 0) throw new BootError(problems);
    setupPrimary(this.#sticky, { loadBalancingMethod: 'least-connection' });
  }

  /** Answers the requests of a node to listen. */
  add(node: NodeProcess): void {
    const { worker } = node;
    this.#relay.add(worker);
    // The library chooses the worker with the lowest of these numbers.
    Object.defineProperty(worker, 'clientsCount', {
      get: () => (node === this.#next ? 0 : 1),
      set: () => {},
    });
    worker.on('message', (message: NodeMessage) => {
      if (message?.type !== 'gatewire:listen') return;
      void this.#answer(message).then((reply) => {
        worker.send(reply, undefined, undefined, () => {});
        if ('address' in reply) node.serve();
      });
    });
  }

  async close(): Promise<void> {
    const server = await this.#server?.catch(() => null);
    server?.close();
  }

  async #answer({ port, host }: Address): Promise<ListenReply> {
    const type = 'gatewire:listening';
    if (this.#asked !== null && (this.#asked.port !== port || this.#asked.host !== host)) {
      const message = `the other nodes listen on port ${this.#asked.port}, and a new one needs a new start`;
      return { type, failure: { message }, port };
    }
    this.#asked = { port, host };
    const opened = { port: this.port ?? port, host };
    this.#server ??= this.#open(opened);
    try {
      return { type, address: (await this.#server).address() as AddressInfo | string };
    } catch (error) {
      this.#server = this.#asked = null;
      const { code, message } = error as NodeJS.ErrnoException;
      return { type, failure: { message, ...(code !== undefined && { code }) }, port: opened.port };
    }
  }

  async #open({ port, host }: Address): Promise<Server> {
    if (typeof port === 'string') await removeStale(port);
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true }, this.#accept);
      server.once('error', reject);
      const onListening = (): void => {
        server.off('error', reject);
        server.on('error', () => {}); // of one accept, as when no file descriptor is left
        resolve(server);
      };
      if (typeof port === 'string') server.listen(port, onListening);
      else server.listen(port, host, onListening);
    });
  }

  readonly #accept = (socket: Socket): void => {
    socket.on('error', () => socket.destroy());
    socket.setTimeout(FIRST_BYTES_MS, () => socket.destroy());
    socket.once('data', (head: Buffer) => {
      socket.setTimeout(0);
      const text = head.toString('latin1');
      // The library would keep the socket of such an upgrade here, and with it all that a WebSocket carries.
      if (isUpgradeWithBody(text)) return void socket.end(BAD_REQUEST, () => socket.destroy());
      const isNew = isHandshake(text);
      this.#next = this.choose(); // also for a session, whose node may be gone
      // The primary cannot answer; the client connects again.
      if (isNew && this.#next === null) return void socket.destroy();
      if (isNew) this.#next?.addClient();
      this.#sticky.emit('connection', socket);
      this.#relay.follow(socket);
      socket.emit('data', head);
    });
  };
}

/** Tells whether a request wants a new connection; cookies and queries may have a `sid` of their own. */
function isHandshake(head: string): boolean {
  const [, url = ''] = /^\S+ (\S+)/.exec(head) ?? [];
  const reading = readRequest({ url, headers: {} });
  return typeof reading !== 'string' && reading.sessionId === '';
}

function isUpgradeWithBody(request: string): boolean {
  const [head = ''] = request.split('\r\n\r\n', 1);
  return UPGRADE.test(head) && BODY.test(head);
}

/** Checks how @socket.io/sticky finds a node, with two that do not exist. No node has been started yet. */
function checkSticky(setupPrimary: Sticky['setupPrimary']): readonly Problem[] {
  const entry = new EventEmitter();
  const listeners = (event: string) => new Set(cluster.rawListeners(event));
  const before = { message: listeners('message'), exit: listeners('exit') };
  setupPrimary(entry, { loadBalancingMethod: 'least-connection' });
  const added = [...listeners('message')].filter((listener) => !before.message.has(listener));
  let receiver = 0;
  const node = (id: number, clientsCount: number) => ({ id, clientsCount, send: () => (receiver = id) });
  const nodes = { 1: node(1, 1), 2: node(2, 0) };
  const receiverOf = (request: string): number => {
    const socket = Object.assign(new EventEmitter(), { destroy() {} });
    entry.emit('connection', socket);
    socket.emit('data', Buffer.from(`GET /${request} HTTP/1.1\r\n\r\n`));
    return receiver;
  };
  const { workers } = cluster;
  Object.assign(cluster, { workers: nodes });
  try {
    const session = '-'.repeat(SESSION_LENGTH);
    const isLeast = receiverOf('') === 2;
    for (const listen of added) listen(nodes[1], { type: 'sticky:connection', data: session });
    const isSession = receiverOf(`?sid=${session}`) === 1;
    return checkStackOf('@socket.io/sticky', () => ({
      Worker: isLeast ? { clientsCount: 0 } : null,
      SessionId: { length: isSession ? SESSION_LENGTH : null },
    }));
  } finally {
    Object.assign(cluster, { workers });
    for (const event of ['message', 'exit'] as const)
      for (const listener of listeners(event))
        if (!before[event].has(listener)) cluster.off(event, listener as () => void);
  }
}
