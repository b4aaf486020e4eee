import type { Socket } from 'socket.io-client';
import { backoffMs } from '../base/backoff.js';
import { mergePatch } from '../base/merge-patch.js';
import { TOPIC_EVENTS } from '../base/reserved-names.js';
import { type Position, readPosition, writePosition } from '../contract/position.js';
import { GatewireError, readWireError } from '../errors/gatewire-error.js';
import { type Call, createCalls } from './calls.js';
import type { Status } from './status.js';
import { type Listener, subscriptionOf } from './topic-subscription.js';
import type { TopicOptions, TopicState, TopicSubscription } from './topic-types.js';

const SUBSCRIBE_MS = 10_000;
/** Waits after answers that ask for another try. */
const RETRY = { firstMs: 500, maxMs: 30_000 };
const PASSING = ['UNAVAILABLE', 'OVERLOADED', 'TIMEOUT', 'RATE_LIMITED', 'CONFLICT', 'INTERNAL'];
/** Frames that are held while the server answers. */
const MAX_HELD = 1_000;

/** Value of the topic or, with a key, of that key; the last element says that the key is removed (1) or `value` a patch (2). */
type Change = readonly [offset: number, tag: string, value: unknown, key?: string | null, kind?: 1 | 2];

/** Answer to a subscription, as the server sends it. */
interface State {
  readonly position: string;
  readonly changes?: readonly Change[];
  readonly value?: unknown;
  readonly entries?: readonly (readonly [string, unknown])[];
  readonly history?: readonly unknown[];
}

interface Frame {
  readonly epoch: string;
  readonly before: string;
  readonly changes: readonly Change[];
  /** Whether changes between the position and these were left out. */
  readonly isJump?: boolean;
}

type Page = readonly (readonly [key: string, value: unknown])[];

/** Makes the function that subscribes to topics of a connection. */
export function createTopics(
  socket: Socket,
  status: Status,
): (name: string, options?: TopicOptions<unknown>) => TopicSubscription<unknown> {
  const topics = new Map<string, Topic>();
  let call: Call | null = null;
  const start = (): Call => {
    socket.on(TOPIC_EVENTS.topic, (name, epoch, before, changes, isJump) =>
      topics.get(name)?.hear({ epoch, before, changes, isJump }),
    );
    socket.on(TOPIC_EVENTS.page, (name, entries, position) => topics.get(name)?.page(entries, position));
    socket.on(TOPIC_EVENTS.reset, (name, state) => topics.get(name)?.reset(state));
    socket.on(TOPIC_EVENTS.unsubscribed, (name, error) => topics.get(name)?.refuse(readWireError(error)));
    socket.on('connect', () => {
      for (const topic of topics.values()) topic.subscribe();
    });
    socket.on('disconnect', () => {
      for (const topic of topics.values()) topic.lose();
    });
    status.subscribe(() => {
      if (status.state === 'closed') for (const topic of [...topics.values()]) topic.close();
    });
    return createCalls(socket, status, false);
  };
  return (name, options = {}) => {
    if (call === null) call = start();
    const known = topics.get(name);
    const topic = known ?? new Topic(name, socket, call, () => topics.delete(name));
    topics.set(name, topic);
    return topic.add(options, known === undefined);
  };
}

