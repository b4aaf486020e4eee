import { settlesWithin } from '../../base/deadline.js';
import { loggerFrom } from '../../base/logger.js';
import { BootError } from '../../errors/boot-error.js';
import { type CheckedOptions, type ConsumeOptions, checkConsume } from './consume-options.js';
import { type ConsumerHealth, ConsumerStatus } from './consumer-health.js';
import { type Handler, MessageProcessor } from './message-processor.js';
import { Reconnector } from './reconnector.js';
import type { Source } from './source.js';

/** Consumer of the messages of a broker. */
export interface Consumer {
  /** State of the connection, and counts of messages. */
  readonly health: ConsumerHealth;
  /**
   * Takes no more messages, waits for running handlers, and disconnects. Messages that wait for another attempt go back
   * to the broker. Close it before the application, with `app.beforeClose`: later emits of a handler reach no client. It
   * may be called more than once, and never rejects.
   */
  close(): Promise<void>;
}

/**
 * Passes the messages of a broker to a function, each at least once. It returns at once: while the broker is away it
 * keeps connecting, and `health` has the reason. A message is acknowledged when its handler has finished; one whose
 * handler throws is tried again, and goes to the dead letters when no attempt is left.
 *
 * @param source - `rabbitmq(…)`, `nats(…)`, `kafka(…)`, or the application's own
 * @param handler - gets one message; a promise that it returns is awaited
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
  readonly #status: ConsumerStatus;
  readonly #processor: MessageProcessor;
  readonly #reconnector: Reconnector;
  readonly #running = new Set<Promise<void>>();
  readonly #closeTimeoutMs: number;
  #closing: Promise<void> | null = null;

  constructor(source: Source, handler: Handler<never>, options: CheckedOptions) {
    const { logger, concurrency, closeTimeoutMs } = options;
    const log = loggerFrom(logger);
    this.#status = new ConsumerStatus(source.label, log);
    this.#processor = new MessageProcessor(source.label, handler, options, this.#status.counters, log);
    this.#closeTimeoutMs = closeTimeoutMs;
    this.#reconnector = new Reconnector(source, concurrency, this.#status, (delivery, over) => {
      const taken = this.#processor.process(delivery, over);
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
      await this.#reconnector.stop();
      await Promise.all(this.#running);
    };
    await settlesWithin(settled(), this.#closeTimeoutMs);
    this.#processor.abandoned.abort(new Error('the consumer is closed'));
    await this.#reconnector.close();
    this.#status.close();
  }
}
