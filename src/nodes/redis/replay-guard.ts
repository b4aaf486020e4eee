import type { Stamp } from './signer.js';

/** Age of the first message of a sender, at most: what is older was seen, or is refused. */
const FIRST_MS = 60_000;
/** A first message may have been sent this long before the guard was there: clocks of other nodes are not exact, either. */
const START_MS = 5_000;
/** Senders and channels that are remembered at once: twice as many, and some 20 MB. */
const MAX_SENDERS = 50_000;

/** Largest error of the clock of Redis, as a node knows it. */
export const CLOCK_ERROR_MS = 1_000;

/** Clock of Redis. Those of nodes differ; what is compared with a time of a message is read from it. */
export class RedisClock {
  #offset: number | null = null;

  /** @param time - milliseconds since 1970, as Redis has just told */
  set(time: number): void {
    if (!Number.isFinite(time)) return;
    const offset = time - performance.now();
    // The answer that took the least time is the most exact one. A large difference is a clock that was set back.
    const isBack = this.#offset !== null && offset < this.#offset - CLOCK_ERROR_MS;
    if (this.#offset === null || offset > this.#offset || isBack) this.#offset = offset;
  }

  /** Milliseconds since 1970; 0 before Redis has told. */
  now(): number {
    return this.#offset === null ? 0 : performance.now() + this.#offset;
  }
}

/**
 * Tells messages that were sent before. Messages of one sender in one channel arrive in order, so that one number for both
 * is enough: what is not above it is refused. A sender that is not known is new here or was forgotten: its message has to
 * be younger than a minute, than this process, and than the time at which senders were forgotten last.
 */
export class ReplayGuard {
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  /** When the old ones ended and the young ones began, on `performance.now()`. */
  #startedAt = performance.now();
  /**
   * When the last message came of those that were forgotten, at the latest. What was sent before this process was there
   * counts as forgotten, too.
   */
  #forgottenAt = performance.now() - START_MS;

  /**
   * Tells whether a message is new, and remembers it.
   *
   * @param place - channel or stream
   * @param times - times by the clock of Redis that count as now: the present one, and that of the entry of a stream
   */
  accepts(place: string, { sender, count, sentAt }: Stamp, ...times: readonly number[]): boolean {
    const key = `${sender} ${place}`;
    const now = performance.now();
    if (now - this.#startedAt > FIRST_MS || this.#young.size >= MAX_SENDERS) this.#forget(now);
    const last = this.#young.get(key) ?? this.#old.get(key);
    if (last === undefined ? !this.#isFirst(sentAt, times, now) : count <= last) return false;
    this.#young.set(key, count);
    return true;
  }

  #isFirst(sentAt: number, times: readonly number[], now: number): boolean {
    return times.some((time) => isNear(time, sentAt) && now - (time - sentAt) > this.#forgottenAt);
  }

  #forget(now: number): void {
    if (this.#old.size > 0) this.#forgottenAt = this.#startedAt;
    this.#old = this.#young;
    this.#young = new Map();
    this.#startedAt = now;
  }
}

/** Tells whether a message was sent within a minute of a time; after one that was set back, too. */
export function isNear(time: number, sentAt: number): boolean {
  return Math.abs(time - sentAt) < FIRST_MS;
}
