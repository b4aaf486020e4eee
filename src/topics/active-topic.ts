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

/** What a subscriber asks for. */
export interface CatchUpRequest {
  /** Position from which it goes on; null when it begins anew. */
  readonly since: Position | null;
  /** Whether it is given the state also when it can go on. */
  readonly needsState: boolean;
}

interface Loader {
  resolve(caughtUp: CatchUp): void;
  reject(error: unknown): void;
}

interface Reader extends CatchUpRequest, Loader {}

/** Wait after a failed read, before it is tried again. */
const RETRY_MS = 500;
/** Messages of the store that are kept while something ahead of them is read. */
const MAX_HEARD = 1_000;

/**
 * A topic that has subscribers on this node. It passes each change on once and in order: what the store tells it is compared
 * with the position that is known here, and what is missing is read, once for all subscribers. One read runs at a time, and
 * moves the position as well: nobody is answered with what the topic has not passed on or compared itself.
 */
export class ActiveTopic implements TopicListener {
  /** Place up to which changes were passed on; null until the first read. */
  #position: Position | null = null;
  /** Whether something has to be read before further changes may be passed on. */
  #isBehind = true;
  /** Whether a read that begins now is asked for by more than readers. */
  #isStale = false;
  /** What was heard of while it could not be passed on, the oldest first. */
  #heard: { readonly epoch: string; readonly changes: readonly Change[] }[] = [];
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
  catchUp(request: CatchUpRequest): Promise<CatchUp> {
    return new Promise((resolve, reject) => {
      this.#readers.push({ ...request, resolve, reject });
      this.#start();
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
    const known = this.#position;
    if (known === null || this.#isBehind) return this.#hear(epoch, changes);
    const missing = changes.filter(({ offset }) => offset > known.offset);
    const [next] = missing;
    // A read was ahead of it. A log that was cut off and went on with other changes shows at the next offset.
    if (epoch === known.epoch && next === undefined) return;
    if (epoch === known.epoch && next?.offset === known.offset + 1 && next.before === known.tag)
      return this.#pass(epoch, missing);
    this.#hear(epoch, changes);
    this.touched();
  }

  touched(): void {
    this.#isBehind = true;
    this.#isStale = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#position !== null) this.#start();
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

  #start(): void {
    if (this.#isReading || this.#isClosed) return;
    this.#isReading = true;
    setImmediate(() => void this.#readForAll());
  }

  async #readForAll(): Promise<void> {
    while (this.#readers.length > 0 || (this.#isStale && this.#timer === null && !this.#isClosed)) {
      const readers = this.#readers;
      this.#readers = [];
      const wasStale = this.#isStale;
      this.#isStale = false;
      try {
        if (!this.#isWatched) await this.store.watch(this.name, this);
        this.#isWatched = true;
        await this.#answer(readers);
      } catch (error) {
        for (const { reject } of readers) reject(error);
        this.#failed(error, wasStale);
      }
    }
    this.#isReading = false;
  }

  /** A read that was asked for by more than readers is tried again. */
  #failed(error: unknown, wasStale: boolean): void {
    if (!wasStale && !this.#isStale) return;
    this.#isStale = true;
    if (this.#position === null || this.#isClosed) return;
    this.delivery.failed(error);
    this.#timer ??= setTimeout(() => this.touched(), RETRY_MS).unref();
  }

  async #loadForAll(): Promise<void> {
    while (this.#loaders !== null) {
      const loaders = this.#loaders;
      this.#loaders = null;
      try {
        const { position } = await this.catchUp({ since: null, needsState: false });
        const state = (await this.#load?.()) ?? [];
        for (const { resolve } of loaders) resolve({ position, changes: null, state });
      } catch (error) {
        for (const { reject } of loaders) reject(error);
      }
    }
    this.#isLoading = false;
  }

  async #answer(readers: readonly Reader[]): Promise<void> {
    const known = this.#position;
    const isStateAsked = readers.some(({ needsState }) => needsState);
    let read = await this.#read(lowest(known, readers), isStateAsked);
    const isBroken = known !== null && changesSince(read, known) === null;
    if (isBroken) read = await this.#begin(known, read, readers);
    else this.#follow(read);
    const hasState = isStateAsked || isBroken;
    // Who cannot go on, and asked for no state, takes part in the next read.
    for (const reader of readers)
      if (!answerFrom(read, hasState, reader))
        this.#readers.push({ ...reader, since: null, needsState: true });
  }

  /** Tells all subscribers to begin anew: the known position is not part of the log, or too old. */
  async #begin(
    known: Position,
    { position: now }: TopicRead,
    readers: readonly Reader[],
  ): Promise<TopicRead> {
    // A log that was cut off here and went on with other changes has the same epoch: nobody could tell its offsets apart.
    this.#isBehind = true;
    if (now.epoch === known.epoch) await this.store.fork(this.name, known);
    const read = await this.#read(lowest(now, readers), true);
    const present = this.#load === null ? read.state : await this.#load();
    this.#position = read.position;
    this.delivery.reset(read.position, present);
    this.#goOn();
    return read;
  }

  /** Moves on to what was read. Changes that were passed on meanwhile may be ahead of it. */
  #follow(read: TopicRead): void {
    const known = this.#position;
    if (known === null) this.#position = read.position;
    else {
      const missing = changesSince(read, known);
      if (missing !== null) this.#pass(read.position.epoch, missing);
      else if (read.position.offset >= known.offset) this.#isStale = true;
    }
    this.#goOn();
  }

  /** Passes on what was heard while something was read, unless more has to be read. */
  #goOn(): void {
    this.#isBehind = this.#isStale;
    if (this.#isBehind) return;
    const heard = this.#heard;
    this.#heard = [];
    for (const { epoch, changes } of heard) this.changed(epoch, changes);
  }

  #hear(epoch: string, changes: readonly Change[]): void {
    this.#heard.push({ epoch, changes });
    // What is forgotten is missing behind the read, and read then.
    if (this.#heard.length > MAX_HEARD) this.#heard.shift();
  }

  #read(after: number | null, state: boolean): Promise<TopicRead> {
    // The store has made what it told of: the read is behind it.
    this.#heard = [];
    return this.store.read(this.name, { after, state, isKeyed: this.isKeyed });
  }

  #pass(epoch: string, changes: readonly Change[]): void {
    const last = changes.at(-1);
    if (last === undefined) return;
    this.#position = { epoch, offset: last.offset, tag: last.tag };
    this.delivery.changes(epoch, changes);
  }
}

/** Offset behind which changes are read, for the topic and its readers; null for none. */
function lowest(known: Position | null, readers: readonly Reader[]): number | null {
  let after = known?.offset ?? null;
  for (const { since } of readers) {
    // What belongs to another epoch goes on with the state, however far back it says it is.
    if (since === null || (known !== null && since.epoch !== known.epoch)) continue;
    after = Math.min(after ?? since.offset, since.offset);
  }
  return after;
}

/** Answers a reader from what was read. @returns false when it needs the state, and that was not read */
function answerFrom(read: TopicRead, hasState: boolean, { since, needsState, resolve }: Reader): boolean {
  const changes = since === null ? null : changesSince(read, since);
  if (changes === null && since !== null && !hasState) return false;
  const { position, state } = read;
  resolve({ position, changes, state: changes === null || needsState ? state : [] });
  return true;
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
