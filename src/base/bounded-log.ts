import type { LogRecord } from './logger.js';

const WINDOW_MS = 60_000;
const LINES_PER_WINDOW = 10;

interface Window {
  endsAt: number;
  lines: number;
  suppressed: number;
}

/** Writes what clients cause, a few lines per kind and minute: refused clients must not fill the disk. */
export class BoundedLog {
  readonly #windows = new Map<string, Window>();

  constructor(private readonly warn: (record: LogRecord) => void) {}

  /**
   * Writes a line, or counts it when there were enough of its kind. The next line says how many were left out.
   *
   * @param kind - one of a closed set, never text of a client
   */
  write(kind: string, record: LogRecord): void {
    const now = Date.now();
    const window = this.#windows.get(kind) ?? { endsAt: 0, lines: 0, suppressed: 0 };
    this.#windows.set(kind, window);
    if (now >= window.endsAt) {
      window.endsAt = now + WINDOW_MS;
      window.lines = 0;
    }
    if (window.lines === LINES_PER_WINDOW) {
      window.suppressed++;
      return;
    }
    window.lines++;
    const { suppressed } = window;
    window.suppressed = 0;
    this.warn(suppressed === 0 ? record : { ...record, suppressed });
  }
}
