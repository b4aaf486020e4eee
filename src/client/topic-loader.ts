import type { Socket } from 'socket.io-client';
import type { Status } from './status.js';
import type { TopicOptions, TopicSubscription } from './topic-types.js';

type Subscription = TopicSubscription<unknown>;
type Subscribe = (name: string, options?: TopicOptions<unknown>) => Subscription;

/** Makes the function that subscribes to topics. What it takes is loaded with the first topic: most pages have none. */
export function lazyTopics(socket: Socket, status: Status): Subscribe {
  let loading: Promise<Subscribe> | null = null;
  return (name, options) => {
    if (loading === null)
      loading = import('./topics.js').then(({ createTopics }) => createTopics(socket, status));
    let topic: Pick<Subscription, 'state' | 'error' | 'position' | 'value' | 'entries'> = {
      state: 'subscribing',
      error: null,
      position: null,
      value: undefined,
      entries: new Map(),
    };
    let end = (): void => {
      topic = { ...topic, state: 'closed' };
    };
    const opened = loading.then((subscribe) => {
      if (topic.state === 'closed') return [];
      const subscription = subscribe(name, options);
      topic = subscription;
      end = subscription.unsubscribe;
      return subscription;
    });
    const unsubscribe = (): void => end();
    const subscription = {
      name,
      unsubscribe,
      async *[Symbol.asyncIterator]() {
        yield* await opened;
      },
      // Browsers before 2025 do not have the symbol.
      [(Symbol as { readonly dispose?: symbol }).dispose ?? 'dispose']: unsubscribe,
    };
    for (const key of Object.keys(topic) as (keyof typeof topic)[])
      Object.defineProperty(subscription, key, { enumerable: true, get: () => topic[key] });
    return subscription as unknown as Subscription;
  };
}
