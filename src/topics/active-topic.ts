import { setImmediate } from 'node:timers';
import type { Position } from '../contract/position.js';
import type { Change, TopicListener, TopicRead, TopicState, TopicStore } from '../stores/topics.js';

/** What a subscriber is answered with. */
export interface CatchUp {
  readonly position: Position;
  /** Changes that it missed; null when it begins anew, with the state. */
  readonly changes: readonly Change[] | null;
  readonly state: TopicState;
}

/** Where an active topic delivers to. */
export interface TopicDelivery {
  /** Sends changes to all subscribers of this node, in order. */
  changes(epoch: string, changes: readonly Change[]): void;
  /** Tells all subscribers of this node to begin anew. */
  reset(position: Position, state: TopicState): void;
  /** Takes what a read fails with while nobody waits for it. */
  failed(error: unknown): void;
}

/** Loads the state from where the application keeps it. */
export type LoadState = () => Promise<TopicState>;

interface Loader {
  resolve(caughtUp: CatchUp): void;
  reject(error: unknown): void;
}

interface Reader {
  readonly since: Position | null;
  resolve(caughtUp: CatchUp): void;
  reject(error: unknown): void;
}

/** Wait after a failed read, before it is tried again. */
const RETRY_MS = 500;

/**
 * A topic that has subscribers on this node. It passes each change on once and in order: what the store tells it is compared
 * with the position that is known here, and what is missing is read, once for all subscribers.
 */
export class ActiveTopic implements TopicListener {
  /** Place up to which changes were passed on; null until the first read. */
  #position: Position | null = null;
  /** Whether something has to be read before further changes may be passed on. */
  #isStale = false;
  #isCatchingUp = false;
  /** Last change that was heard of while it could not be passed on. */
  #heard: Pick<Position, 'epoch' | 'offset'> | null = null;
  #isClosed = false;
  #timer: NodeJS.Timeout | null = null;
  #readers: Reader[] = [];
  #isReading = false;
  #load: LoadState | null = null;
  #loaders: Loader[] | null = null;
  #isLoading = false;
  #isWatched = false;

  constructor(
    readonly name: string,
    private readonly isKeyed: boolean,
    private readonly store: TopicStore,
    private readonly delivery: TopicDelivery,
  ) {}

  /** Whether the state is the application's own, which may differ from the log's. */
  get hasOwnState(): boolean {
    return this.#load !== null;
  }

  get position(): Position | null {
    return this.#position;
  }

