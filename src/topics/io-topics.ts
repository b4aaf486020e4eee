import type { Contract } from '../contract/contract.js';
import { GatewireError } from '../errors/gatewire-error.js';
import {
  type NamespaceTopics,
  type PublishOptions,
  type SetOptions,
  type TopicEntry,
  Topics,
} from '../metadata/topics.js';
import type { PublishedTopic } from '../plan/types.js';
import { findNamespace } from '../runtime/namespace-instances.js';
import type { CompiledNamespace } from '../runtime/types.js';
import type { TopicQuery, TopicRead, TopicStore } from '../stores/topics.js';
import type { Publisher } from './publisher.js';
import { storeKey } from './store-key.js';

/** Where topics are kept, and what makes their changes. */
export interface TopicStorage {
  readonly store: TopicStore;
  readonly publisher: Publisher;
}

/** What the topics of a running application work on. */
export interface OpenTopics extends TopicStorage {
  readonly namespaces: readonly CompiledNamespace[];
}

/** The topics of an application, for its own classes. */
export class IoTopics extends Topics {
  #open: OpenTopics | null = null;

  /** The topics are there from now on. */
  open(open: OpenTopics | null): void {
    this.#open = open;
  }

  override namespace<TContract extends Contract>(
    contract: TContract,
    ...params: readonly unknown[]
  ): NamespaceTopics<TContract>;
  override namespace(name: string, params?: Readonly<Record<string, string>>): NamespaceTopics;
  override namespace(
    given: string | Contract,
    params: Readonly<Record<string, string>> = {},
  ): NamespaceTopics {
    const open = this.#opened();
    const { bound, instance } = findNamespace(open.namespaces, given, params);
    return topicsOf(bound.plan.topics ?? [], instance, open);
  }

  protected override having(name: string): NamespaceTopics {
    const open = this.#opened();
    const found = open.namespaces.flatMap(({ plan }) =>
      (plan.topics ?? []).flatMap((topic) => (hasName(topic, name) ? [{ plan, topic }] : [])),
    );
    const usable = found.filter(({ plan, topic }) => topic.scope === 'app' || plan.pattern === null);
    const keys = new Set(usable.map(({ plan, topic }) => storeKey(plan.name, name, topic.scope)));
    const [first] = usable;
    if (first !== undefined && keys.size === 1) return topicsOf([first.topic], first.plan.name, open);
    if (found.length === 0) throw notFound(name, null);
    const namespaces = found.map(({ plan }) => `\`${plan.name}\``).join(', ');
    throw new TypeError(
      `\`${name}\` is a topic of ${namespaces}: say which one is meant by topics.namespace(name, params)`,
    );
  }

  #opened(): OpenTopics {
    if (this.#open !== null) return this.#open;
    throw new Error('topics work while the application listens, not in a constructor');
  }
}

function hasName({ pattern }: PublishedTopic, name: unknown): boolean {
  return typeof name === 'string' && pattern.test(name);
}

/** @param instance - namespace instance that was asked; null for all of them */
function notFound(name: unknown, instance: string | null): GatewireError {
  const where = instance === null ? '' : ` of \`${instance}\``;
  return new GatewireError('NOT_FOUND', {
    message: 'there is no such topic',
    cause: new Error(`no @OnSubscribe${where} has a topic \`${String(name).slice(0, 300)}\``),
  });
}

/**
 * Returns the topics of a namespace instance.
 *
 * @param topics - those of the namespace
 */
export function topicsOf<TContract extends Contract>(
  topics: readonly PublishedTopic[],
  instance: string,
  services: TopicStorage,
): NamespaceTopics<TContract> {
  return new TopicsOfNamespace(topics, instance, services) as unknown as NamespaceTopics<TContract>;
}

class TopicsOfNamespace {
  readonly #topics: readonly PublishedTopic[];
  readonly #instance: string;
  readonly #open: TopicStorage;

  constructor(topics: readonly PublishedTopic[], instance: string, open: TopicStorage) {
    this.#topics = topics;
    this.#instance = instance;
    this.#open = open;
  }

  async publish(name: string, value: unknown, options?: PublishOptions) {
    return this.publishMany(name, [value], options);
  }

  async publishMany(name: string, values: readonly unknown[], options?: PublishOptions) {
    const { plan, key } = this.#find(name);
    return this.#open.publisher.publish(plan, key, values, options);
  }

  async set(name: string, topicKey: string, value: unknown, options?: SetOptions) {
    const { plan, key } = this.#find(name);
    return this.#open.publisher.set(plan, key, topicKey, value, options);
  }

  async remove(name: string, topicKey: string, options?: PublishOptions) {
    const { plan, key } = this.#find(name);
    return this.#open.publisher.set(plan, key, topicKey, undefined, options);
  }

  async last(name: string): Promise<TopicEntry> {
    const { position, state } = await this.#read(name, { after: null, state: true });
    const [entry] = state;
    return { position, value: entry === undefined ? undefined : JSON.parse(entry[1]) };
  }

  async history(name: string, limit = Number.POSITIVE_INFINITY): Promise<readonly unknown[]> {
    const { changes } = await this.#read(name, { after: 0, state: false });
    const from = Math.max(0, changes.length - limit);
    return changes.slice(from).map(({ value }) => JSON.parse(value ?? 'null') as unknown);
  }

  async entries(name: string): Promise<ReadonlyMap<string, unknown>> {
    const { state } = await this.#read(name, { after: null, state: true });
    return new Map(state.map(([key, value]) => [key, JSON.parse(value) as unknown]));
  }

  async delete(name: string): Promise<boolean> {
    const { key } = this.#find(name);
    return this.#ask(() => this.#open.store.delete(key));
  }

  #read(name: string, query: Omit<TopicQuery, 'isKeyed'>): Promise<TopicRead> {
    const { plan, key } = this.#find(name);
    const isKeyed = plan.maxEntries !== null;
    return this.#ask(() => this.#open.store.read(key, { ...query, isKeyed }));
  }

  async #ask<TResult>(run: () => Promise<TResult>): Promise<TResult> {
    try {
      return await run();
    } catch (cause) {
      throw new GatewireError('UNAVAILABLE', { message: 'the topics cannot be read now', cause });
    }
  }

  #find(name: string): { readonly plan: PublishedTopic; readonly key: string } {
    const plan = this.#topics.find((topic) => hasName(topic, name));
    if (plan !== undefined) return { plan, key: storeKey(this.#instance, name, plan.scope) };
    throw notFound(name, this.#instance);
  }
}
