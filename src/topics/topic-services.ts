import type { Logger } from '../base/logger.js';
import type { CompiledNamespace } from '../runtime/types.js';
import { checkSent } from '../runtime/validate.js';
import { MemoryTopics } from '../stores/memory-topics.js';
import type { TopicStore } from '../stores/topics.js';
import { TopicHub } from './hub.js';
import type { IoTopics, TopicStorage } from './io-topics.js';
import { Publisher } from './publisher.js';
import { Subscriptions } from './subscriptions.js';

/** How values are checked before they are published. */
export interface ValueChecks {
  readonly maxValueBytes: number;
  /** Whether values are checked against their schemas. */
  readonly checksValues: boolean;
}

/** Facts about an application that its topics need. */
export interface TopicsNeeds extends ValueChecks {
  /** Identity of the application, for the messages of channels. */
  readonly app: string;
  readonly logger: Logger;
  /** Store of all nodes; null where there is one node. */
  readonly remote: TopicStore | null;
}

/** Makes what publishes into a store. */
export function topicStorage(store: TopicStore, { maxValueBytes, checksValues }: ValueChecks): TopicStorage {
  const publisher = new Publisher(store, maxValueBytes, ({ name, payload }, value) => {
    if (checksValues && payload !== null) checkSent(name, payload, value);
  });
  return { store, publisher };
}

/** The topics of a running application: the store, what follows it, and the subscriptions of clients. */
export class TopicServices {
  private constructor(
    readonly store: TopicStore,
    readonly hub: TopicHub,
    readonly publisher: Publisher,
    readonly subscriptions: Subscriptions,
  ) {}

  static open({ app, logger, remote, ...checks }: TopicsNeeds): TopicServices {
    const { store, publisher } = topicStorage(remote ?? new MemoryTopics(), checks);
    const hub = new TopicHub(app, store, logger);
    return new TopicServices(store, hub, publisher, new Subscriptions(hub, store, publisher));
  }

  /** Lets the application's own classes publish. */
  serve(namespaces: readonly CompiledNamespace[], topics: IoTopics): void {
    topics.open({ namespaces, store: this.store, publisher: this.publisher });
  }

  close(): void {
    this.hub.close();
    this.store.close();
  }
}
