import type { Worker } from 'node:cluster';
import { withDeadline } from '../../base/deadline.js';
import { MemoryRates, type RateRule, type RateStore } from '../../stores/rates.js';
import type { PrimaryChannel } from './primary-channel.js';

/** Message of a node that takes a token out of a bucket in the primary. */
interface TakeMessage {
  readonly type: 'gatewire:take';
  readonly id: number;
  readonly key: string;
  readonly rule: RateRule;
}

/** Answer of the primary: milliseconds until there is a token, 0 when one was taken. */
interface TakenMessage {
  readonly type: 'gatewire:taken';
  readonly id: number;
  readonly waitMs: number;
}

/** Longest wait for the primary, which has little else to do. */
const TIMEOUT_MS = 2_000;

/** Client of the buckets in the primary, which count for all nodes together. */
export class PrimaryRates implements RateStore {
  readonly #waiting = new Map<number, (waitMs: number) => void>();
  #lastId = 0;

  constructor(private readonly channel: PrimaryChannel) {
    channel.on('gatewire:taken', ({ id, waitMs }: TakenMessage) => this.#waiting.get(id)?.(waitMs));
  }

  /** @throws {Error} when the primary is gone, or does not answer in time */
  async take(key: string, { limit, windowMs, burst }: RateRule): Promise<number> {
    const id = ++this.#lastId;
    const answer = new Promise<number>((resolve) => this.#waiting.set(id, resolve));
    try {
      const message: TakeMessage = { type: 'gatewire:take', id, key, rule: { limit, windowMs, burst } };
      if (!this.channel.send(message, key.length)) throw new Error('the primary cannot be reached');
      return await withDeadline(
        answer,
        TIMEOUT_MS,
        () => new Error(`the primary did not answer within ${TIMEOUT_MS} ms`),
      );
    } finally {
      this.#waiting.delete(id);
    }
  }
}

/** Buckets of all nodes, in the primary. */
export class RateCounter {
  readonly #rates = new MemoryRates();

  /** Counts for a node until it ends. */
  add(worker: Worker): void {
    worker.on('message', (message: TakeMessage) => {
      if (message?.type !== 'gatewire:take') return;
      const { id, key, rule } = message;
      const answer: TakenMessage = { type: 'gatewire:taken', id, waitMs: this.#rates.take(key, rule) };
      // A node that ended meanwhile needs no answer.
      worker.send(answer, undefined, undefined, () => {});
    });
  }

  close(): void {
    this.#rates.close();
  }
}
