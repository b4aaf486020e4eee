import { loggerFrom } from '../../base/logger.js';
import { BootError } from '../../errors/boot-error.js';
import { type CheckedOptions, type ConsumeOptions, checkConsume } from './consume-options.js';
import { type ConsumerHealth, Status } from './consumer-health.js';
import { type Handler, Handling } from './message-processor.js';
import { Lifeline } from './reconnector.js';
import type { Source } from './source.js';
import { atMost } from './waiting.js';

/** Messages of a broker on their way to a handler. */
export interface Consumer {
  /** Whether there is a connection, why not, and counts of what happened. */
  readonly health: ConsumerHealth;
  /**
   * Takes nothing new, waits for handlers that run, and disconnects. What waits for a further try goes back to the
   * broker. Close it ahead of the application, with `app.beforeClose`: what a handler emits after it reaches nobody. It may
   * be called more than once, and never rejects.
   */
  close(): Promise<void>;
}

/**
 * Hands the messages of a broker to a function, each at least once. It returns at once: while the broker is away it
 * tries again and again, and `health` says why. A message is acknowledged when its handler has finished; one whose
 * handler throws is tried again, and goes to the dead letters when no attempt is left.
 *
 * @param source - `rabbitmq(…)`, `nats(…)`, `kafka(…)`, or a source of the application's own
 * @param handler - gets one message; what it returns is awaited
 * @param options - schema, concurrency, attempts and time limits
 * @throws {BootError} when options are wrong or the client package of the source is not installed, with all problems
 * @example
 * const emitter = app.get(Emitter);
 * const orders = consume(
 *   rabbitmq({ url: process.env.RABBITMQ_URL, queue: 'orders' }),
 *   ({ payload }) => emitter.namespace(shop).to(`order:${payload.id}`).emit('order:changed', payload),
 *   { payload: z.object({ id: z.string(), state: z.string() }) },
 * );
 */
export function consume<TPayload = unknown>(
  source: Source,
  handler: Handler<TPayload>,
  options: ConsumeOptions<TPayload> = {},
): Consumer {
  const checked = checkConsume(source, handler, options);
  if (checked.problems.length > 0) throw new BootError(checked.problems);
  return new BrokerConsumer(source, handler as Handler<never>, checked.options);
}

class BrokerConsumer implements Consumer {
  readonly #status: Status;
  readonly #handling: Handling;
  readonly #lifeline: Lifeline;
  readonly #running = new Set<Promise<void>>();
  readonly #closeTimeoutMs: number;
  #closing: Promise<void> | null = null;

  constructor(source: Source, handler: Handler<never>, options: CheckedOptions) {
    const { logger, concurrency, closeTimeoutMs } = options;
    const log = loggerFrom(logger);
    this.#status = new Status(source.label, log);
    this.#handling = new Handling(source.label, handler, options, this.#status.counters, log);
    this.#closeTimeoutMs = closeTimeoutMs;
    this.#lifeline = new Lifeline(source, concurrency, this.#status, (delivery, over) => {
      const taken = this.#handling.take(delivery, over);
      this.#running.add(taken);
      void taken.then(() => this.#running.delete(taken));
      return taken;
    });
  }

  get health(): ConsumerHealth {
    return this.#status.health;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const settled = async () => {
      await this.#lifeline.stop();
      await Promise.all(this.#running);
    };
    await atMost(this.#closeTimeoutMs, settled);
    this.#handling.abandoned.abort(new Error('the consumer is closed'));
    await this.#lifeline.close();
    this.#status.close();
  }
}
