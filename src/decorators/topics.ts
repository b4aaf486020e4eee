import { CallSite } from '../base/call-site.js';
import type { Schema } from '../contract/contract.js';
import { editMethod, type TopicDeclaration } from '../metadata/record.js';
import { assertExperimental } from './experimental.js';

/** Options of `@OnSubscribe` that say how a topic is kept and delivered. */
export interface TopicOptions {
  /**
   * Number of the latest changes that a client which comes back gets one by one, 0 to 100000; with fewer it gets the present
   * value instead.
   * @default 100
   */
  readonly history?: number;
  /**
   * Milliseconds after the last change until the topic is forgotten, 1 to 2147483647.
   * @default 86400000, a day
   */
  readonly ttlMs?: number;
  /**
   * Whether a client that reads slowly gets every change, or the latest one.
   * @default 'all'
   */
  readonly deliver?: 'all' | 'latest';
  /**
   * Whether a change of an object is sent as a JSON Merge Patch (RFC 7396) where that is smaller. Arrays are sent whole: give
   * lists of records a key for each.
   * @default false
   */
  readonly delta?: boolean;
  /**
   * Largest number of keys of a keyed topic.
   * @default 10000
   */
  readonly maxEntries?: number;
  /**
   * Whether each instance of the namespace has a topic of this name, or the whole application has one.
   * @default 'namespace'
   */
  readonly scope?: 'namespace' | 'app';
}

/** Options of the plain `@OnSubscribe`; a contract says the first five. */
export interface OnSubscribeOptions extends TopicOptions {
  /** Schema of a value. Values are checked where they are published, and never changed. */
  readonly payload?: Schema;
  /**
   * Whether the topic holds a value for each key, in place of one value.
   * @default false
   */
  readonly keyed?: boolean;
  /** Text for generated documents. */
  readonly description?: string;
  /** Example values for generated documents. */
  readonly examples?: readonly unknown[];
  /** Marks the topic as one that new code should not use. */
  readonly deprecated?: boolean;
}

/**
 * Declares a topic, or a pattern of many, and binds the method that authorizes subscriptions: it is called with the context
 * and the parameters of the name, and throws to refuse. A value that it returns becomes that of a topic which has none. When it
 * returns `{ snapshot }`, that function loads the present state for subscribers which begin anew, once for all of a moment: it
 * must not depend on the client.
 *
 * @param pattern - a name such as `'prices'`, or a path with parameters such as `'prices/:symbol'`
 * @param options - schema of the values, how many changes are kept, and for how long
 * @example
 * @OnSubscribe('prices/:symbol', { history: 100 })
 * subscribe(ctx: TopicContext, { symbol }: { symbol: string }) {
 *   if (!this.market.has(symbol)) throw new GatewireError('NOT_FOUND');
 * }
 */
export function OnSubscribe(pattern: string, options: OnSubscribeOptions = {}): MethodDecorator {
  return topicDecorator({ pattern, options, contract: null, at: new CallSite(OnSubscribe) });
}

/** Records one `@OnSubscribe`, plain or of a kit. */
export function topicDecorator(declaration: TopicDeclaration): MethodDecorator {
  return (target: object, key: string | symbol) => {
    assertExperimental('OnSubscribe', key, declaration.at);
    editMethod(target, key).topics.unshift(declaration);
  };
}
