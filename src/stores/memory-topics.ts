import { randomBytes } from 'node:crypto';
import type { Position } from '../contract/position.js';
import type {
  Change,
  NewChange,
  PublishConditions,
  PublishResult,
  TopicListener,
  TopicQuery,
  TopicRead,
  TopicRule,
  TopicState,
  TopicStore,
} from './topics.js';

const SWEEP_MS = 1_000;

/** Makes a mark of eight characters, for an epoch or a tag. */
export function newMark(): string {
  return randomBytes(6).toString('base64url').replaceAll('-', '_');
}

/** Topics in the memory of one process. */
export class MemoryTopics implements TopicStore {
  readonly isRemote = false;
  readonly #logs = new Map<string, Log>();
  readonly #listeners = new Map<string, TopicListener>();
  #sweeper: NodeJS.Timeout | null = null;

  async publish(
    topic: string,
    changes: readonly NewChange[],
    rule: TopicRule,
    conditions: PublishConditions,
  ): Promise<PublishResult> {
    const log = this.#logOf(topic);
    this.#announce(topic, log, log.expire(performance.now()));
    const { result, made } = log.publish(changes, rule, conditions, performance.now());
    this.#announce(topic, log, made);
    return result;
  }

  async read(topic: string, { after, state }: TopicQuery): Promise<TopicRead> {
    const log = this.#logOf(topic);
    this.#announce(topic, log, log.expire(performance.now()));
    return {
      position: log.position,
      changes: after === null ? [] : log.changes.filter(({ offset }) => offset > after),
      state: state ? log.state() : [],
    };
  }

  async fork(): Promise<void> {
    // A log in memory loses nothing that it has told of.
  }

  async delete(topic: string): Promise<boolean> {
    const hasChanges = (this.#logs.get(topic)?.position.offset ?? 0) > 0;
    this.#logs.delete(topic);
    this.#listeners.get(topic)?.touched();
    return hasChanges;
  }

  async positions(topics: readonly string[]): Promise<readonly (Position | null)[]> {
    return topics.map((topic) => this.#logs.get(topic)?.position ?? null);
  }

  async watch(topic: string, listener: TopicListener): Promise<void> {
    this.#listeners.set(topic, listener);
  }

  unwatch(topic: string): void {
    this.#listeners.delete(topic);
    // Clients choose which topics are read: what has nothing in it does not stay for them.
    if (this.#logs.get(topic)?.position.offset === 0) this.#logs.delete(topic);
  }

  close(): void {
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
    this.#sweeper = null;
    this.#logs.clear();
    this.#listeners.clear();
  }

  #logOf(topic: string): Log {
    const known = this.#logs.get(topic);
    if (known !== undefined) return known;
    const log = new Log();
    this.#logs.set(topic, log);
    this.#sweeper ??= setInterval(this.#sweep, SWEEP_MS).unref();
    return log;
  }

  #announce(topic: string, { position: { epoch } }: Log, made: readonly Change[]): void {
    if (made.length > 0) this.#listeners.get(topic)?.changed(epoch, made);
  }

  readonly #sweep = (): void => {
    const now = performance.now();
    for (const [topic, log] of this.#logs) {
      if (log.forgottenAt <= now) void this.delete(topic);
      else this.#announce(topic, log, log.expire(now));
    }
  };
}

/** Changes and state of one topic. */
class Log {
  position: Position = { epoch: newMark(), offset: 0, tag: '' };
  readonly changes: Change[] = [];
  forgottenAt = Number.POSITIVE_INFINITY;
  #history = 0;
  readonly #values = new Map<string, string>();
  /** Times at which keys are removed, by key. */
  readonly #ends = new Map<string, number>();
  /** Results of idempotency keys, the oldest first. */
  readonly #known = new Map<string, { readonly position: Position; readonly until: number }>();

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
    for (const [key, { until }] of this.#known) {
      if (until > now) break;
      this.#known.delete(key);
    }
    const known = idempotencyKey === null ? undefined : this.#known.get(idempotencyKey);
    if (known !== undefined) return refuse('repeated', known.position);
    const { epoch, offset } = this.position;
    if (expect !== null && (expect.epoch !== epoch || expect.offset !== offset)) return refuse('conflict');
    if (rule.maxEntries !== null && this.#countAfter(changes) > rule.maxEntries) return refuse('full');
    const made = changes.map((change) => this.#apply(change, now));
    this.forgottenAt = now + rule.ttlMs;
    this.#history = rule.history;
    this.#trim();
    if (idempotencyKey !== null)
      this.#known.set(idempotencyKey, { position: this.position, until: now + idempotencyMs });
    return { result: { outcome: 'published', position: this.position }, made };
  }

  /** Removes the keys whose time has come. @returns the removals */
  expire(now: number): readonly Change[] {
    const over = [...this.#ends].filter(([, end]) => end <= now);
    const made = over.map(([key]) => this.#apply({ key, value: null, ttlMs: null }, now));
    this.#trim();
    return made;
  }

  state(): TopicState {
    return [...this.#values];
  }

  #apply({ key, value, ttlMs }: NewChange, now: number): Change {
    const { epoch, offset, tag } = this.position;
    this.#ends.delete(key);
    if (value === null) this.#values.delete(key);
    else {
      this.#values.set(key, value);
      if (ttlMs !== null) this.#ends.set(key, now + ttlMs);
    }
    const change = { offset: offset + 1, tag: newMark(), before: tag, key, value };
    this.position = { epoch, offset: change.offset, tag: change.tag };
    this.changes.push(change);
    return change;
  }

  #trim(): void {
    const extra = this.changes.length - this.#history;
    if (extra > 0) this.changes.splice(0, extra);
  }

  #countAfter(changes: readonly NewChange[]): number {
    const keys = new Set(this.#values.keys());
    for (const { key, value } of changes) {
      if (value === null) keys.delete(key);
      else keys.add(key);
    }
    return keys.size;
  }
}
