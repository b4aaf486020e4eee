/** Where a limit says that it refused. */
export type Warn = (record: { readonly event: string; readonly [field: string]: unknown }) => void;

const SILENCE_MS = 10_000;

interface Notice {
  count: number;
  silent: number;
  saidAt: number;
}

/**
 * Counts refusals and tells the log, of each limit at most once in ten seconds: clients cause them, and one that
 * wants to could otherwise fill the log.
 */
export class Notices {
  readonly #notices = new Map<string, Notice>();

  constructor(private readonly warn: Warn) {}

  /**
   * @param event - what happened, as `noun.verb`
   * @param limit - the option that decides
   */
  note(event: string, limit: string, fields: object = {}): void {
    const now = performance.now();
    let notice = this.#notices.get(limit);
    if (notice === undefined) {
      notice = { count: 0, silent: 0, saidAt: Number.NEGATIVE_INFINITY };
      this.#notices.set(limit, notice);
    }
    notice.count++;
    if (now - notice.saidAt < SILENCE_MS) {
      notice.silent++;
      return;
    }
    const { silent } = notice;
    notice.saidAt = now;
    notice.silent = 0;
    this.warn({ event, limit, ...fields, ...(silent === 0 ? null : { unsaid: silent }) });
  }

  /** How often each limit has refused. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#notices].map(([limit, { count }]) => [limit, count]));
  }
}
