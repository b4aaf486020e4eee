import type { Socket } from 'socket.io-client';
import { createStatus } from '../client/status.js';
import type { TopicState, TopicSubscription } from '../client/topic-types.js';
import { createTopics } from '../client/topics.js';
import { GatewireError } from '../errors/gatewire-error.js';

const TIMEOUT_MS = 5_000;

/** Subscription of a test client. It keeps what has arrived until it is taken. */
export interface TestTopic<TValue = unknown> {
  readonly state: TopicState;
  /** Last value; undefined where there is none, and in keyed topics. */
  readonly value: TValue | undefined;
  /** Values of a keyed topic by key. */
  readonly entries: ReadonlyMap<string, TValue>;
  readonly position: string | null;
  /** Number of times that the topic began anew, because values were lost. */
  readonly resets: number;
  /**
   * Returns the next value, also one that arrived before; each is taken once, in order.
   *
   * @throws {GatewireError} what the server refused the subscription with; TIMEOUT when none comes
   * @param timeoutMs - time limit in milliseconds
   */
  next(timeoutMs?: number): Promise<TValue>;
  /** Takes all values that have arrived. */
  take(): readonly TValue[];
  /**
   * Waits until the subscription is live: what is published from now on arrives.
   *
   * @throws {GatewireError} what the server refused the subscription with; TIMEOUT
   */
  live(): Promise<void>;
  /** Ends the subscription. */
  unsubscribe(): void;
}

type OpenTopic = (name: string) => TestTopic;

/** Makes the function that subscribes a test client to topics, as gatewire/client does. */
export function testTopics(socket: Socket): OpenTopic {
  const status = createStatus();
  const open = createTopics(socket, status);
  return (name) => {
    const values: unknown[] = [];
    const waiting = new Set<() => void>();
    let resets = 0;
    const wake = (): void => {
      for (const one of waiting) one();
    };
    const subscription: TopicSubscription<unknown> = open(name, {
      onValue: (value) => {
        values.push(value);
        wake();
      },
      onReset: () => resets++,
      onState: wake,
      onError: wake,
    });
    const until = (what: string, isDone: () => boolean, timeoutMs = TIMEOUT_MS): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!isDone() && subscription.error === null) return;
          end();
          if (isDone()) resolve();
          else reject(subscription.error);
        };
        const message = `\`${name}\` has no ${what} within ${timeoutMs} ms; it is ${subscription.state}`;
        const timer = setTimeout(() => {
          end();
          reject(new GatewireError('TIMEOUT', { message }));
        }, timeoutMs);
        const end = (): void => {
          clearTimeout(timer);
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      });
    return {
      get state() {
        return subscription.state;
      },
      get value() {
        return subscription.value;
      },
      get entries() {
        return subscription.entries;
      },
      get position() {
        return subscription.position;
      },
      get resets() {
        return resets;
      },
      async next(timeoutMs) {
        await until('further value', () => values.length > 0, timeoutMs);
        return values.shift();
      },
      take: () => values.splice(0),
      live: () => until('answer', () => subscription.state === 'live'),
      unsubscribe: subscription.unsubscribe,
    };
  };
}
