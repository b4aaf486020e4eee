import type { Socket } from 'socket.io-client';
import { backoffMs } from '../base/backoff.js';
import { TOPIC_EVENTS } from '../base/reserved-names.js';
import { type Position, readPosition, writePosition } from '../contract/position.js';
import { GatewireError, readWireError } from '../errors/gatewire-error.js';
import { type Call, createCalls } from './calls.js';
import { mergePatch } from './merge-patch.js';
import type { Status } from './status.js';
import type { TopicOptions, TopicState, TopicSubscription } from './topic-types.js';

const SUBSCRIBE_MS = 10_000;
/** Waits after answers that ask for another try. */
const RETRY = { firstMs: 500, maxMs: 30_000 };
const PASSING = ['UNAVAILABLE', 'OVERLOADED', 'TIMEOUT', 'RATE_LIMITED', 'CONFLICT', 'INTERNAL'];
/** Values that may wait for a loop that iterates over a topic. */
const MAX_WAITING = 10_000;
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

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

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
    socket.on(TOPIC_EVENTS.page, (name, entries) => topics.get(name)?.page(entries));
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
  private readonly listeners = new Set<Mutable<TopicOptions<unknown>>>();
  /** What came while the server has not answered; null while it is taken as it comes. */
  private held: (() => void)[] | null = null;
  private pages: (readonly [string, unknown])[] = [];
  /** Number of the subscription that is under way: an answer to an older one means nothing. */
  private round = 0;
  private failures = 0;
  /** Listeners that wait for earlier values, with the number of these. */
  private readonly histories = new Map<TopicOptions<unknown>, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly name: string,
    private readonly socket: Socket,
    private readonly call: Call,
    private readonly forget: () => void,
  ) {}

  add(options: TopicOptions<unknown>, isFirst: boolean): TopicSubscription<unknown> {
    const listener: Mutable<TopicOptions<unknown>> = { ...options };
    const { since, persist, signal, history = 0 } = options;
    this.listeners.add(listener);
    if (isFirst) {
      this.position = readPosition(since ?? persist?.getItem(keyOf(this.name)));
      // After this turn, so that the caller has the subscription when it is told.
      queueMicrotask(() => this.socket.connected && this.subscribe());
    } else if (this.state === 'live' || this.state === 'resuming') {
      queueMicrotask(() => this.listeners.has(listener) && this.present([listener]));
    }
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
    this.ask({ since: this.position === null ? undefined : writePosition(this.position) }).then(
      (state) => {
        if (round !== this.round) return;
        this.failures = 0;
        const held = this.held ?? [];
        this.held = null;
        this.take(state);
        this.to('live');
        for (const take of held) take();
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
    if (epoch === position.epoch && next === undefined) return;
    const isWhole = missing.length === changes.length;
    const follows = next?.[0] === position.offset + 1 && (!isWhole || before === position.tag);
    const fits = epoch === position.epoch && (isJump || follows);
    if (fits) this.apply(epoch, missing);
    else this.subscribe();
  }

  /** Takes a part of the entries that an answer or a reset is to complete. */
  page(entries: readonly (readonly [string, unknown])[]): void {
    this.pages.push(...entries);
  }

  /** Begins anew, unless an answer was ahead of it. */
  reset(state: State): void {
    const pages = this.pages;
    this.pages = [];
    if (this.hold(() => this.begin(state, pages))) return;
    this.begin(state, pages);
  }

  refuse(error: GatewireError | null): void {
    this.round++;
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

  private remove(listener: TopicOptions<unknown>): void {
    if (!this.listeners.has(listener)) return;
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
    const since = this.position === null ? undefined : writePosition(this.position);
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

  private begin(state: State, pages: readonly (readonly [string, unknown])[]): void {
    const [position, known] = [readPosition(state.position), this.position];
    if (position === null) return;
    if (position.epoch === known?.epoch && position.offset <= known.offset) return;
    this.pages = [...pages];
    this.take(state);
  }

  private take(state: State): void {
    const position = readPosition(state.position);
    if (position === null) return;
    this.error = null;
    if (state.changes !== undefined) {
      this.apply(position.epoch, state.changes);
      this.position = position;
      return this.persist();
    }
    const wasThere = this.position !== null;
    this.position = position;
    this.persist();
    this.value = state.value;
    this.entries.clear();
    for (const [key, value] of [...this.pages, ...(state.entries ?? [])]) this.entries.set(key, value);
    this.pages = [];
    if (wasThere) for (const { onReset } of this.listeners) guard(() => onReset?.());
    this.present([...this.listeners]);
  }

  /** Hands the present value, or all entries, to listeners. */
  private present(listeners: readonly TopicOptions<unknown>[]): void {
    for (const { onValue } of listeners) {
      if (this.value !== undefined) guard(() => onValue?.(this.value));
      for (const [key, value] of this.entries) guard(() => onValue?.(value, key));
    }
  }

  private apply(epoch: string, changes: readonly Change[]): void {
    for (const [offset, tag, sent, sentKey, kind] of changes) {
      const key = sentKey ?? undefined;
      const before = key === undefined ? this.value : this.entries.get(key);
      if (kind === 2 && before === undefined) {
        // It went on from a position that was kept without the value.
        this.position = null;
        return this.subscribe();
      }
      const value = kind === 2 ? mergePatch(before, sent) : sent;
      // Ahead of listeners: one that ends the subscription and begins another one goes on behind this change.
      this.position = { epoch, offset, tag };
      if (key === undefined) this.value = value;
      else if (kind === 1) this.entries.delete(key);
      else this.entries.set(key, value);
      for (const { onValue, onRemove } of [...this.listeners])
        guard(() => (kind === 1 ? onRemove?.(key as string) : onValue?.(value, key)));
    }
    this.persist();
  }

  private persist(): void {
    const { position } = this;
    if (position === null) return;
    for (const { persist } of this.listeners)
      if (persist !== undefined) guard(() => persist.setItem(keyOf(this.name), writePosition(position)));
  }

  private to(state: TopicState): void {
    if (this.state === state) return;
    this.state = state;
    for (const { onState } of [...this.listeners]) guard(() => onState?.(state));
  }
}

function subscriptionOf(
  topic: Topic,
  listener: Mutable<TopicOptions<unknown>>,
  unsubscribe: () => void,
  isOpen: () => boolean,
): TopicSubscription<unknown> {
  const subscription = {
    name: topic.name,
    get state() {
      return isOpen() ? topic.state : 'closed';
    },
    get error() {
      return topic.error;
    },
    get position() {
      return topic.position && writePosition(topic.position);
    },
    get value() {
      return topic.value;
    },
    entries: topic.entries,
    unsubscribe,
    [Symbol.asyncIterator]: () => iterate(listener, unsubscribe),
  };
  // Browsers before 2025 do not have it.
  const { dispose } = Symbol as { readonly dispose?: symbol };
  if (dispose !== undefined) Object.assign(subscription, { [dispose]: unsubscribe });
  return subscription as unknown as TopicSubscription<unknown>;
}

/** Iterates over the values that come from now on. The end of the loop ends the subscription. */
function iterate(listener: Mutable<TopicOptions<unknown>>, unsubscribe: () => void): AsyncIterator<unknown> {
  const values: unknown[] = [];
  let wake = (): void => {};
  let isOver = false;
  let error: GatewireError | null = null;
  const { onValue, onState } = listener;
  listener.onValue = (value, key) => {
    if (values.push(value) > MAX_WAITING) {
      error = new GatewireError('OVERLOADED', { message: `${MAX_WAITING} values wait for the loop` });
      unsubscribe();
    }
    wake();
    return onValue?.(value, key);
  };
  listener.onState = (state) => {
    if (state === 'closed') isOver = true;
    wake();
    return onState?.(state);
  };
  const end = (): IteratorResult<unknown> => ({ done: true, value: undefined });
  return {
    async next() {
      while (values.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve));
      if (error !== null) throw error;
      return values.length > 0 ? { done: false, value: values.shift() } : end();
    },
    async return() {
      unsubscribe();
      return end();
    },
  };
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
