import type { Logger } from '../../base/logger.js';
import { Counters } from './counters.js';
import { Pulse } from './heartbeat.js';
import { type Connection, connect } from './redis-client.js';
import type { RedisOptions } from './redis-options.js';
import { Signer } from './signer.js';
import { Subscriptions } from './subscriptions.js';

const MAX_IN_FLIGHT = 10_000;
const MAX_IN_FLIGHT_BYTES = 16_000_000;
const LAST_WORDS_MS = 500;

/**
 * The connections of one node to Redis: one that publishes and one that listens. Nothing here rejects unheard, waits
 * without end or grows without bound, however long Redis is away.
 */
export class Link {
  readonly adapterPackage = '@socket.io/redis-adapter';
  readonly counters = new Counters();
  readonly signer: Signer;
  readonly subscriptions: Subscriptions;
  readonly pulse: Pulse;
  readonly #publisher: Connection;
  readonly #listener: Connection;
  #inFlight = 0;
  #inFlightBytes = 0;

  constructor(
    readonly options: RedisOptions,
    private readonly logger: Logger,
    onReachable: () => void,
  ) {
    this.signer = new Signer(options.secret, options.prefix);
    const hurt = (error: unknown): void => this.pulse?.interrupt(error);
    this.#publisher = connect(options, { onError: hurt, onReady: () => this.pulse?.look() });
    const restore = (): void => this.subscriptions?.restore(() => this.pulse.look());
    this.#listener = connect(options, { onError: hurt, onReady: restore });
    this.subscriptions = new Subscriptions(
      this.#listener,
      this.signer,
      this.counters,
      options.acceptUnsigned,
    );
    this.pulse = new Pulse(
      [this.#publisher, this.#listener],
      this.subscriptions,
      this.counters,
      logger,
      onReachable,
    );
  }

  /** Publishes, or counts that it did not. It neither throws nor keeps anybody waiting. */
  publish(command: 'PUBLISH' | 'SPUBLISH', channel: string, message: Buffer | string): boolean {
    if (!this.pulse.isUp) {
      this.counters.droppedPublishes++;
      return false;
    }
    const signed = this.signer.sign(channel, message);
    this.#send([command, channel, signed], channel, signed.length)?.catch(() => {});
    return true;
  }

  /**
   * Sends any other command.
   *
   * @throws {Error} when Redis is away, refuses, or takes longer than the time limit
   */
  async command(args: readonly (string | Buffer)[], key?: string): Promise<unknown> {
    if (!this.pulse.isUp) throw new Error(`Redis is away: ${this.pulse.reason}`);
    let timer: NodeJS.Timeout | undefined;
    const { timeoutMs } = this.options;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Redis did not answer within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return await Promise.race([this.#publisher.send(args, key), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Appends to a stream; rejects as `command` does, and counts it. */
  append(args: readonly string[], key: string): Promise<unknown> {
    let bytes = 0;
    for (const arg of args) bytes += arg.length;
    const isUp = this.pulse.isUp;
    if (!isUp) this.counters.droppedPublishes++;
    const sent = isUp ? this.#send(args, key, bytes) : null;
    return sent ?? Promise.reject(new Error(`Redis is away: ${this.pulse.reason}`));
  }

  /** Resolves when subscriptions that are under way hold; null when none is. */
  confirmed(): Promise<void> | null {
    return this.subscriptions.confirmed();
  }

  /** A further connection, for commands that block. */
  connection(): Connection {
    return connect(this.options, { onError: (error) => this.pulse.interrupt(error), onReady: () => {} });
  }

  /** Lets the last words out, such as the goodbye to other nodes: node-redis writes them in a later turn. */
  async close(): Promise<void> {
    const end = performance.now() + LAST_WORDS_MS;
    while (this.pulse.isUp && this.#inFlight > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.pulse.close();
    this.subscriptions.close();
    this.#publisher.destroy();
    this.#listener.destroy();
    this.logger.debug({ event: 'redis.closed' });
  }

  /** Null when too much waits: a frozen Redis takes nothing, and its silence is not noticed at once. */
  #send(args: readonly (string | Buffer)[], key: string, bytes: number): Promise<unknown> | null {
    if (this.#inFlight >= MAX_IN_FLIGHT || this.#inFlightBytes + bytes > MAX_IN_FLIGHT_BYTES) {
      this.counters.droppedPublishes++;
      return null;
    }
    this.#inFlight++;
    this.#inFlightBytes += bytes;
    const startedAt = performance.now();
    const settle = (): void => {
      this.#inFlight--;
      this.#inFlightBytes -= bytes;
      if (performance.now() - startedAt > this.options.timeoutMs) this.counters.latePublishes++;
    };
    return this.#publisher.send(args, key).then(
      (answer) => {
        settle();
        return answer;
      },
      (error: unknown) => {
        settle();
        this.counters.failedPublishes++;
        this.pulse.refused(error);
        throw error;
      },
    );
  }
}
