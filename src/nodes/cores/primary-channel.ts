import { withDeadline } from '../../base/deadline.js';
import type { Logger } from '../../base/logger.js';
import type { AdapterHealth, AdapterHost, NodeBus } from '../../runtime/remote/node-adapter.js';
import { encodeMessage } from '../../runtime/remote/request.js';
import { AdapterState } from '../adapter-state.js';
import type { BusMessage, RelayMessage } from './message-relay.js';

type Handler = (message: never) => unknown;

/** Bytes that may wait for a primary that reads nothing: the memory of the node is not freed until it does. */
const MAX_WAITING_BYTES = 64_000_000;
const PRIMARY_GONE = 'the primary is gone';

/** Counts of messages that were lost between the nodes of one machine. They only grow. */
class Counters {
  /** Messages that were not sent, because 64 MB waited for the primary. */
  droppedMessages = 0;
  /** Messages that could not be read, or whose handler threw. */
  malformedMessages = 0;
}

/** Connection of a node to its primary, and through it to the other nodes. It neither rejects nor grows without bound. */
export class PrimaryChannel {
  readonly counters = new Counters();
  readonly #logger: Logger;
  readonly #state: AdapterState;
  readonly #handlers = new Map<string, Handler>();
  #since = Date.now();
  #waitingBytes = 0;

  constructor({ app, logger }: Pick<AdapterHost, 'app' | 'logger'>) {
    this.#logger = logger;
    this.#state = new AdapterState(app);
    process.on('message', this.#receive).on('disconnect', this.#disconnected);
    this.#state.open(this.#reason);
  }

  get isOpen(): boolean {
    return process.connected;
  }

  /** Registers the handler of a message type, or of all messages for a namespace. */
  on(key: string, handler: Handler): void {
    this.#handlers.set(key, handler);
  }

  off(key: string): void {
    this.#handlers.delete(key);
  }

  /**
   * Sends a message.
   *
   * @param bytes - about its size
   * @returns false when it was dropped
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

  /** Returns null: there are no subscriptions that could be pending. */
  confirmed(): null {
    return null;
  }

  health(): AdapterHealth {
    const reason = this.#reason;
    return {
      status: reason === null ? 'ok' : 'degraded',
      since: this.#since,
      reason,
      counters: { ...this.counters },
    };
  }

  close(): void {
    process.off('message', this.#receive).off('disconnect', this.#disconnected);
    this.#handlers.clear();
  }

  get #reason(): string | null {
    return this.isOpen ? null : PRIMARY_GONE;
  }

  readonly #disconnected = (): void => {
    this.#since = Date.now();
    this.#state.change(PRIMARY_GONE);
  };

  readonly #receive = (message: { readonly type?: unknown; readonly nsp?: unknown } | null): void => {
    const handler = this.#handlers.get(String(message?.nsp ?? message?.type));
    if (handler === undefined) return;
    try {
      handler(message as never);
    } catch (error) {
      this.counters.malformedMessages++;
      this.#logger.error({ event: 'cluster.message-failed', error });
    }
  };
}

type Of<TMessage extends { readonly type: string }, TType extends TMessage['type']> = Extract<
  TMessage,
  { readonly type: TType }
>;

/** Longest wait for the number of nodes. */
const COUNT_MS = 1_000;

/** Messages between nodes, through their primary. */
export class PrimaryBus implements NodeBus {
  readonly #count: Promise<number | null>;

  constructor(
    private readonly channel: PrimaryChannel,
    host: Pick<AdapterHost, 'nodeId' | 'receive'>,
  ) {
    channel.on('gatewire:bus', ({ text }: Of<BusMessage, 'gatewire:bus'>) => host.receive(text));
    // The primary sees a process end, so that no question has to wait for its answer.
    channel.on('gatewire:left', ({ id }: Of<RelayMessage, 'gatewire:left'>) =>
      host.receive(encodeMessage({ t: 'bye', from: id, name: '' })),
    );
    const joined = new Promise<number>((resolve) => {
      channel.on('gatewire:joined', ({ nodes }: Of<RelayMessage, 'gatewire:joined'>) => resolve(nodes));
    });
    const late = (): Error => new Error('the primary did not answer in time');
    this.#count = withDeadline(joined, COUNT_MS, late).catch(() => null);
    this.#send({ type: 'gatewire:join', id: host.nodeId }, 0);
  }

  get isOpen(): boolean {
    return this.channel.isOpen;
  }

  send(text: string, to: string | null): boolean {
    return this.#send({ type: 'gatewire:bus', to, text }, text.length);
  }

  nodes(): Promise<number | null> {
    return this.#count;
  }

  #send(message: BusMessage, bytes: number): boolean {
    return this.channel.send(message, bytes);
  }
}
