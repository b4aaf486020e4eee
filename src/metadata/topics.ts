import type { AnyContract, Contract, ParamsArgument } from '../contract/contract.js';
import type { Position } from '../contract/position.js';
import type { TopicName, TopicNamed, TopicValue } from '../contract/topics.js';
import type { ConnectContext, RegisteredUser } from './context.js';

/** Context of a subscription, for the method that authorizes it. */
export interface TopicContext<
  TContract extends Contract = AnyContract,
  TUser = RegisteredUser,
  TData = unknown,
> extends ConnectContext<TContract, TUser, TData> {
  /** Name of the topic, such as `prices/BTC`. */
  readonly topic: string;
}

/** Conditions of a publish. */
export interface PublishOptions {
  /**
   * Mark of this value, 1 to 128 characters: the same mark within 5 minutes publishes nothing again.
   * @default none
   */
  readonly idempotencyKey?: string;
  /**
   * Position that the topic has to have, as `publish` or `last` returned it.
   * @default any
   */
  readonly expect?: Pick<Position, 'epoch' | 'offset'>;
}

/** Conditions of setting the value of a key. */
export interface SetOptions extends PublishOptions {
  /**
   * Milliseconds until the key is removed by itself, 1 to 2147483647.
   * @default as long as the topic
   */
  readonly ttlMs?: number;
}

/** Value with the position at which it was current. */
export interface TopicEntry<TValue = unknown> {
  readonly position: Position;
  /** Undefined where the topic has no value. */
  readonly value: TValue | undefined;
}

/** Topics of one namespace instance. */
export interface NamespaceTopics<TContract extends Contract = AnyContract> {
  /**
   * Makes a value the last one of a topic, and sends it to all subscribers, on all nodes.
   *
   * @param name - name of a topic, such as `prices/BTC`
   * @returns the position of the value
   * @throws {GatewireError} NOT_FOUND when no `@OnSubscribe` has such a topic, PAYLOAD_TOO_LARGE above
   *   `limits.topicValueBytes`, CONFLICT when the position is not `expect` (its `details` have the present one), OVERLOADED
   *   when too much waits for the store, UNAVAILABLE when the store is away: then nothing was published, or it is not known
   */
  publish<TName extends TopicName<TContract>>(
    name: TName,
    value: TopicValue<TopicNamed<TContract, TName>>,
    options?: PublishOptions,
  ): Promise<Position>;
  /** Publishes several values of one topic, all or none, in order. @returns the position of the last one */
  publishMany<TName extends TopicName<TContract>>(
    name: TName,
    values: readonly TopicValue<TopicNamed<TContract, TName>>[],
    options?: PublishOptions,
  ): Promise<Position>;
  /** Reads the last value. */
  last<TName extends TopicName<TContract>>(
    name: TName,
  ): Promise<TopicEntry<TopicValue<TopicNamed<TContract, TName>>>>;
  /** Reads the latest values that are kept, the oldest first. @param limit - at most so many */
  history<TName extends TopicName<TContract>>(
    name: TName,
    limit?: number,
  ): Promise<readonly TopicValue<TopicNamed<TContract, TName>>[]>;
  /** Sets the value of a key in a keyed topic. @throws {GatewireError} OVERLOADED above `maxEntries` keys, else as `publish` */
  set<TName extends TopicName<TContract>>(
    name: TName,
    key: string,
    value: TopicValue<TopicNamed<TContract, TName>>,
    options?: SetOptions,
  ): Promise<Position>;
  /** Removes a key of a keyed topic. */
  remove(name: TopicName<TContract>, key: string, options?: PublishOptions): Promise<Position>;
  /** Reads all keys of a keyed topic with their values. */
  entries<TName extends TopicName<TContract>>(
    name: TName,
  ): Promise<ReadonlyMap<string, TopicValue<TopicNamed<TContract, TName>>>>;
  /** Forgets a topic. Its subscribers stay, and begin anew without a value. @returns whether there was anything */
  delete(name: TopicName<TContract>): Promise<boolean>;
}

/**
 * Publishes from anywhere in the application: `@inject(Topics)`. It works as soon as the application listens. A name alone is
 * enough for topics of namespaces without parameters, and for those with `scope: 'app'`; `namespace` adds types, and says which
 * instance of a namespace is meant.
 *
 * @example
 * class Ticker {
 *   constructor(@inject(Topics) private readonly topics: Topics) {}
 *   async tick(symbol: string, price: number) {
 *     await this.topics.publish(`prices/${symbol}`, { price });
 *   }
 * }
 */
export abstract class Topics {
  /**
   * Returns the topics of the namespace of a contract, with their types.
   *
   * @param contract - result of `defineContract`
   * @param params - values of the parameters in its name, where it has any
   * @throws {GatewireError} NOT_FOUND when no gateway has that namespace, INVALID_PAYLOAD for an unfit parameter
   */
  abstract namespace<TContract extends Contract>(
    contract: TContract,
    ...params: ParamsArgument<TContract['namespace']>
  ): NamespaceTopics<TContract>;
  /** Returns the topics of a namespace by its name, without types. */
  abstract namespace(name: string, params?: Readonly<Record<string, string>>): NamespaceTopics;

  /**
   * Finds the topics that a name alone is one of.
   *
   * @throws {GatewireError} NOT_FOUND when there is no such topic
   * @throws {TypeError} when several namespaces have one, or one whose name has parameters
   */
  protected abstract having(name: string): NamespaceTopics;

  /** Publishes a value; see `NamespaceTopics.publish`. */
  async publish(name: string, value: unknown, options?: PublishOptions): Promise<Position> {
    return this.having(name).publish(name, value, options);
  }

  /** Publishes several values of one topic; see `NamespaceTopics.publishMany`. */
  async publishMany(name: string, values: readonly unknown[], options?: PublishOptions): Promise<Position> {
    return this.having(name).publishMany(name, values, options);
  }

  /** Reads the last value. */
  async last(name: string): Promise<TopicEntry> {
    return this.having(name).last(name);
  }

  /** Reads the latest values that are kept, the oldest first. @param limit - at most so many */
  async history(name: string, limit?: number): Promise<readonly unknown[]> {
    return this.having(name).history(name, limit);
  }

  /** Sets the value of a key in a keyed topic; see `NamespaceTopics.set`. */
  async set(name: string, key: string, value: unknown, options?: SetOptions): Promise<Position> {
    return this.having(name).set(name, key, value, options);
  }

  /** Removes a key of a keyed topic. */
  async remove(name: string, key: string, options?: PublishOptions): Promise<Position> {
    return this.having(name).remove(name, key, options);
  }

  /** Reads all keys of a keyed topic with their values. */
  async entries(name: string): Promise<ReadonlyMap<string, unknown>> {
    return this.having(name).entries(name);
  }

  /** Forgets a topic; see `NamespaceTopics.delete`. */
  async delete(name: string): Promise<boolean> {
    return this.having(name).delete(name);
  }
}
