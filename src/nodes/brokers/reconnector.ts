import { setMaxListeners } from 'node:events';
import type { Status } from './consumer-health.js';
import type { Delivery, Session, Source } from './source.js';
import { atMost, backoffMs, pause } from './waiting.js';

const OPEN_MS = 30_000;
const CLOSE_MS = 3_000;
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 5_000;

/** @param over - aborts when the message can no longer be settled, or the consumer is closing */
export type Deliver = (delivery: Delivery, over: AbortSignal) => Promise<void>;

/** Keeps a source open: connects, and connects again with growing pauses until it is stopped. It never rejects. */
export class Lifeline {
  readonly #end = new AbortController();
  readonly #living: Promise<void>;
  #session: Session | null = null;
  #over = new AbortController();
  #break: (error: unknown) => void = () => {};

  constructor(
    private readonly source: Source,
    private readonly concurrency: number,
    private readonly status: Status,
    private readonly deliver: Deliver,
  ) {
    this.#living = this.#live();
  }

  /** Takes no further messages, and connects no more. */
  async stop(): Promise<void> {
    this.#end.abort();
    this.#over.abort();
    this.#break(null);
    const session = this.#session;
    if (session !== null) await atMost(CLOSE_MS, () => session.stop());
  }

  /** Lets the connection go, after `stop`. */
  async close(): Promise<void> {
    await atMost(CLOSE_MS, () => this.#living);
    if (this.#session !== null) await quit(this.#session);
  }

  async #live(): Promise<void> {
    for (let tries = 0; !this.#end.signal.aborted; tries++) {
      const startedAt = performance.now();
      const error = await this.#once();
      if (this.#end.signal.aborted) return;
      this.status.down(error);
      if (performance.now() - startedAt > MAX_WAIT_MS) tries = 0;
      await pause(backoffMs(FIRST_WAIT_MS, tries, MAX_WAIT_MS), this.#end.signal);
    }
  }

  /** One session from its start to its end; returns why it ended. When it was stopped, `close` lets it go. */
  async #once(): Promise<unknown> {
    const over = new AbortController();
    setMaxListeners(0, over.signal); // one for each message that waits
    this.#over = over;
    const broken = new Promise<unknown>((resolve) => {
      this.#break = resolve;
    });
    try {
      const session = await this.#open(over.signal, broken);
      this.#session = session;
      this.status.up();
      const error = await broken;
      if (this.#end.signal.aborted) return null;
      this.#session = null;
      over.abort();
      await quit(session);
      return error;
    } catch (error) {
      over.abort();
      return error;
    }
  }

  /** What breaks, is stopped or takes too long before it is open fails; a session that comes all the same is closed. */
  async #open(over: AbortSignal, broken: Promise<unknown>): Promise<Session> {
    const { source, concurrency, status } = this;
    const fail = this.#break;
    const opening = (async () =>
      source.open({
        concurrency,
        broken: fail,
        deliver: (delivery) => this.deliver(delivery, over),
        dropped: () => void status.counters.dropped++,
      }))();
    const failing = broken.then((error) => Promise.reject(error));
    const limit = setTimeout(() => fail(new Error(`no connection within ${OPEN_MS} ms`)), OPEN_MS);
    try {
      return await Promise.race([opening, failing]);
    } catch (error) {
      opening.then(quit, () => {});
      throw error;
    } finally {
      clearTimeout(limit);
    }
  }
}

function quit(session: Session): Promise<void> {
  return atMost(CLOSE_MS, () => session.close());
}
