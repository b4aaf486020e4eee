import type { Logger, LogRecord } from '../base/logger.js';

/** Keeps the log of an application under test, and what nobody expected in it. */
export class TestLog implements Logger {
  /** Every record, in order. */
  readonly records: (LogRecord & { readonly level: keyof Logger })[] = [];
  #unexpected: unknown[] = [];

  /** Keeps a record. */
  readonly debug = (record: LogRecord): void => this.#keep('debug', record);
  /** Keeps a record. */
  readonly info = (record: LogRecord): void => this.#keep('info', record);
  /** Keeps a record. */
  readonly warn = (record: LogRecord): void => this.#keep('warn', record);
  /** Keeps a record, and notes that nobody expected it. */
  readonly error = (record: LogRecord): void => {
    this.#keep('error', record);
    this.#unexpected.push(record['error'] ?? record);
  };

  /** Notes something that went wrong outside of any call. */
  readonly unhandled = (error: unknown): void => {
    this.#unexpected.push(error);
  };

  /** Returns the errors so far and forgets them: a test that provokes errors takes them. */
  takeErrors(): unknown[] {
    const errors = this.#unexpected;
    this.#unexpected = [];
    return errors;
  }

  #keep(level: keyof Logger, record: LogRecord): void {
    this.records.push({ ...record, level });
  }
}
