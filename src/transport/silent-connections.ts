import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import type { LimitReporter } from '../base/channels.js';
import { TimeoutQueue } from './timeout-queue.js';
import type { TransportLimits } from './transport-limits.js';

/**
 * Bounds TCP and TLS connections that have sent no request, in number and in time: they count for no other limit. When
 * there are too many the oldest is closed, since clients send their request at once, and those who keep others out do not.
 */
export class SilentConnections {
  /** By the names of both ends: TLS has another socket than the connection below it, which it does not name. */
  readonly #silent = new Map<string, Socket>();
  readonly #timeouts: TimeoutQueue<string>;
  /** Listener shared by all connections. */
  readonly #left: (this: Socket) => void;

  constructor(
    private readonly limits: Pick<TransportLimits, 'silentConnections' | 'requestHeadTimeoutMs'>,
    private readonly report: LimitReporter,
  ) {
    const { requestHeadTimeoutMs } = limits;
    this.#timeouts = new TimeoutQueue(requestHeadTimeoutMs, (key) => this.#end(key, 'requestHeadTimeoutMs'));
    const forget = (socket: Socket): void => this.#forget(keyOf(socket), socket);
    this.#left = function () {
      forget(this);
    };
  }

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
    this.#timeouts.close();
  }

  readonly #begin = (socket: Socket): void => {
    // Ends of a Unix socket have no names, and the programs there are of this machine.
    if (socket.remotePort === undefined) return;
    const key = keyOf(socket);
    socket.on('close', this.#left);
    this.#silent.set(key, socket);
    this.#timeouts.begin(key);
    if (this.#silent.size <= this.limits.silentConnections) return;
    for (const oldest of this.#silent.keys()) return this.#end(oldest, 'silentConnections');
  };

  #end(key: string, limit: 'silentConnections' | 'requestHeadTimeoutMs'): void {
    const silent = this.#silent.get(key);
    if (silent === undefined) return;
    this.#forget(key, silent);
    this.report('connection.closed', limit);
    silent.destroy();
  }

  #forget(key: string, socket: Socket): void {
    socket.off('close', this.#left);
    this.#silent.delete(key);
    this.#timeouts.end(key);
  }
}

function keyOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`;
}