/** One topic on one connection, for all of its subscriptions. */
class Topic {
  state: TopicState = 'subscribing';
  error: GatewireError | null = null;
  position: Position | null = null;
  value: unknown;
  readonly entries = new Map<string, unknown>();
  private readonly listeners = new Set<Listener>();
  /** What came while the server has not answered; null while it is taken as it comes. */
  private held: (() => void)[] | null = null;
  /** Entries that an answer or a reset is to complete, with the position that it has. */
  private pages: { readonly entries: Page; readonly position: unknown }[] = [];
  /** Whether there was an answer: a position alone says nothing of the value, or of keys. */
  private hasState = false;
  /** Number of the subscription that is under way: an answer to an older one means nothing. */
  private round = 0;
  private failures = 0;
  /** Listeners that wait for earlier values, with the number of these. */
  private readonly histories = new Map<Listener, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly name: string,
    private readonly socket: Socket,
    private readonly call: Call,
    private readonly forget: () => void,
  ) {}

  add(options: TopicOptions<unknown>, isFirst: boolean): TopicSubscription<unknown> {
    const isLive = this.state === 'live' || this.state === 'resuming';
    const listener: Listener = { ...options, isPresent: isFirst || !isLive };
    const { since, persist, signal, history = 0 } = options;
    this.listeners.add(listener);
    const from = readPosition(since ?? persist?.getItem(keyOf(this.name)));
    if (isFirst) {
      this.position = from;
      // After this turn, so that the caller has the subscription when it is told.
      queueMicrotask(() => this.socket.connected && this.subscribe());
    } else if (isLive) queueMicrotask(() => this.join(listener, from));
    if (history > 0) this.histories.set(listener, history);
    if (this.state === 'live') this.readHistories();
    const remove = (): void => this.remove(listener);
    signal?.addEventListener('abort', remove);
    if (signal?.aborted) remove();
    return subscriptionOf(this, listener, remove, () => this.listeners.has(listener));
  }

  /** Subscribes on a new connection, or once more. */
  subscribe(): void {
    clearTimeout(this.timer);
    const round = ++this.round;
    this.held = [];
    this.pages = [];
    this.to(this.position === null ? 'subscribing' : 'resuming');
    // A listener may have ended the last subscription.
    if (round !== this.round) return;
    this.ask({ since: this.since(), isNew: this.hasState ? undefined : true }).then(
      (state) => {
        if (round !== this.round) return;
        this.failures = 0;
        const held = this.held ?? [];
        this.held = null;
        this.take(state);
        // A listener may have ended the last subscription, or the connection.
        if (round !== this.round) return;
        this.to('live');
        // One of them may have to subscribe again: those behind it wait for that answer.
        for (const take of held) if (!this.hold(take)) take();
        this.readHistories();
      },
      (error: GatewireError) => {
        if (round !== this.round || !this.socket.connected) return;
        if (!PASSING.includes(error.code)) return this.refuse(error);
        this.timer = setTimeout(
          () => this.subscribe(),
          error.retryAfterMs ?? backoffMs(this.failures++, RETRY),
        );
      },
    );
  }

  /** Takes changes that the server sends. What does not follow the position is asked for. */
  hear(frame: Frame): void {
    if (this.hold(() => this.hear(frame))) return;
    const { epoch, before, changes, isJump = false } = frame;
    const { position } = this;
    if (position === null || this.state !== 'live') return;
    const missing = changes.filter(([offset]) => offset > position.offset);
    const [next] = missing;
    const own = changes.find(([offset]) => offset === position.offset);
    // A log that lost its end and went on has other changes at the same offsets.
    if (epoch === position.epoch && own !== undefined && own[1] !== position.tag) return this.subscribe();
    if (epoch === position.epoch && next === undefined) return;
    const isWhole = missing.length === changes.length;
    const follows = next?.[0] === position.offset + 1 && (!isWhole || before === position.tag);
    const fits = epoch === position.epoch && (isJump || follows);
    if (fits) this.apply(epoch, missing);
    else this.subscribe();
  }

  /** Takes a part of the entries that an answer or a reset is to complete. */
  page(entries: Page, position: unknown): void {
    this.pages.push({ entries, position });
  }

  /** Begins anew, unless an answer was ahead of it. */
  reset(state: State): void {
    // Pages of an answer that is under way stay for it.
    const pages = this.pages.filter(({ position }) => position === state.position);
    if (this.hold(() => this.begin(state, pages))) return;
    this.begin(state, pages);
  }

  refuse(error: GatewireError | null): void {
    this.round++;
    clearTimeout(this.timer);
    this.held = null;
    this.error = error ?? new GatewireError('FORBIDDEN');
    this.to('refused');
    for (const { onError } of this.listeners) guard(() => onError?.(this.error as GatewireError));
  }

  /** The connection is lost. */
  lose(): void {
    this.round++;
    this.held = null;
    clearTimeout(this.timer);
    this.to(this.position === null ? 'subscribing' : 'resuming');
  }

  close(): void {
    this.round++;
    clearTimeout(this.timer);
    this.forget();
    this.to('closed');
    this.listeners.clear();
  }

  private remove(listener: Listener): void {
    if (!this.listeners.has(listener)) return;
    listener.endedAt = this.position;
    this.persist([listener]);
    this.listeners.delete(listener);
    this.histories.delete(listener);
    guard(() => listener.onState?.('closed'));
    if (this.listeners.size > 0) return;
    if (this.socket.connected) this.socket.emit(TOPIC_EVENTS.unsubscribe, this.name, () => {});
    this.close();
  }

  private ask(request: object): Promise<State> {
    const args = [this.name, request];
    const asked = this.call({ event: TOPIC_EVENTS.subscribe, args, timeoutMs: SUBSCRIBE_MS }, this.ask);
    return asked as Promise<State>;
  }

  private readHistories(): void {
    const since = this.since();
    for (const [listener, history] of this.histories) {
      this.histories.delete(listener);
      this.ask({ since, history }).then(
        ({ history: values = [] }) => guard(() => listener.onHistory?.(values)),
        () => this.listeners.has(listener) && this.histories.set(listener, history),
      );
    }
  }

  /** Keeps what came ahead of an answer for later. */
  private hold(take: () => void): boolean {
    if (this.held === null) return false;
    if (this.held.push(take) > MAX_HELD) this.subscribe();
    return true;
  }

  /** Brings a further listener to the present. What lies between its own position and that is not told twice. */
  private join(listener: Listener, from: Position | null): void {
    if (!this.listeners.has(listener) || listener.isPresent) return;
    const { position } = this;
    listener.isPresent = true;
    if (from !== null && (position === null || writePosition(from) !== writePosition(position)))
      guard(() => listener.onReset?.());
    this.present([listener]);
  }

  private begin(
    state: State,
    pages: readonly { readonly entries: Page; readonly position: unknown }[],
  ): void {
    const [position, known] = [readPosition(state.position), this.position];
    if (position === null) return;
    const isSameEpoch = position.epoch === known?.epoch;
    if (isSameEpoch && position.offset < known.offset) return;
    if (isSameEpoch && position.offset === known.offset && position.tag === known.tag) return;
    this.pages = [...pages];
    this.take(state);
  }

  private take(state: State): void {
    const position = readPosition(state.position);
    if (position === null) return;
    const hadState = this.hasState;
    this.hasState = true;
    this.error = null;
    const pages = this.pages.filter((page) => page.position === state.position);
    this.pages = [];
    if (state.changes !== undefined) {
      if (state.changes.length === 0 && state.value !== undefined) this.value = state.value;
      this.apply(position.epoch, state.changes);
      if (this.listeners.size > 0) this.position = position;
      return this.persist(this.listeners);
    }
    // A keyed topic that begins with all entries has lost none.
    const isReset = this.position !== null && (hadState || state.entries === undefined);
    this.position = position;
    this.persist(this.listeners);
    this.value = state.value;
    this.entries.clear();
    for (const { entries } of [...pages, { entries: state.entries ?? [] }])
      for (const [key, value] of entries) this.entries.set(key, value);
    const listeners = [...this.listeners];
    for (const listener of listeners) listener.isPresent = true;
    if (isReset) for (const listener of listeners) this.tell(listener, ({ onReset }) => onReset?.());
    this.present(listeners);
  }

  /** Hands the present value, or all entries, to listeners. */
  private present(listeners: readonly Listener[]): void {
    const [value, entries] = [this.value, [...this.entries]];
    for (const listener of listeners) {
      if (value !== undefined) this.tell(listener, ({ onValue }) => onValue?.(value));
      for (const [key, one] of entries) this.tell(listener, ({ onValue }) => onValue?.(one, key));
    }
  }

  private apply(epoch: string, changes: readonly Change[]): void {
    for (const [offset, tag, sent, sentKey, kind] of changes) {
      // A listener that ended the last subscription goes on behind the change that it was told of.
      if (this.listeners.size === 0) return;
      const key = sentKey ?? undefined;
      const before = key === undefined ? this.value : this.entries.get(key);
      const value = kind === 2 ? mergePatch(before, sent) : sent;
      // Ahead of listeners: one that ends the subscription and begins another one goes on behind this change.
      this.position = { epoch, offset, tag };
      if (key === undefined) this.value = value;
      else if (kind === 1) this.entries.delete(key);
      else this.entries.set(key, value);
      for (const listener of [...this.listeners])
        this.tell(listener, ({ onValue, onRemove }) =>
          kind === 1 ? onRemove?.(key as string) : onValue?.(value, key),
        );
    }
    this.persist(this.listeners);
  }

  /** Calls a listener, unless it has ended or is not there yet. */
  private tell(listener: Listener, call: (listener: Listener) => unknown): void {
    if (listener.isPresent && this.listeners.has(listener)) guard(() => call(listener));
  }

  private since(): string | undefined {
    return this.position === null ? undefined : writePosition(this.position);
  }

  private persist(listeners: Iterable<Listener>): void {
    const { position } = this;
    if (position === null) return;
    for (const { persist } of listeners)
      if (persist !== undefined) guard(() => persist.setItem(keyOf(this.name), writePosition(position)));
  }

  private to(state: TopicState): void {
    if (this.state === state) return;
    this.state = state;
    for (const { onState } of [...this.listeners]) guard(() => onState?.(state));
  }
}

function keyOf(name: string): string {
  return `gatewire:topic:${name}`;
}

/** Calls a listener; an error in it stops neither the others nor the topic. */
function guard(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    console.error(error);
  }
}
