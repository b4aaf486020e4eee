import type { SubscriptionKind } from './redis-client.js';
import type { PublishCommand, RedisConnections } from './redis-connections.js';
import type { Listener } from './subscriptions.js';

type RawListener = (message: Buffer, channel: string) => unknown;
type Channels = string | readonly string[];
type Publish = (command: PublishCommand, channel: string, message: Buffer | string) => unknown;

const DONE = Promise.resolve(0);

/**
 * Makes the client that Socket.IO's Redis adapters publish with: the few methods of node-redis that they call. Messages
 * are signed, and no call rejects, hangs or queues without bound.
 *
 * @param publish - sends what an adapter publishes
 */
export function publishingClient(
  redis: RedisConnections,
  publish: Publish = (...args) => redis.publish(...args),
) {
  return {
    // The adapters look for these two to tell node-redis from ioredis.
    pSubscribe() {},
    sSubscribe() {},
    publish(channel: string, message: Buffer | string) {
      publish('PUBLISH', channel, message);
      return DONE;
    },
    sPublish(channel: string, message: Buffer | string) {
      publish('SPUBLISH', channel, message);
      return DONE;
    },
    sendCommand: (args: readonly string[]) => redis.command(args),
    on() {},
    off() {},
  };
}

/** Makes the client that the adapters subscribe with. Their listeners get verified messages only. */
export function subscribingClient({ subscriptions }: RedisConnections) {
  const add = (kind: SubscriptionKind, channels: Channels, listener: RawListener) => {
    for (const channel of [channels].flat()) subscriptions.add(kind, channel, listener as Listener);
    return DONE;
  };
  const remove = (kind: SubscriptionKind, channels: Channels, listener?: RawListener) => {
    for (const channel of [channels].flat()) subscriptions.remove(kind, channel, listener as Listener);
    return DONE;
  };
  return {
    subscribe: (channels: Channels, listener: RawListener) => add('channel', channels, listener),
    unsubscribe: (channels: Channels, listener?: RawListener) => remove('channel', channels, listener),
    pSubscribe: (pattern: string, listener: RawListener) => add('pattern', escaped(pattern), listener),
    pUnsubscribe: (pattern: string, listener?: RawListener) => remove('pattern', escaped(pattern), listener),
    sSubscribe: (channels: Channels, listener: RawListener) => add('sharded', channels, listener),
    sUnsubscribe: (channels: Channels) => remove('sharded', channels),
    on() {},
    off() {},
  };
}

/** Makes a client that ignores subscriptions, for a process without sockets. */
export function deafClient(): ReturnType<typeof subscribingClient> {
  const nothing = () => DONE;
  return {
    subscribe: nothing,
    unsubscribe: nothing,
    pSubscribe: nothing,
    pUnsubscribe: nothing,
    sSubscribe: nothing,
    sUnsubscribe: nothing,
    on() {},
    off() {},
  };
}

/** Escapes the pattern of a namespace, up to the star at its end: `[` and `\` in the name are not part of the syntax. */
function escaped(pattern: string): string {
  return `${pattern.slice(0, -1).replace(/[\\[\]*?^]/g, '\\$&')}*`;
}
