import type { Worker } from 'node:cluster';
import type { Socket } from 'node:net';
import { getHeapStatistics } from 'node:v8';

type Listener = (this: Socket, chunk: Buffer) => void;
type Callback = (error: Error | null) => void;

/** Above the limit at which a node disconnects a slow client. */
const MAX_OUTPUT_BYTES = 16_000_000;
/** Share of the heap for chunks on their way to nodes, each of which is four times as long as text. */
const HEAP_SHARE = 32;
/** Time that a client gets to close a connection that was ended. */
const LINGER_MS = 1_000;

/**
 * Relays requests with a body: @socket.io/sticky keeps their sockets in the primary and sends each chunk as a message. A
 * socket is paused until its chunk has left the process, so that a node that is busy slows its clients down.
 */
export class BodyRelay {
  readonly #maxBytes = getHeapStatistics().heap_size_limit / HEAP_SHARE;
  #waitingBytes = 0;
  /** Socket whose chunk the library sends at the moment. */
  #current: Socket | null = null;

  /** Sees the messages to a node. */
  add(worker: Worker): void {
    const send = worker.send.bind(worker) as (...args: unknown[]) => boolean;
    worker.send = (message: { readonly type?: unknown }, ...rest: unknown[]): boolean => {
      const socket = this.#current;
      if (socket === null || !String(message?.type).startsWith('sticky:http-chunk'))
        return send(message, ...rest);
      const done = rest.pop() as Callback;
      return send(message, ...rest, this.#hold(socket, message as { readonly data: Buffer }, done));
    };
  }

  /** Follows a socket that has the library's listener. */
  follow(socket: Socket): void {
    limitOutput(socket);
    socket.once('finish', () => setTimeout(() => socket.destroy(), LINGER_MS).unref());
    const [relay] = socket.listeners('data') as Listener[];
    if (relay === undefined) return;
    socket.off('data', relay as () => void);
    socket.on('data', (chunk: Buffer) => {
      this.#current = socket;
      try {
        relay.call(socket, chunk);
      } finally {
        this.#current = null;
      }
    });
  }

  #hold(socket: Socket, { data }: { readonly data: Buffer }, done: Callback): Callback {
    this.#waitingBytes += data.length;
    socket.pause();
    if (this.#waitingBytes > this.#maxBytes) socket.destroy();
    return (error) => {
      this.#waitingBytes -= data.length;
      socket.resume();
      done(error);
    };
  }
}

/**
 * Destroys a socket that too many bytes wait for: its answers stay in the primary with its request, where nodes do not
 * see whether the client reads.
 */
function limitOutput(socket: Socket): void {
  const write = socket.write.bind(socket) as (chunk: Buffer) => boolean;
  socket.write = (chunk: unknown) => {
    if (socket.writableLength > MAX_OUTPUT_BYTES) socket.destroy();
    return write(chunk as Buffer);
  };
}
