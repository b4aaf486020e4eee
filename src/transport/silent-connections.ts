import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import type { LimitReporter } from '../base/channels.js';
import type { TransportLimits } from './transport-limits.js';

/** Connection that has sent no whole head of a request yet. */
interface Silent {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
  readonly onClose: () => void;
}

/**
 * Bounds TCP and TLS connections that have sent no request, in number and in time: they count for no other limit. When
 * there are too many the oldest is closed, since clients send their request at once, and those who keep others out do not.
 */
export class SilentConnections {
  /** Keys of both ends: TLS has another socket than the connection below it, which it does not name. */
  readonly #silent = new Map<string, Silent>();

  constructor(
    private readonly limits: Pick<TransportLimits, 'silentConnections' | 'requestHeadTimeoutMs'>,
    private readonly report: LimitReporter,
  ) {}

  /** Watches the connections of a server. Its owner has to call `spoke` at each request. */
  watch(server: HttpServer): void {
    // For the heads of further requests; the clock of Node looks at them every 30 s.
    server.headersTimeout = this.limits.requestHeadTimeoutMs;
    server.on('connection', this.#begin);
  }

  /** Takes note of a request. */
  spoke(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): void {
    if (this.#silent.size === 0) return;
    const key = keyOf(socket);
    const silent = this.#silent.get(key);
    if (silent !== undefined) this.#forget(key, silent);
  }

  close(): void {
    for (const [key, silent] of this.#silent) this.#forget(key, silent);
  }

  readonly #begin = (socket: Socket): void => {
    // Ends of a Unix socket have no names, and the programs there are of this machine.
    if (socket.remotePort === undefined) return;
    const { silentConnections, requestHeadTimeoutMs } = this.limits;
    const key = keyOf(socket);
    const onClose = (): void => this.#forget(key, silent);
    const timer = setTimeout(() => this.#end(key, 'requestHeadTimeoutMs'), requestHeadTimeoutMs).unref();
    const silent: Silent = { socket, timer, onClose };
    socket.on('close', onClose);
    this.#silent.set(key, silent);
    if (this.#silent.size <= silentConnections) return;
    for (const oldest of this.#silent.keys()) return this.#end(oldest, 'silentConnections');
  };

  #end(key: string, limit: 'silentConnections' | 'requestHeadTimeoutMs'): void {
    const silent = this.#silent.get(key);
    if (silent === undefined) return;
    this.#forget(key, silent);
    this.report('connection.closed', limit);
    silent.socket.destroy();
  }

  #forget(key: string, { socket, timer, onClose }: Silent): void {
    clearTimeout(timer);
    socket.off('close', onClose);
    this.#silent.delete(key);
  }
}

function keyOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`;
}
