import type { ScopeName } from '../metadata/record.js';
import type { ReplyShape, TopicPlan } from '../plan/types.js';
import type { JsonSchema } from './json-schema.js';
import type { Carries } from './messages.js';

/** Position in a file of the application. */
export interface Position {
  /** Path relative to the root that was given, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Schema as plain data, without its library. */
export interface SchemaDescription {
  /** Name of the library, such as `zod`. */
  readonly vendor: string;
  /** Summary such as `{room, text?}`; null when the schema is not known. */
  readonly shape: string | null;
  /** JSON Schema of the values that travel; null when the library exports none. */
  readonly schema: JsonSchema | null;
}

/** Arguments of an event of clients. */
export interface PayloadDescription extends SchemaDescription {
  /** `payload` is one argument, `args` the list of all. */
  readonly kind: 'payload' | 'args';
}

/** Handler of an event with its options. */
export interface EventDescription {
  /** `message:send`, `/^job:/` or `*`. */
  readonly name: string;
  readonly kind: 'name' | 'pattern' | 'any';
  readonly gateway: string;
  /** Name such as `ChatGateway.send`. */
  readonly handler: string;
  readonly at: Position | null;
  readonly carries: Carries;
  readonly payload: PayloadDescription | null;
  readonly ack: SchemaDescription | null;
  /** Rate limits, such as `10/s`. */
  readonly rates: readonly string[];
  /** False where the contract has no acknowledgement for the event. */
  readonly isAnswered: boolean;
  readonly reply: ReplyShape;
  /** True when the handler answers through `@Ack()` instead of by its return value. */
  readonly answersByHand: boolean;
  readonly timeoutMs: number;
}

/** Event that a server sends, as the contract declares it. */
export interface SentDescription {
  readonly name: string;
  readonly carries: Carries;
  readonly payload: PayloadDescription | null;
  /** Answer of the client. */
  readonly ack: SchemaDescription | null;
  /** True where the server asks for an answer. */
  readonly isAnswered: boolean;
}

/** Topic, or a pattern of many, with the method that authorizes subscriptions. */
export interface TopicDescription {
  /** `prices`, or `prices/:symbol`. */
  readonly name: string;
  readonly gateway: string;
  /** Method such as `LiveGateway.subscribe`. */
  readonly handler: string;
  readonly at: Position | null;
  /** Value of the topic, or of each key of it. */
  readonly payload: SchemaDescription | null;
  readonly keyed: boolean;
  /** Largest number of keys; null for a topic with one value. */
  readonly maxEntries: number | null;
  readonly history: number;
  readonly ttlMs: number;
  readonly deliver: TopicPlan['deliver'];
  readonly scope: TopicPlan['scope'];
  /** Rate limits of subscriptions, such as `10/s`. */
  readonly rates: readonly string[];
}

/** Gateway class of a namespace. */
export interface GatewayDescription {
  readonly name: string;
  readonly scope: ScopeName;
  readonly at: Position | null;
}

/** Namespace with its gateways and events. */
export interface NamespaceDescription {
  /** `/chat`, `/team/:team` or `/^\/room-\d+$/`. */
  readonly name: string;
  readonly kind: 'name' | 'parameters' | 'pattern';
  /** Authenticator; null when the namespace is open. */
  readonly auth: { readonly label: string; readonly at: Position | null } | null;
  readonly gateways: readonly GatewayDescription[];
  /** Events of clients. */
  readonly events: readonly EventDescription[];
  /** Events of the server; empty without a contract. */
  readonly sends: readonly SentDescription[];
  readonly topics: readonly TopicDescription[];
}

/** Application as plain data, for listings and documents. */
export interface AppDescription {
  readonly namespaces: readonly NamespaceDescription[];
  readonly totals: {
    readonly gateways: number;
    readonly events: number;
    readonly sends: number;
    readonly topics: number;
    readonly namespacesWithoutAuth: number;
  };
}
