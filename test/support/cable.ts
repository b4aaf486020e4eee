import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** The way of one node to a server on this machine, which can be cut and joined again, or made long. */
export class Cable {
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  /** Milliseconds that everything takes, in each direction. */
  delayMs = 0;
  /** Whether what the server says is lost. */
  isMute = false;
  /** Whether everything is lost, and nobody is told. */
  isBlackHole = false;

  /** @param target - port of the server; connections that are made from now on go there */
  private constructor(
    readonly port: number,
    public target: number,
  ) {}

  /** @param target - port of the server */
  static async to(target: number): Promise<Cable> {
    const server = createServer((near) => cable.#carry(near)).listen(0, '127.0.0.1');
    server.unref();
    await once(server, 'listening');
    const cable = new Cable((server.address() as AddressInfo).port, target);
    return cable;
  }

  /** The URL of the server, by way of the cable. */
  url(server: URL | { readonly url: string }): string {
    const url = new URL(server instanceof URL ? server : server.url);
    url.port = String(this.port);
    return url.href;
  }

  /** Breaks all connections, and those that are tried from now on. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  join(): void {
    this.#isCut = false;
  }

  #carry(near: Socket): void {
    if (this.#isCut) return void near.destroy();
    const far = createConnection(this.target, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      // Timers of one length run in their order, and so do the chunks.
      one.on('data', (chunk) => {
        if (this.isBlackHole || (this.isMute && one === far)) return;
        if (this.delayMs === 0) other.write(chunk);
        else setTimeout(() => other.write(chunk), this.delayMs);
      });
      one
        .on('error', () => {})
        .on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
    }
  }
}
