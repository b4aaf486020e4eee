import type { Contract } from '../contract/contract.js';
import type { TopicName, TopicNamed, TopicValue } from '../contract/topics.js';
import type { Serialized } from '../contract/wire.js';
import type { GatewireError } from '../errors/gatewire-error.js';

/**
 * State of a subscription: `subscribing` for the first time, `live`, `resuming` after a lost connection, `refused` by the
 * server until the next connection, `closed` for good.
 */
export type TopicState = 'subscribing' | 'live' | 'resuming' | 'refused' | 'closed';

/** Value of a topic, as it arrives at a client. */
export type ReceivedValue<TContract extends Contract, TName extends string> = Serialized<
  TopicValue<TopicNamed<TContract, TName>>
>;

/** Place where a position survives the page, such as `sessionStorage`. */
export interface PositionStore {
  /** Reads what was kept under a key; null where there is nothing. */
  getItem(key: string): string | null;
  /** Keeps a text under a key. */
  setItem(key: string, value: string): void;
}

/** Listeners and options of a subscription. */
export interface TopicOptions<TValue> {
  /** Called with each value in order, the last one of the topic first. In a keyed topic `key` says whose value it is. */
  readonly onValue?: (value: TValue, key?: string) => unknown;
  /** Called when a key of a keyed topic was removed. */
  readonly onRemove?: (key: string) => unknown;
  /**
   * Called when values were lost, ahead of the present value: the topic began anew, or the client was away for longer than
   * the history lasts.
   */
  readonly onReset?: () => unknown;
  /** Called once with the latest values that are kept, the oldest first, where `history` asks for some. */
  readonly onHistory?: (values: readonly TValue[]) => unknown;
  /** Called when the state has changed. */
  readonly onState?: (state: TopicState) => unknown;
  /** Called when the server refuses the subscription, or ends it. */
  readonly onError?: (error: GatewireError) => unknown;
  /**
   * Number of the latest values for `onHistory`, up to 1000.
   * @default 0
   */
  readonly history?: number;
  /**
   * Position from which to go on, as `position` of another subscription said.
   * @default the present
   */
  readonly since?: string;
  /**
   * Where the position is kept, so that a page which is loaded again goes on where it was.
   * @default nowhere
   */
  readonly persist?: PositionStore;
  /** Ends the subscription when it is aborted. */
  readonly signal?: AbortSignal;
}

/** `[Symbol.dispose]()`, where the libraries of the compiler have it. */
type Disposing = SymbolConstructor extends { readonly dispose: infer TDispose extends symbol }
  ? { readonly [K in TDispose]: () => void }
  : unknown;

/**
 * Subscription of a client to one topic. It can be iterated over, `for await (const value of topic)`, and ends with its block
 * where it is declared by `using`.
 */
export type TopicSubscription<TValue> = OpenTopic<TValue> & Disposing;

/** Members of a subscription. */
export interface OpenTopic<TValue> extends AsyncIterable<TValue> {
  readonly name: string;
  readonly state: TopicState;
  /** Why the server refused the subscription; null while it does not. */
  readonly error: GatewireError | null;
  /** Place of the last value in the topic; null before the first answer. */
  readonly position: string | null;
  /** Last value; undefined where there is none, and in keyed topics. */
  readonly value: TValue | undefined;
  /** Values of a keyed topic by key. */
  readonly entries: ReadonlyMap<string, TValue>;
  /** Ends this subscription. The last one of a topic on a connection tells the server. */
  unsubscribe(): void;
}

/** Subscribes to topics, with the types of a contract. */
export type SubscribeToTopic<TContract extends Contract> = <TName extends TopicName<TContract>>(
  name: TName,
  options?: TopicOptions<ReceivedValue<TContract, TName>>,
) => TopicSubscription<ReceivedValue<TContract, TName>>;
