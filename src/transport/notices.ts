import { BoundedLog, type Warn } from './bounded-log.js';

/**
 * Counts refusals and tells the log, which a client that wants to could otherwise fill.
 */
export class Notices {
  readonly #counts = new Map<string, number>();
  readonly #log: BoundedLog;

  constructor(warn: Warn) {
    this.#log = new BoundedLog(warn);
  }

  /**
   * @param event - what happened, as `noun.verb`
   * @param limit - the option that decides
   */
  note(event: string, limit: string, fields: object = {}): void {
    this.#counts.set(limit, (this.#counts.get(limit) ?? 0) + 1);
    this.#log.write(limit, { event, limit, ...fields });
  }

  /** How often each limit has refused. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
