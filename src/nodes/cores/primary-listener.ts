import { EventEmitter } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { requirePeer } from '../../base/peer.js';
import type { ListenReply, NodeMessage } from '../../transport/primary.js';
import type { NodeProcess } from './node-process.js';

interface Sticky {
  setupPrimary(server: EventEmitter, options: { readonly loadBalancingMethod: 'least-connection' }): void;
}

interface Address {
  readonly port: number;
  readonly host: string | undefined;
}

/** What a connection gets to say what it wants. */
const FIRST_WORDS_MS = 10_000;
/** More than a node writes to a client before it lets it go as too slow. */
const MAX_WAITING_BYTES = 16_000_000;
/** A request that belongs to a session, as @socket.io/sticky sees it. */
const SESSION = /sid=[\w-]{20}/;

/**
 * Has the port, in the primary, and hands connections over to nodes. @socket.io/sticky brings those of a session to the
 * node that has it. Whose turn it is with a new client is decided here: it would also choose nodes that do not listen yet,
 * where the connection would wait for ever, or are being closed; and one and the same for all clients that come at once.
 */
export class Door {
  readonly #sticky = new EventEmitter();
  #server: Promise<Server> | null = null;
  #asked: Address | null = null;
  #next: NodeProcess | null = null;

  /**
   * @param choose - the node that the next client should go to; null when there is none
   * @param port - the one to open, whatever nodes ask for; undefined for theirs
   */
  constructor(
    private readonly choose: () => NodeProcess | null,
    private readonly port: number | undefined,
  ) {
    const { setupPrimary } = requirePeer<Sticky>('@socket.io/sticky', 'gatewire start');
    setupPrimary(this.#sticky, { loadBalancingMethod: 'least-connection' });
  }

  /** Lets a node ask for the port. */
  admit(node: NodeProcess): void {
    const { worker } = node;
    // The library compares these numbers, and takes the least.
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
      return { type, address: (await this.#server).address() as AddressInfo };
    } catch (error) {
      this.#server = this.#asked = null;
      const { code, message } = error as NodeJS.ErrnoException;
      return { type, failure: { message, ...(code !== undefined && { code }) }, port: opened.port };
    }
  }

  #open({ port, host }: Address): Promise<Server> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true }, this.#accept);
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        server.on('error', () => {}); // of a single accept, as when there are no file descriptors left
        resolve(server);
      });
    });
  }

  readonly #accept = (socket: Socket): void => {
    socket.on('error', () => socket.destroy());
    socket.setTimeout(FIRST_WORDS_MS, () => socket.destroy());
    socket.once('data', (head: Buffer) => {
      socket.setTimeout(0);
      const isNew = !SESSION.test(head.toString('latin1'));
      this.#next = this.choose(); // also for a session, whose node may be gone
      // Reconnecting is for the client: nobody is here who could answer.
      if (isNew && this.#next === null) return void socket.destroy();
      if (isNew) this.#next?.give();
      bound(socket);
      this.#sticky.emit('connection', socket);
      socket.emit('data', head);
    });
  };
}

/**
 * Requests with a body stay here, and so do their answers; so does a WebSocket whose handshake claims a body. Nodes do
 * not see whether its client reads.
 */
function bound(socket: Socket): void {
  const write = socket.write.bind(socket) as (chunk: Buffer) => boolean;
  socket.write = (chunk: unknown) => {
    if (socket.writableLength > MAX_WAITING_BYTES) socket.destroy();
    return write(chunk as Buffer);
  };
}
