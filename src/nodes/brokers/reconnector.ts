import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../base/backoff.js';
import { settlesWithin, withDeadline } from '../../base/deadline.js';
import type { ConsumerStatus } from './consumer-health.js';
import type { Delivery, Session, Source } from './source.js';

const OPEN_MS = 30_000;
const CLOSE_MS = 3_000;
const BACKOFF = { firstMs: 100, maxMs: 5_000 };

/** @param over - aborts when the message can no longer be settled, or the consumer closes */
export type Deliver = (delivery: Delivery, over: AbortSignal) => Promise<void>;

/** Keeps a source open: connects, and connects again with growing pauses until it is stopped. It never rejects. */
export class Reconnector {
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;
  #session: Session | null = null;
  #over = new AbortController();
  #endSession: (error: unknown) => void = () => {};

  constructor(
    private readonly source: Source,
    private readonly concurrency: number,
    private readonly status: ConsumerStatus,
    private readonly deliver: Deliver,
  ) {
    this.#running = this.#run();
  }

  /** Takes no more messages, and connects no more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#over.abort();
    this.#endSession(null);
    const session = this.#session;
    if (session !== null)
      await settlesWithin(
        calling(() => session.stop()),
        CLOSE_MS,
      );
  }

  /** Closes the connection, after `stop`. */
  async close(): Promise<void> {
    await settlesWithin(this.#running, CLOSE_MS);
    if (this.#session !== null) await close(this.#session);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    for (let failures = 0; !signal.aborted; failures++) {
      const startedAt = performance.now();
      const error = await this.#runSession();
      if (signal.aborted) return;
      this.status.down(error);
      if (performance.now() - startedAt > BACKOFF.maxMs) failures = 0;
      await sleep(backoffMs(failures, BACKOFF), undefined, { signal }).catch(() => {});
    }
  }

  /** Runs one session and returns the error that ended it. A stopped session is left to `close`. */
  async #runSession(): Promise<unknown> {
    const over = new AbortController();
    setMaxListeners(0, over.signal); // one for each message that waits
    this.#over = over;
    const broken = new Promise<unknown>((resolve) => {
      this.#endSession = resolve;
    });
    try {
      const session = await this.#open(over.signal, broken);
      this.#session = session;
      this.status.up();
      const error = await broken;
      if (this.#stopped.signal.aborted) return null;
      this.#session = null;
      over.abort();
      await close(session);
      return error;
    } catch (error) {
      over.abort();
      return error;
    }
  }

  /** Opens a session, and rejects when it breaks, is stopped or takes too long before; one that opens later is closed. */
  async #open(over: AbortSignal, broken: Promise<unknown>): Promise<Session> {
    const { source, concurrency, status } = this;
    const opening = calling(() =>
      source.open({
        concurrency,
        broken: this.#endSession,
        deliver: (delivery) => this.deliver(delivery, over),
        warn: (reason) => status.warn(reason),
        dropped: () => void status.counters.dropped++,
      }),
    );
    const failing = broken.then((error) => Promise.reject(error));
    const late = (): Error => new Error(`no connection within ${OPEN_MS} ms`);
    try {
      return await withDeadline(Promise.race([opening, failing]), OPEN_MS, late);
    } catch (error) {
      opening.then(close, () => {});
      throw error;
    }
  }
}

async function close(session: Session): Promise<void> {
  await settlesWithin(
    calling(() => session.close()),
    CLOSE_MS,
  );
}

/** Turns a throw of the application's own source into a rejection. */
async function calling<TResult>(run: () => Promise<TResult>): Promise<TResult> {
  return run();
}
