import type { Logger, LogRecord } from '../base/logger.js';

/** Log of an application under test, and the errors in it that the test has not taken. */
export class TestLog implements Logger {
  /** All records, in order. */
  readonly records: (LogRecord & { readonly level: keyof Logger })[] = [];
  #errors: unknown[] = [];

  /** Keeps a record. */
  readonly debug = (record: LogRecord): void => this.#keep('debug', record);
  /** Keeps a record. */
  readonly info = (record: LogRecord): void => this.#keep('info', record);
  /** Keeps a record. */
  readonly warn = (record: LogRecord): void => this.#keep('warn', record);
  /** Keeps a record, and its error for takeErrors(). */
  readonly error = (record: LogRecord): void => {
    this.#keep('error', record);
    this.#errors.push(record['error'] ?? record);
  };

  /** Keeps the error of an unhandled rejection for takeErrors(). */
  readonly unhandled = (error: unknown): void => {
    this.#errors.push(error);
  };

  /** Returns the errors so far and forgets them: a test that provokes errors calls it. */
  takeErrors(): unknown[] {
    const errors = this.#errors;
    this.#errors = [];
    return errors;
  }

  #keep(level: keyof Logger, record: LogRecord): void {
    this.records.push({ ...record, level });
  }
}
