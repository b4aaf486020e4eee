import type { Position } from '../contract/position.js';
import { TopicLog } from './topic-log.js';
import type {
  Change,
  NewChange,
  PublishConditions,
  PublishResult,
  TopicListener,
  TopicQuery,
  TopicRead,
  TopicRule,
  TopicStore,
} from './topics.js';

const SWEEP_MS = 1_000;

/** Topics in the memory of one process. */
export class MemoryTopics implements TopicStore {
  readonly isRemote = false;
  readonly #logs = new Map<string, TopicLog>();
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

  #logOf(topic: string): TopicLog {
    const known = this.#logs.get(topic);
    if (known !== undefined) return known;
    const log = new TopicLog();
    this.#logs.set(topic, log);
    this.#sweeper ??= setInterval(this.#sweep, SWEEP_MS).unref();
    return log;
  }

  #announce(topic: string, { position: { epoch } }: TopicLog, made: readonly Change[]): void {
    if (made.length > 0) this.#listeners.get(topic)?.changed(epoch, made);
  }

  readonly #sweep = (): void => {
    const now = performance.now();
    for (const [topic, log] of this.#logs) {
      const isAwaited = log.position.offset === 0 && this.#listeners.has(topic);
      if (log.forgottenAt <= now && !isAwaited) void this.delete(topic);
      else this.#announce(topic, log, log.expire(now));
    }
  };
}
