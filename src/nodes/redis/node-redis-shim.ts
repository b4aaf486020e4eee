import type { SubscriptionKind } from './redis-client.js';
import type { Link } from './redis-connections.js';
import type { Listener } from './subscriptions.js';

type RawListener = (message: Buffer, channel: string) => unknown;

const DONE = Promise.resolve(0);

/**
 * What the adapters take for a client of node-redis: the few methods that they call, on a connection that does not
 * reject, hang or grow. Everything that leaves is signed, everything that comes in has been verified.
 */
export function publishingClient(link: Link) {
  return {
    // The adapters look for these two to tell node-redis from ioredis.
    pSubscribe() {},
    sSubscribe() {},
    publish(channel: string, message: Buffer | string) {
      link.publish('PUBLISH', channel, message);
      return DONE;
    },
    sPublish(channel: string, message: Buffer | string) {
      link.publish('SPUBLISH', channel, message);
      return DONE;
    },
    sendCommand: (args: readonly string[]) => link.command(args),
    on() {},
    off() {},
  };
}

/** What the adapters subscribe with. */
export function listeningClient(link: Link) {
  const add = (kind: SubscriptionKind, channel: string, listener: RawListener): void =>
    link.subscriptions.add(kind, channel, listener as Listener);
  const each = (channels: string | readonly string[]): readonly string[] =>
    typeof channels === 'string' ? [channels] : channels;
  return {
    subscribe(channels: string | readonly string[], listener: RawListener) {
      for (const channel of each(channels)) add('channel', channel, listener);
      return DONE;
    },
    unsubscribe(channels: string | readonly string[], listener?: RawListener) {
      for (const one of each(channels)) link.subscriptions.remove('channel', one, listener as Listener);
      return DONE;
    },
    pSubscribe(pattern: string, listener: RawListener) {
      add('pattern', literal(pattern), listener);
      return DONE;
    },
    pUnsubscribe(pattern: string, listener?: RawListener) {
      link.subscriptions.remove('pattern', literal(pattern), listener as Listener);
      return DONE;
    },
    sSubscribe(channels: string | readonly string[], listener: RawListener) {
      for (const channel of each(channels)) add('sharded', channel, listener);
      return DONE;
    },
    sUnsubscribe(channels: string | readonly string[]) {
      for (const channel of each(channels)) link.subscriptions.remove('sharded', channel);
      return DONE;
    },
    on() {},
    off() {},
  };
}

/** For a process without clients, which need not hear what is sent to them. */
export function deafClient(): ReturnType<typeof listeningClient> {
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

/** The pattern of a namespace, of which only the star at its end is meant as one: `[` and `\` in names break it. */
function literal(pattern: string): string {
  return `${pattern.slice(0, -1).replace(/[\\[\]*?^]/g, '\\$&')}*`;
}
