import { setMaxListeners } from 'node:events';
import { isPromise } from 'node:util/types';
import type { Logger } from '../../base/logger.js';
import type { CheckedOptions } from './consume-options.js';
import type { Counting } from './consumer-health.js';
import type { DeadLetter, Message } from './message.js';
import { parse, Unfit } from './parse.js';
import { reasonOf } from './reason.js';
import type { Delivery } from './source.js';
import { backoffMs, pause } from './waiting.js';

/** What the application does with a message. It is acknowledged when this returns, or its promise resolves. */
export type Handler<TPayload = unknown> = (message: Message<TPayload>) => unknown;

type Outcome = { readonly error: unknown } | null;

/** Takes messages one by one from delivery to settlement. Nothing here rejects. */
export class Handling {
  /** Aborts when `close()` waits no longer. */
  readonly abandoned = new AbortController();

  constructor(
    private readonly source: string,
    private readonly handler: Handler<never>,
    private readonly options: CheckedOptions,
    private readonly counters: Counting,
    private readonly logger: Logger,
  ) {
    setMaxListeners(0, this.abandoned.signal); // one for each message that is handled
  }

  /** @param over - aborts when the message can no longer be settled, or the consumer is closing */
  async take(delivery: Delivery, over: AbortSignal): Promise<void> {
    if (over.aborted) return this.#settle(delivery, 'release');
    this.counters.delivered++;
    if (delivery.deliveries > 1) this.counters.redelivered++;
    const { attempts, retryDelayMs } = this.options;
    if (delivery.deliveries > attempts) return this.#giveUp(delivery, 'failed', attempts, null, over);
    for (let attempt = delivery.deliveries; ; attempt++) {
      const failure = await this.#try(delivery, attempt);
      if (failure === null) {
        this.counters.handled++;
        return this.#settle(delivery, 'ack');
      }
      if (this.abandoned.signal.aborted) return this.#settle(delivery, 'release');
      const { error } = failure;
      if (error instanceof Unfit) return this.#giveUp(delivery, error.reason, attempt, error, over);
      this.counters.failed++;
      this.#warn('broker.handler-failed', delivery, { attempt, error });
      if (attempt >= attempts) return this.#giveUp(delivery, 'failed', attempt, error, over);
      await pause(backoffMs(retryDelayMs, attempt - delivery.deliveries), over);
      if (over.aborted) return this.#settle(delivery, 'release');
    }
  }

  async #try(delivery: Delivery, attempt: number): Promise<Outcome> {
    const { timeoutMs } = this.options;
    const limit = new AbortController();
    const late = (): void => limit.abort(new Error(`the handler took longer than ${timeoutMs} ms`));
    const timer = setTimeout(late, timeoutMs);
    const stop = (): void => limit.abort(this.abandoned.signal.reason);
    this.abandoned.signal.addEventListener('abort', stop);
    const over = new Promise((_, reject) => {
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason));
    });
    const { headers, id, topic, key } = delivery;
    const rest = { headers, id, topic, key, redelivered: delivery.deliveries > 1, attempt };
    const run = async (): Promise<void> => {
      const payload = await parse(delivery, this.options);
      await this.handler({ ...rest, payload: payload as never, signal: limit.signal });
    };
    try {
      await Promise.race([run(), over]);
      return null;
    } catch (error) {
      return { error };
    } finally {
      clearTimeout(timer);
      this.abandoned.signal.removeEventListener('abort', stop);
    }
  }

  /** A broker that cannot take the dead letter now gets it later; until then the message is not settled. */
  async #giveUp(
    delivery: Delivery,
    reason: DeadLetter['reason'],
    attempts: number,
    error: unknown,
    over: AbortSignal,
  ): Promise<void> {
    const headers = {
      'gatewire-reason': reason,
      'gatewire-error': error === null ? '' : reasonOf(error).replace(/[^\x20-\x7e]/g, '?'),
      'gatewire-attempts': String(attempts),
      'gatewire-topic': delivery.topic,
    };
    for (let tries = 0; !over.aborted; tries++) {
      try {
        const kept = await delivery.giveUp(headers);
        if (kept) this.counters.deadLettered++;
        else this.counters.dropped++;
        this.#warn('broker.gave-up', delivery, { reason, attempts, kept, error: error ?? undefined });
        const { id, topic, body } = delivery;
        return this.#tell({ id, topic, body, headers: delivery.headers, reason, attempts, error, kept });
      } catch (failure) {
        if (tries === 0) this.#warn('broker.dead-letter-failed', delivery, { error: failure });
      }
      await pause(backoffMs(this.options.retryDelayMs, tries), over);
    }
    return this.#settle(delivery, 'release');
  }

  #tell(letter: DeadLetter): void {
    const failed = (error: unknown): void =>
      this.logger.error({ event: 'broker.hook-failed', source: this.source, hook: 'onDeadLetter', error });
    try {
      const told = this.options.onDeadLetter?.(letter);
      if (isPromise(told)) told.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** What cannot be settled any more, because the connection broke meanwhile, the broker delivers again. */
  async #settle(delivery: Delivery, how: 'ack' | 'release'): Promise<void> {
    try {
      await delivery[how]();
    } catch (error) {
      this.logger.debug({ event: `broker.${how}-failed`, source: this.source, error });
    }
  }

  #warn(event: string, { id, topic }: Delivery, fields: Readonly<Record<string, unknown>>): void {
    this.logger.warn({ event, source: this.source, topic, messageId: id ?? undefined, ...fields });
  }
}
