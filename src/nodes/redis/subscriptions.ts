import { settlesWithin } from '../../base/deadline.js';
import { reasonOf } from '../../base/show.js';
import { isBatch, readBatch } from './batch-format.js';
import { type Connection, isRefusal, type SubscriptionKind } from './redis-client.js';
import { type RedisClock, ReplayGuard } from './replay-guard.js';
import type { Signer } from './signer.js';

export type Listener = (message: Buffer, channel: string) => unknown;

interface Subscription {
  readonly kind: SubscriptionKind;
  readonly channel: string;
  /** Whether nodes sign its messages; otherwise the listener tells which are theirs. */
  readonly isSigned: boolean;
  readonly listeners: Set<Listener>;
  readonly deliver: (message: Buffer, channel: Buffer | string) => void;
}

/** Counts of received messages that reached no listener. */
interface DiscardCounters {
  forgedMessages: number;
  replayedMessages: number;
  malformedMessages: number;
}

/** Longest wait of a join, while Redis answers but is slow. */
const CONFIRM_MS = 1_000;

/**
 * Subscriptions of this node. They are kept while Redis is away and made again on each new connection. Messages
 * without a valid signature and errors of listeners end here.
 */
export class Subscriptions {
  readonly #wanted = new Map<string, Subscription>();
  readonly #guard = new ReplayGuard();
  readonly #unconfirmed = new Set<Promise<unknown>>();
  /** Subscriptions that Redis refused, with what it said. */
  readonly #refused = new Map<Subscription, string>();
  /** Called when Redis has refused a subscription, or confirmed one that it had refused. */
  onRefusalChange: () => void = () => {};
  #rounds = 0;
  #isRestored = false;
  #isClosed = false;

  constructor(
    private readonly connection: Connection,
    private readonly signer: Signer,
    private readonly clock: RedisClock,
    private readonly counters: DiscardCounters,
    private readonly acceptUnsigned: boolean,
  ) {}

  /** True when Redis has confirmed or refused every subscription on the present connection. */
  get areRestored(): boolean {
    return this.#isRestored;
  }

  /** What Redis said of a subscription that it refuses; null while it refuses none. */
  get refusal(): string | null {
    const [first = null] = this.#refused.values();
    return first;
  }

  add(
    kind: SubscriptionKind,
    channel: string,
    listener: Listener,
    { isSigned = true }: { readonly isSigned?: boolean } = {},
  ): void {
    const key = `${kind} ${channel}`;
    const known = this.#wanted.get(key);
    if (known !== undefined) {
      known.listeners.add(listener);
      return;
    }
    const subscription: Subscription = {
      kind,
      channel,
      isSigned,
      listeners: new Set([listener]),
      deliver: (message, from) => this.#deliver(key, subscription, message, String(from)),
    };
    this.#wanted.set(key, subscription);
    if (this.connection.isReady) void this.#subscribe(subscription);
  }

  /** @param listener - listener to remove; without it, all of the channel */
  remove(kind: SubscriptionKind, channel: string, listener?: Listener): void {
    const key = `${kind} ${channel}`;
    const known = this.#wanted.get(key);
    if (known === undefined) return;
    if (listener !== undefined) known.listeners.delete(listener);
    if (listener !== undefined && known.listeners.size > 0) return;
    this.#wanted.delete(key);
    this.#refused.delete(known);
    if (this.connection.isReady) this.connection.unsubscribe(kind, channel).catch(() => {});
  }

  /** Resolves when pending subscriptions are confirmed; null when none is pending, or while Redis is away. */
  confirmed(): Promise<void> | null {
    if (this.#unconfirmed.size === 0 || !this.connection.isReady) return null;
    return settlesWithin(Promise.all(this.#unconfirmed), CONFIRM_MS).then(() => {});
  }

  /**
   * Makes all subscriptions on a new connection. node-redis repeats those that it had confirmed on the one before; the
   * rest is known only here.
   *
   * @returns whether it is the latest round: a newer connection or the end makes it void
   */
  async restore(): Promise<boolean> {
    if (this.#isClosed) return false;
    const round = ++this.#rounds;
    this.#isRestored = false;
    this.#refused.clear();
    const settled = await Promise.all([...this.#wanted.values()].map((one) => this.#subscribe(one)));
    if (round !== this.#rounds) return false;
    this.#isRestored = settled.every(Boolean);
    return true;
  }

  /** Makes those again that Redis refused: a permission may have been granted meanwhile. */
  async retryRefused(): Promise<void> {
    await Promise.all([...this.#refused.keys()].map((one) => this.#subscribe(one)));
  }

  close(): void {
    this.#isClosed = true;
    this.#wanted.clear();
    this.#refused.clear();
  }

  /** @returns whether Redis answered; it never rejects */
  #subscribe(subscription: Subscription): Promise<boolean> {
    const { kind, channel, deliver } = subscription;
    const isWanted = (): boolean => this.#wanted.get(`${kind} ${channel}`) === subscription;
    const answered = this.connection.subscribe(kind, channel, deliver).then(
      () => {
        if (this.#refused.delete(subscription)) this.onRefusalChange();
        return true;
      },
      (error: unknown) => {
        // Else the connection broke: the next one makes it again.
        if (!isRefusal(error)) return false;
        if (!isWanted()) return true;
        this.#refused.set(subscription, `\`${channel}\`: ${reasonOf(error)}`);
        this.onRefusalChange();
        return true;
      },
    );
    this.#unconfirmed.add(answered);
    void answered.then(() => this.#unconfirmed.delete(answered));
    return answered;
  }

  #deliver(key: string, { listeners, isSigned }: Subscription, signed: Buffer, channel: string): void {
    if (this.#isClosed) return;
    if (!isSigned) return this.#call(listeners, signed, channel);
    const verified = this.signer.verify(channel, signed);
    if (verified === null && (!this.acceptUnsigned || isBatch(signed)))
      return void this.counters.forgedMessages++;
    // A channel may belong to two subscriptions, each of which gets its message once.
    if (verified !== null && !this.#guard.accepts(`${key} ${channel}`, verified.stamp, this.clock.now()))
      return void this.counters.replayedMessages++;
    // A node hears what it says itself; the adapters would read that to find out.
    if (verified?.stamp.sender === this.signer.sender) return;
    const message = verified?.message ?? signed;
    if (isBatch(message)) this.#callWithEach(listeners, message, channel);
    else this.#call(listeners, message, channel);
  }

  #callWithEach(listeners: ReadonlySet<Listener>, batch: Buffer, channel: string): void {
    let messages: ReturnType<typeof readBatch>;
    try {
      messages = readBatch(batch);
    } catch {
      return void this.counters.malformedMessages++;
    }
    for (const { suffix, message } of messages) this.#call(listeners, message, channel + suffix);
  }

  #call(listeners: ReadonlySet<Listener>, message: Buffer, channel: string): void {
    for (const listener of listeners) {
      try {
        const result = listener(message, channel);
        if (result instanceof Promise) result.catch(() => this.counters.malformedMessages++);
      } catch {
        this.counters.malformedMessages++;
      }
    }
  }
}
