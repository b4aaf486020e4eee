import type { Logger } from '../../base/logger.js';

type Handler = (message: never) => unknown;

/** Beyond this a primary that takes nothing costs the node memory that it does not get back. */
const MAX_WAITING_BYTES = 64_000_000;

/** What was lost on the way between the nodes of one machine. They only grow. */
class Counters {
  /** Messages that were not sent, because 64 MB waited for the primary. */
  droppedMessages = 0;
  /** Messages that could not be read, or whose listener threw. */
  malformedMessages = 0;
}

/** The way of a node to its primary, and through it to the other nodes. It neither rejects nor grows without bound. */
export class Channel {
  readonly adapterPackage = '@socket.io/cluster-adapter';
  readonly counters = new Counters();
  readonly #handlers = new Map<string, Handler>();
  readonly #since = Date.now();
  #waitingBytes = 0;

  constructor(private readonly logger: Logger) {
    process.on('message', this.#receive);
  }

  get isOpen(): boolean {
    return process.connected;
  }

  /** Takes messages by their `type`, or by the namespace that they are for. */
  on(key: string, handler: Handler): void {
    this.#handlers.set(key, handler);
  }

  off(key: string): void {
    this.#handlers.delete(key);
  }

  /**
   * Sends a message of about so many bytes.
   *
   * @returns whether it is on its way
   */
  send(message: object, bytes: number): boolean {
    if (!process.connected || this.#waitingBytes > MAX_WAITING_BYTES) {
      this.counters.droppedMessages++;
      return false;
    }
    this.#waitingBytes += bytes;
    process.send?.(message, undefined, undefined, () => {
      this.#waitingBytes -= bytes;
    });
    return true;
  }

  /** There are no subscriptions that could be under way. */
  confirmed(): null {
    return null;
  }

  health() {
    const { isOpen } = this;
    return {
      status: isOpen ? ('ok' as const) : ('degraded' as const),
      since: this.#since,
      reason: isOpen ? null : 'the primary is gone',
      counters: { ...this.counters },
    };
  }

  close(): void {
    process.off('message', this.#receive);
    this.#handlers.clear();
  }

  readonly #receive = (message: { readonly type?: unknown; readonly nsp?: unknown } | null): void => {
    const handler = this.#handlers.get(String(message?.nsp ?? message?.type));
    if (handler === undefined) return;
    try {
      handler(message as never);
    } catch (error) {
      this.counters.malformedMessages++;
      this.logger.error({ event: 'cluster.message-failed', error });
    }
  };
}
