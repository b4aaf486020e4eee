import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ChannelMessages, ChannelName, LimitMessage, LogMessage } from '../base/channels.js';
import { catchRejection } from '../base/deadline.js';
import type { Logger } from '../base/logger.js';
import { BoundedLog } from '../base/logger.js';

/** Subscribers of one application. A subscriber that throws changes nothing, and is logged once. */
export class Watchers {
  readonly #ends = new Set<() => void>();

  constructor(
    private readonly app: string,
    private readonly logger: Logger,
  ) {}

  /**
   * Calls a function with each message of this application on a channel.
   *
   * @returns a function that ends the subscription
   */
  watch<TName extends ChannelName>(
    name: TName,
    onMessage: (message: ChannelMessages[TName]) => unknown,
  ): () => void {
    let hasFailed = false;
    const fail = (error: unknown): void => {
      if (hasFailed) return;
      hasFailed = true;
      this.logger.error({ event: 'app.watcher-failed', channel: name, error });
    };
    const listener = (given: unknown): void => {
      const message = given as ChannelMessages[TName];
      if (message.app !== this.app) return; // of another application of this process
      try {
        catchRejection(onMessage(message), fail);
      } catch (error) {
        fail(error);
      }
    };
    const end = (): void => {
      unsubscribe(name, listener);
      this.#ends.delete(end);
    };
    subscribe(name, listener);
    this.#ends.add(end);
    return end;
  }

  /** Ends all subscriptions. */
  close(): void {
    for (const end of [...this.#ends]) end();
  }
}

/**
 * Writes the log of an application: records of `gatewire:log` as they are, and those of `gatewire:limit`, which clients
 * cause at will, a few per limit and minute.
 *
 * @returns function that writes how much was left out
 */
export function writeLog(logger: Logger, watchers: Watchers): () => void {
  const bounded = new BoundedLog(logger);
  watchers.watch('gatewire:log', ({ level, record }: LogMessage) => logger[level](record));
  watchers.watch('gatewire:limit', ({ limit, event, fields }: LimitMessage) => {
    // Rules without a number, such as `origins`, are named by the field `option`.
    const name = 'option' in fields ? null : { limit };
    bounded.write(limit, { event, ...name, ...fields });
  });
  return () => bounded.close();
}
