import { setTimeout as sleep } from 'node:timers/promises';
import { withDeadline } from '../../base/deadline.js';
import { reasonOf } from '../../base/show.js';
import type { AdapterHealth, AdapterHost } from '../../runtime/remote/node-adapter.js';
import { Heartbeat } from './heartbeat.js';
import { type Connection, createConnection } from './redis-client.js';
import { adapterPackage, type RedisOptions } from './redis-options.js';
import { RedisClock } from './replay-guard.js';
import type { Signer } from './signer.js';
import { Subscriptions } from './subscriptions.js';

const MAX_IN_FLIGHT = 10_000;
const MAX_IN_FLIGHT_BYTES = 16_000_000;
/** Longest wait of `close` for what was sent last. */
const FLUSH_MS = 500;

/** Command that publishes: for all servers of Redis, or for one shard. */
export type PublishCommand = 'PUBLISH' | 'SPUBLISH';

/** Counts of messages that were lost between nodes or discarded. They only grow. */
class Counters {
  /** Messages that Redis refused, or that were under way when a connection broke. */
  failedPublishes = 0;
  /** Messages that were not sent because Redis was away. */
  droppedPublishes = 0;
  /** Messages that Redis had not taken within the time limit. It may take them later. */
  latePublishes = 0;
  /** Messages from Redis that could not be read. */
  malformedMessages = 0;
  /** Messages from Redis without a valid signature. */
  forgedMessages = 0;
  /** Messages from Redis that their node had sent before. */
  replayedMessages = 0;
}

/**
 * Connections of one node to Redis: one publishes, one subscribes. However long Redis is away, no rejection is
 * unhandled, no wait is endless, and nothing grows without bound.
 */
export class RedisConnections {
  readonly adapterPackage: string;
  readonly counters = new Counters();
  readonly clock = new RedisClock();
  readonly subscriptions: Subscriptions;
  readonly heartbeat: Heartbeat;
  readonly #publisher: Connection;
  readonly #listener: Connection;
  /** Broadcasts that wait for the end of a turn; everything else is sent behind them. */
  batches: { flush(): void } | null = null;
  #inFlight = 0;
  #inFlightBytes = 0;

  constructor(
    readonly options: RedisOptions,
    private readonly host: Pick<AdapterHost, 'app' | 'logger' | 'reachable'>,
    readonly signer: Signer,
  ) {
    const { mode, acceptUnsigned } = options;
    this.adapterPackage = adapterPackage(mode);
    this.#publisher = createConnection(options);
    this.#listener = createConnection(options);
    this.subscriptions = new Subscriptions(this.#listener, signer, this.clock, this.counters, acceptUnsigned);
    this.heartbeat = new Heartbeat(this.#publisher, this.#listener, this.subscriptions, this.clock, host);
  }

  get isUp(): boolean {
    return this.heartbeat.isUp;
  }

  /**
   * Publishes, or counts that it did not. It neither throws nor waits.
   *
   * @param count - number of messages that it stands for
   */
  publish(command: PublishCommand, channel: string, message: Buffer | string, count = 1): boolean {
    this.batches?.flush();
    if (!this.isUp) {
      this.counters.droppedPublishes += count;
      return false;
    }
    const signed = this.signer.sign(channel, message, this.clock.now());
    this.#send([command, channel, signed], channel, signed.length, count)?.catch(() => {});
    return true;
  }

  /**
   * Sends any other command.
   *
   * @throws {Error} when Redis is away, refuses, or takes longer than the time limit
   */
  async command(args: readonly (string | Buffer)[], key?: string): Promise<unknown> {
    if (!this.isUp) throw this.#away();
    const { timeoutMs } = this.options;
    const late = (): Error => new Error(`Redis did not answer within ${timeoutMs} ms`);
    const answer = this.#publisher.send(args, key);
    // Others, such as a script that fails, are the business of the one who asks.
    answer.catch((error: unknown) => {
      if (/^NOPERM /.test(reasonOf(error))) this.heartbeat.refused(error);
    });
    return withDeadline(answer, timeoutMs, late);
  }

  /**
   * Appends to a stream; rejects as `command` does, and counts it.
   *
   * @param count - number of messages that it stands for
   */
  append(args: readonly string[], key: string, count = 1): Promise<unknown> {
    let bytes = 0;
    for (const arg of args) bytes += arg.length;
    const { isUp } = this;
    if (!isUp) this.counters.droppedPublishes += count;
    const sent = isUp ? this.#send(args, key, bytes, count) : null;
    return sent ?? Promise.reject(this.#away());
  }

  /** Resolves when pending subscriptions are confirmed; null when none is pending. */
  confirmed(): Promise<void> | null {
    return this.subscriptions.confirmed();
  }

  /** Opens another connection, for commands that block. */
  openConnection(): Connection {
    const connection = createConnection(this.options);
    connection.open({ onError: this.heartbeat.interrupt, onReady: () => {} });
    return connection;
  }

  health(): AdapterHealth {
    const { reason, since, outages } = this.heartbeat;
    return {
      status: reason === null ? 'ok' : 'degraded',
      since,
      reason,
      counters: { ...this.counters, ...outages },
    };
  }

  /** Closes the connections after the last messages, such as the goodbye to other nodes: node-redis writes them in a later turn. */
  async close(): Promise<void> {
    this.batches?.flush();
    const end = performance.now() + FLUSH_MS;
    while (this.isUp && this.#inFlight > 0 && performance.now() < end) await sleep(2);
    this.heartbeat.close();
    this.subscriptions.close();
    this.#publisher.destroy();
    this.#listener.destroy();
    this.host.logger.debug({ event: 'redis.closed' });
  }

  /** Returns null when too much is in flight: a frozen Redis takes nothing, and its silence is not noticed at once. */
  #send(
    args: readonly (string | Buffer)[],
    key: string,
    bytes: number,
    count: number,
  ): Promise<unknown> | null {
    if (this.#inFlight >= MAX_IN_FLIGHT || this.#inFlightBytes + bytes > MAX_IN_FLIGHT_BYTES) {
      this.counters.droppedPublishes += count;
      return null;
    }
    this.#inFlight += count;
    this.#inFlightBytes += bytes;
    const startedAt = performance.now();
    const settle = (): void => {
      this.#inFlight -= count;
      this.#inFlightBytes -= bytes;
      if (performance.now() - startedAt > this.options.timeoutMs) this.counters.latePublishes += count;
    };
    return this.#publisher.send(args, key).then(
      (answer) => {
        settle();
        return answer;
      },
      (error: unknown) => {
        settle();
        this.counters.failedPublishes += count;
        this.heartbeat.refused(error);
        throw error;
      },
    );
  }

  #away(): Error {
    return new Error(`Redis is away: ${this.heartbeat.reason}`);
  }
}
