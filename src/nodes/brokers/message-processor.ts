import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isPromise } from 'node:util/types';
import { backoffMs } from '../../base/backoff.js';
import type { Logger } from '../../base/logger.js';
import { reasonOf } from '../../base/show.js';
import type { CheckedOptions } from './consume-options.js';
import type { Counting } from './consumer-health.js';
import { type DeadLetter, type Message, parsePayload, RejectedMessage } from './message.js';
import type { Delivery } from './source.js';

/** Handler of messages. A message is acknowledged when it returns, or its promise resolves. */
export type Handler<TPayload = unknown> = (message: Message<TPayload>) => unknown;

type Failure = { readonly error: unknown } | null;

/** Longest pause between two attempts. */
const MAX_PAUSE_MS = 30_000;

/** Processes each message from its delivery to its settlement. No method rejects. */
export class MessageProcessor {
  /** Aborts the handlers that still run when `close()` waits no longer. */
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

  /** @param over - aborts when the message can no longer be settled, or the consumer closes */
  async process(delivery: Delivery, over: AbortSignal): Promise<void> {
    if (over.aborted) return this.#settle(delivery, 'release');
    this.counters.delivered++;
    const deliveries = countOf(delivery);
    if (deliveries > 1) this.counters.redelivered++;
    const { attempts } = this.options;
    if (deliveries > attempts) return this.#deadLetter(delivery, 'failed', attempts, null, over);
    for (let attempt = deliveries; ; attempt++) {
      const failure = await this.#try(delivery, attempt);
      if (failure === null) {
        this.counters.handled++;
        return this.#settle(delivery, 'ack');
      }
      if (this.abandoned.signal.aborted) return this.#settle(delivery, 'release');
      const { error } = failure;
      if (error instanceof RejectedMessage)
        return this.#deadLetter(delivery, error.reason, attempt, error, over);
      this.counters.failed++;
      this.#warn('broker.handler-failed', delivery, { attempt, error });
      if (attempt >= attempts) return this.#deadLetter(delivery, 'failed', attempt, error, over);
      await this.#pause(attempt - deliveries, over);
      if (over.aborted) return this.#settle(delivery, 'release');
    }
  }

  async #try(delivery: Delivery, attempt: number): Promise<Failure> {
    const { timeoutMs, decode, payload: schema } = this.options;
    const limit = new AbortController();
    const late = (): void => limit.abort(new Error(`the handler took longer than ${timeoutMs} ms`));
    const timer = setTimeout(late, timeoutMs);
    const stop = (): void => limit.abort(this.abandoned.signal.reason);
    this.abandoned.signal.addEventListener('abort', stop);
    const over = new Promise((_, reject) => {
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason));
    });
    const { headers, id, topic, key } = delivery;
    const rest = { headers, id, topic, key, redelivered: countOf(delivery) > 1, attempt };
    const run = async (): Promise<void> => {
      const payload = await parsePayload(delivery, decode, schema);
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

  /** Sends a message to the dead letters, and tries again while the broker cannot take it; until then it is not settled. */
  async #deadLetter(
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
        return this.#callHook({ id, topic, body, headers: delivery.headers, reason, attempts, error, kept });
      } catch (failure) {
        if (tries === 0) this.#warn('broker.dead-letter-failed', delivery, { error: failure });
      }
      await this.#pause(tries, over);
    }
    return this.#settle(delivery, 'release');
  }

  #callHook(letter: DeadLetter): void {
    const failed = (error: unknown): void =>
      this.logger.error({ event: 'broker.hook-failed', source: this.source, hook: 'onDeadLetter', error });
    try {
      const result = this.options.onDeadLetter?.(letter);
      if (isPromise(result)) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Settles a message. Where the connection broke meanwhile, that fails and the broker delivers it again. */
  async #settle(delivery: Delivery, how: 'ack' | 'release'): Promise<void> {
    try {
      await delivery[how]();
    } catch (error) {
      this.logger.debug({ event: `broker.${how}-failed`, source: this.source, error });
    }
  }

  async #pause(failures: number, over: AbortSignal): Promise<void> {
    const ms = backoffMs(failures, { firstMs: this.options.retryDelayMs, maxMs: MAX_PAUSE_MS });
    await sleep(ms, undefined, { signal: over }).catch(() => {});
  }

  #warn(event: string, { id, topic }: Delivery, fields: Readonly<Record<string, unknown>>): void {
    this.logger.warn({ event, source: this.source, topic, messageId: id ?? undefined, ...fields });
  }
}

/** Returns the number of deliveries, which a source takes from the message: without a number, no attempt would be the last. */
function countOf({ deliveries }: Delivery): number {
  return Number.isSafeInteger(deliveries) && deliveries > 0 ? deliveries : 1;
}
