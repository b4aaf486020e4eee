import type { Counters } from './counters.js';
import type { Connection, SubscriptionKind } from './redis-client.js';
import type { Signer } from './signer.js';

export type Listener = (message: Buffer, channel: string) => unknown;

interface Subscription {
  readonly kind: SubscriptionKind;
  readonly channel: string;
  readonly listeners: Set<Listener>;
  readonly deliver: (message: Buffer, channel: Buffer | string) => void;
}

/** What a join waits for at most, while Redis answers but is slow. */
const CONFIRM_MS = 1_000;

/**
 * What this node listens to. It is kept while Redis is away and restored with each new connection; messages that
 * nobody of this application has signed, and listeners that fail, end here.
 */
export class Subscriptions {
  readonly #wanted = new Map<string, Subscription>();
  readonly #unconfirmed = new Set<Promise<unknown>>();
  #restoring = 0;
  #isRestored = false;
  #isClosed = false;

  constructor(
    private readonly connection: Connection,
    private readonly signer: Signer,
    private readonly counters: Counters,
    private readonly acceptUnsigned: boolean,
  ) {}

  /** Whether everything that is wanted has been asked for and confirmed on the connection as it is now. */
  get areRestored(): boolean {
    return this.#isRestored;
  }

  add(kind: SubscriptionKind, channel: string, listener: Listener): void {
    const key = `${kind} ${channel}`;
    const known = this.#wanted.get(key);
    if (known !== undefined) {
      known.listeners.add(listener);
      return;
    }
    const subscription: Subscription = {
      kind,
      channel,
      listeners: new Set([listener]),
      deliver: (message, from) => this.#deliver(subscription, message, String(from)),
    };
    this.#wanted.set(key, subscription);
    if (this.connection.isReady) void this.#subscribe(subscription);
  }

  /** @param listener - one of several, or all of them */
  remove(kind: SubscriptionKind, channel: string, listener?: Listener): void {
    const key = `${kind} ${channel}`;
    const known = this.#wanted.get(key);
    if (known === undefined) return;
    if (listener !== undefined) known.listeners.delete(listener);
    if (listener !== undefined && known.listeners.size > 0) return;
    this.#wanted.delete(key);
    if (this.connection.isReady) this.connection.unsubscribe(kind, channel).catch(() => {});
  }

  /** Resolves when what is under way holds; null when nothing is, or when Redis is away and nobody could wait for it. */
  confirmed(): Promise<void> | null {
    if (this.#unconfirmed.size === 0 || !this.connection.isReady) return null;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CONFIRM_MS);
    });
    const all = Promise.all(this.#unconfirmed).then(() => {});
    return Promise.race([all, late]).finally(() => clearTimeout(timer));
  }

  /** A new connection is there. node-redis asks again for what it had been confirmed; the rest is asked for here. */
  restore(onRestored: () => void): void {
    if (this.#isClosed) return;
    const round = ++this.#restoring;
    this.#isRestored = false;
    void Promise.all([...this.#wanted.values()].map((one) => this.#subscribe(one))).then((all) => {
      if (round !== this.#restoring) return;
      this.#isRestored = all.every(Boolean);
      onRestored();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#wanted.clear();
  }

  /** @returns whether it holds; it never rejects */
  #subscribe({ kind, channel, deliver }: Subscription): Promise<boolean> {
    const confirmed = this.connection.subscribe(kind, channel, deliver).then(
      () => true,
      () => false, // the connection broke: it will be asked for again with the next one
    );
    this.#unconfirmed.add(confirmed);
    void confirmed.then(() => this.#unconfirmed.delete(confirmed));
    return confirmed;
  }

  #deliver({ listeners }: Subscription, signed: Buffer, channel: string): void {
    if (this.#isClosed) return;
    const message = this.signer.verify(channel, signed) ?? (this.acceptUnsigned ? signed : null);
    if (message === null) return void this.counters.forgedMessages++;
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
