import { type Position, writePosition } from '../contract/position.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { TopicOptions, TopicState, TopicSubscription } from './topic-types.js';

/** Values that may wait for a loop that iterates over a topic. */
const MAX_WAITING = 10_000;

/** Options of one subscription, and how far it is. */
export type Listener = { -readonly [K in keyof TopicOptions<unknown>]: TopicOptions<unknown>[K] } & {
  /** Whether it was given the present value, and takes part in the order. */
  isPresent: boolean;
  /** Position at which it ended; undefined while it goes on. */
  endedAt?: Position | null;
};

/** What the subscriptions of one topic have in common. */
interface Shared {
  readonly name: string;
  readonly state: TopicState;
  readonly error: GatewireError | null;
  readonly position: Position | null;
  readonly value: unknown;
  readonly entries: ReadonlyMap<string, unknown>;
}

/** Makes what the application has of one subscription. */
export function subscriptionOf(
  topic: Shared,
  listener: Listener,
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
      const { endedAt = topic.position } = listener;
      return endedAt && writePosition(endedAt);
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
function iterate(listener: Listener, unsubscribe: () => void): AsyncIterator<unknown> {
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
