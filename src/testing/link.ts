import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

/** The way of one client to a server on this machine, which can be cut and can swallow what travels on it. */
export class Link {
  readonly #sockets = new Set<Socket>();
  #holeUntil = 0;
  #timer: NodeJS.Timeout | null = null;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** @param target - port of the server on 127.0.0.1 */
  static async to(target: number): Promise<Link> {
    const server = createServer((near) => link.#carry(near, target)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const link = new Link(server, (server.address() as AddressInfo).port);
    return link;
  }

  /** Breaks the connections; the next ones are carried. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /**
   * Loses what travels in either direction. Connections stay open meanwhile and break afterwards, as bytes are missing on
   * them.
   */
  blackHole(ms: number): void {
    this.#holeUntil = performance.now() + ms;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const holed = [...this.#sockets];
    this.#timer = setTimeout(() => {
      this.#timer = null;
      for (const socket of holed) socket.resetAndDestroy();
    }, ms);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.cut();
    this.server.close();
  }

  #carry(near: Socket, target: number): void {
    const far = createConnection(target, '127.0.0.1');
    this.#join(near, far);
    this.#join(far, near);
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => {
      if (performance.now() >= this.#holeUntil) to.write(chunk);
    });
    from.on('error', () => {});
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
