import { randomBytes } from 'node:crypto';
import type { Position } from '../contract/position.js';
import type { Change, NewChange, PublishConditions, PublishResult, TopicRule, TopicState } from './topics.js';

/** Idempotency keys that are known of one topic, at most; the oldest ones are forgotten. */
const MAX_KNOWN = 10_000;

/** Result of an idempotency key. */
interface Known {
  readonly position: Position;
  /** Time until which the key is known. */
  readonly until: number;
}

/** Makes a mark of eight characters, for an epoch or a tag. */
export function newMark(): string {
  return randomBytes(6).toString('base64url').replaceAll('-', '_');
}

/** Changes and state of one topic in memory. All times are on `performance.now()`. */
export class TopicLog {
  position: Position = { epoch: newMark(), offset: 0, tag: '' };
  /** The latest changes, the oldest first. */
  readonly changes: Change[] = [];
  /** Time at which the topic is forgotten; an hour for one that was only read, as the application may be asked for any name. */
  forgottenAt = performance.now() + 3_600_000;
  #history = 0;
  // Most topics have one value: what the others need is made for them.
  #values: Map<string, string> | null = null;
  /** Times at which keys are removed, by key. */
  #ends: Map<string, number> | null = null;
  #firstEnd = Number.POSITIVE_INFINITY;
  /** Idempotency keys, the oldest first. */
  #known: Map<string, Known> | null = null;

  /** Makes changes, all or none. */
  publish(
    changes: readonly NewChange[],
    rule: TopicRule,
    { idempotencyKey, idempotencyMs, expect }: PublishConditions,
    now: number,
  ): { readonly result: PublishResult; readonly made: readonly Change[] } {
    const refuse = (outcome: PublishResult['outcome'], position = this.position) => ({
      result: { outcome, position },
      made: [],
    });
    const known = idempotencyKey === null ? undefined : this.#known?.get(idempotencyKey);
    if (known !== undefined && known.until > now) return refuse('repeated', known.position);
    const { epoch, offset } = this.position;
    if (expect !== null && (expect.epoch !== epoch || expect.offset !== offset)) return refuse('conflict');
    if (rule.maxEntries !== null && this.#countWith(changes) > rule.maxEntries) return refuse('full');
    const made = changes.map((change) => this.#apply(change, now));
    this.forgottenAt = now + rule.ttlMs;
    this.#history = rule.history;
    this.#trim();
    if (idempotencyKey !== null) this.#remember(idempotencyKey, now + idempotencyMs, now);
    return { result: { outcome: 'published', position: this.position }, made };
  }

  /** Removes the keys whose time has come. @returns the removals */
  expire(now: number): readonly Change[] {
    if (this.#ends === null || this.#firstEnd > now) return [];
    const over = [...this.#ends].filter(([, end]) => end <= now);
    const made = over.map(([key]) => this.#apply({ key, value: null, ttlMs: null }, now));
    this.#firstEnd = Math.min(Number.POSITIVE_INFINITY, ...this.#ends.values());
    this.#trim();
    return made;
  }

  state(): TopicState {
    return [...(this.#values ?? [])];
  }

  #apply({ key, value, ttlMs }: NewChange, now: number): Change {
    const { epoch, offset, tag } = this.position;
    this.#ends?.delete(key);
    if (value === null) this.#values?.delete(key);
    else {
      this.#values ??= new Map();
      this.#values.set(key, value);
      if (ttlMs !== null) this.#endAt(key, now + ttlMs);
    }
    const change = { offset: offset + 1, tag: newMark(), before: tag, key, value };
    this.position = { epoch, offset: change.offset, tag: change.tag };
    this.changes.push(change);
    return change;
  }

  #endAt(key: string, end: number): void {
    this.#ends ??= new Map();
    this.#ends.set(key, end);
    this.#firstEnd = Math.min(this.#firstEnd, end);
  }

  #remember(key: string, until: number, now: number): void {
    this.#known ??= new Map();
    for (const [oldest, known] of this.#known) {
      if (known.until > now && this.#known.size < MAX_KNOWN) break;
      this.#known.delete(oldest);
    }
    this.#known.set(key, { position: this.position, until });
  }

  #trim(): void {
    const extra = this.changes.length - this.#history;
    if (extra > 0) this.changes.splice(0, extra);
  }

  /** Number of keys with those of changes; one that is removed and set by the same publish counts. */
  #countWith(changes: readonly NewChange[]): number {
    const added = changes.filter(({ key, value }) => value !== null && this.#values?.has(key) !== true);
    return (this.#values?.size ?? 0) + new Set(added.map(({ key }) => key)).size;
  }
}