  /**
   * Reads what a subscriber missed, or the state. It has to be in the set of subscribers by now: what comes after the read is
   * delivered to that. Readers of one turn share a read; those that come while it runs share the next one.
   *
   * @throws {Error} when the store is away
   */
  catchUp(since: Position | null): Promise<CatchUp> {
    return new Promise((resolve, reject) => {
      this.#readers.push({ since, resolve, reject });
      if (this.#isReading) return;
      this.#isReading = true;
      setImmediate(() => void this.#readForAll());
    });
  }

  /**
   * Loads the state from the application, for a subscriber that begins anew. The position is taken first: what comes after it
   * is delivered to the subscribers. Subscribers share a load that begins after they are subscribed.
   *
   * @throws what the application throws
   */
  snapshot(load: LoadState): Promise<CatchUp> {
    this.#load = load;
    return new Promise((resolve, reject) => {
      this.#loaders ??= [];
      this.#loaders.push({ resolve, reject });
      if (this.#isLoading) return;
      this.#isLoading = true;
      setImmediate(() => void this.#loadForAll());
    });
  }

  changed(epoch: string, changes: readonly Change[]): void {
    const last = changes.at(-1);
    if (last === undefined) return;
    const known = this.#position;
    if (known === null || this.#isCatchingUp) {
      this.#heard = { epoch, offset: last.offset };
      return;
    }
    const isSameEpoch = epoch === known.epoch;
    // A read was ahead of it. A log that was cut off and went on with other changes shows at the next offset.
    if (isSameEpoch && last.offset <= known.offset) return;
    const missing = changes.filter(({ offset }) => offset > known.offset);
    const [next] = missing;
    if (isSameEpoch && next?.offset === known.offset + 1 && next.before === known.tag)
      this.#pass(epoch, missing);
    else this.touched();
  }

  touched(): void {
    this.#isStale = true;
    if (this.#position !== null && !this.#isCatchingUp) void this.#repair();
  }

  /** Compares a position of the store with the known one. */
  compare(position: Position | null): void {
    const known = this.#position;
    if (known !== null && (position === null || !isSame(position, known))) this.touched();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.store.unwatch(this.name);
  }

  async #readForAll(): Promise<void> {
    while (this.#readers.length > 0) {
      const readers = this.#readers;
      this.#readers = [];
      try {
        if (!this.#isWatched) await this.store.watch(this.name, this);
        this.#isWatched = true;
        await this.#answer(readers);
      } catch (error) {
        for (const { reject } of readers) reject(error);
      }
    }
    this.#isReading = false;
  }

  async #loadForAll(): Promise<void> {
    while (this.#loaders !== null) {
      const loaders = this.#loaders;
      this.#loaders = null;
      try {
        const { position } = await this.#read(null, false);
        const state = (await this.#load?.()) ?? [];
        for (const { resolve } of loaders) resolve({ position, changes: null, state });
      } catch (error) {
        for (const { reject } of loaders) reject(error);
      }
    }
    this.#isLoading = false;
  }

  async #answer(readers: readonly Reader[]): Promise<void> {
    const offsets = readers.flatMap(({ since }) => (since === null ? [] : [since.offset]));
    const after = offsets.length === 0 ? null : Math.min(...offsets);
    const isStateAsked = offsets.length < readers.length;
    let read = await this.#read(after, isStateAsked);
    this.#begin(read.position);
    const unanswered: Reader[] = [];
    for (const reader of readers) {
      const { since } = reader;
      const changes = since === null ? null : changesSince(read, since);
      if (changes !== null) reader.resolve({ position: read.position, changes, state: [] });
      else unanswered.push(reader);
    }
    if (unanswered.length === 0) return;
    if (!isStateAsked) read = await this.#read(null, true);
    const { position, state } = read;
    for (const { resolve } of unanswered) resolve({ position, changes: null, state });
  }

  /** Takes the first position: what was heard before may have come after it, and is read. */
  #begin(position: Position): void {
    if (this.#position !== null) return;
    this.#position = position;
    if (this.#isStale || this.#hasHeardMore()) this.touched();
  }

  #hasHeardMore(): boolean {
    const [heard, known] = [this.#heard, this.#position];
    if (heard === null || known === null) return false;
    return heard.epoch !== known.epoch || heard.offset > known.offset;
  }

  #read(after: number | null, state: boolean): Promise<TopicRead> {
    return this.store.read(this.name, { after, state, isKeyed: this.isKeyed });
  }

  #pass(epoch: string, changes: readonly Change[]): void {
    const last = changes.at(-1);
    if (last === undefined) return;
    this.#position = { epoch, offset: last.offset, tag: last.tag };
    this.delivery.changes(epoch, changes);
  }

  async #repair(): Promise<void> {
    this.#isCatchingUp = true;
    try {
      do {
        this.#isStale = false;
        this.#heard = null;
        await this.#readMissing();
      } while ((this.#isStale || this.#hasHeardMore()) && !this.#isClosed);
    } catch (error) {
      this.#isStale = true;
      this.delivery.failed(error);
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        this.touched();
      }, RETRY_MS).unref();
    } finally {
      this.#isCatchingUp = false;
    }
  }

  async #readMissing(): Promise<void> {
    const known = this.#position as Position;
    const read = await this.#read(known.offset, false);
    const changes = changesSince(read, known);
    if (changes !== null) return this.#pass(read.position.epoch, changes);
    // A log that was cut off here and went on with other changes has the same epoch: nobody could tell its offsets apart.
    if (read.position.epoch === known.epoch) await this.store.fork(this.name, known);
    const { position, state } = await this.#read(null, true);
    const present = this.#load === null ? state : await this.#load();
    this.#position = position;
    this.delivery.reset(position, present);
  }
}

/** Changes behind a position; null when it is not part of the log, or too old. */
function changesSince({ position, changes }: TopicRead, since: Position): readonly Change[] | null {
  if (since.epoch !== position.epoch || since.offset > position.offset) return null;
  if (since.offset === position.offset) return since.tag === position.tag ? [] : null;
  const index = since.offset + 1 - (changes[0]?.offset ?? Number.POSITIVE_INFINITY);
  return changes[index]?.before === since.tag ? changes.slice(index) : null;
}

function isSame(one: Position, other: Position): boolean {
  return one.epoch === other.epoch && one.offset === other.offset && one.tag === other.tag;
}
