import type { Position } from '../contract/position.js';

/** Rule of a topic, by which its store keeps it. */
export interface TopicRule {
  /** Number of changes that can be read again. */
  readonly history: number;
  /** Milliseconds after the last change until the topic is forgotten. */
  readonly ttlMs: number;
  /** Largest number of keys; null for a topic with one value. */
  readonly maxEntries: number | null;
}

/** A change to be made: a new value, or the removal of a key. */
export interface NewChange {
  /** Key of a keyed topic; empty in a topic with one value. */
  readonly key: string;
  /** JSON of the value; null removes the key. */
  readonly value: string | null;
  /** Milliseconds until the key is removed by itself; null for as long as the topic lives. */
  readonly ttlMs: number | null;
}

/** A change that was made. */
export interface Change {
  readonly offset: number;
  readonly tag: string;
  /** Tag of the change before this one. */
  readonly before: string;
  readonly key: string;
  readonly value: string | null;
}

/** Further conditions of a publish. */
export interface PublishConditions {
  /** The same key within `idempotencyMs` publishes nothing, and gives the first position. */
  readonly idempotencyKey: string | null;
  readonly idempotencyMs: number;
  /** Position that the topic has to have; the tag does not count. Null for any. */
  readonly expect: Pick<Position, 'epoch' | 'offset'> | null;
}

/** What became of a publish: `repeated` for a known idempotency key, `conflict` where `expect` was another position. */
export interface PublishResult {
  readonly outcome: 'published' | 'repeated' | 'conflict' | 'full';
  readonly position: Position;
}

/** Keys with the JSON of their values; a topic with one value has the empty key, or none. */
export type TopicState = readonly (readonly [key: string, value: string])[];

/** What a reader asks for. */
export interface TopicQuery {
  /** Changes behind this offset, as far as they are kept; null for none. */
  readonly after: number | null;
  /** Whether the present state is asked for. */
  readonly state: boolean;
  /** Whether the topic is keyed. */
  readonly isKeyed: boolean;
}

/** What a reader gets, all of one moment. */
export interface TopicRead {
  readonly position: Position;
  /** The last changes, without a gap between them and the position; the first ones may be kept no more. */
  readonly changes: readonly Change[];
  /** Present state; empty where it was not asked for. */
  readonly state: TopicState;
}

/** Listener to one topic. */
export interface TopicListener {
  /** Takes changes in the order in which they were made, most of the time: some may be lost, repeated or late. */
  changed(epoch: string, changes: readonly Change[]): void;
  /** The topic has changed in a way that has to be read. */
  touched(): void;
}

/** Log of each topic, with its present state. */
export interface TopicStore {
  /** Whether changes can reach listeners without the store saying so, or be lost: then positions are compared now and then. */
  readonly isRemote: boolean;
  /**
   * Makes changes, all or none.
   *
   * @throws {Error} when the store is away
   */
  publish(
    topic: string,
    changes: readonly NewChange[],
    rule: TopicRule,
    conditions: PublishConditions,
  ): Promise<PublishResult>;
  /** Reads changes and state. A topic that does not exist gets an epoch by it. */
  read(topic: string, query: TopicQuery): Promise<TopicRead>;
  /** Begins a new epoch where a position of this one is not part of the log. */
  fork(topic: string, position: Position): Promise<void>;
  /** Forgets everything of a topic; its listeners are touched. @returns whether there was anything */
  delete(topic: string): Promise<boolean>;
  /** Reads the positions of topics; null for those that do not exist. */
  positions(topics: readonly string[]): Promise<readonly (Position | null)[]>;
  /** Listens to a topic; resolves once nothing that is published from now on is missed. */
  watch(topic: string, listener: TopicListener): Promise<void>;
  unwatch(topic: string): void;
  close(): void;
}
