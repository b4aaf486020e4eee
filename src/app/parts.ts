import type { Logger } from '../base/logger.js';

/** Something that an application opens and closes; `open` and `close` may be asynchronous. */
export interface Part {
  /** Name for the log, such as `adapter`. */
  readonly name: string;
  /** Opens the part; a throw ends the start. What a failed `open` began itself, it ends itself. */
  open?(): unknown;
  /** Closes what `open` opened. */
  close?(): unknown;
}

/** An ordered list of parts: opened from the first to the last, closed from the last that is open to the first. */
export class Parts {
  readonly #opened: Part[] = [];
  #opening: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(
    private readonly parts: readonly Part[],
    private readonly logger: Logger,
  ) {}

  /**
   * Opens all parts in order.
   *
   * @throws what the first part that fails throws; `close()` closes those before it
   */
  open(): Promise<void> {
    this.#opening = this.#open();
    return this.#opening;
  }

  /** Stops opening after the part that opens now. It never rejects: `open` does. */
  async stop(): Promise<void> {
    this.#isClosing = true;
    await this.#opening.catch(() => {});
  }

  /**
   * Closes what is open, once opening has stopped. A part that fails keeps no other part open.
   *
   * @throws {AggregateError} what parts failed with, after all are closed
   */
  async close(): Promise<void> {
    await this.stop();
    const errors: unknown[] = [];
    for (let part = this.#opened.pop(); part !== undefined; part = this.#opened.pop()) {
      try {
        await part.close?.();
      } catch (error) {
        this.logger.error({ event: 'app.close-failed', part: part.name, error });
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} part(s) failed to close`);
  }

  async #open(): Promise<void> {
    for (const part of this.parts) {
      if (this.#isClosing) throw new Error('the application was closed while it started');
      await part.open?.();
      this.#opened.push(part);
    }
  }
}
