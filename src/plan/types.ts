import type { CallSite } from '../base/call-site.js';
import type { Contract, Schema } from '../contract/contract.js';
import type { BatteryPlan } from '../metadata/battery.js';
import type { Class, ParameterDeclaration, ScopeName } from '../metadata/record.js';

/** Shape of acknowledgements: `{ ok, data }`, or the bare value. */
export type ReplyShape = 'envelope' | 'raw';

/** Middleware or guard around a connect or an event. */
export interface StepPlan {
  readonly kind: 'middleware' | 'guard';
  /** Level of the declaration: the whole application, a gateway or one event. */
  readonly level: 'app' | 'gateway' | 'event';
  /** Object or function itself, or the class to take from the container. */
  readonly value: object;
  readonly isClass: boolean;
  /** Whether a middleware takes part in connecting. */
  readonly connects: boolean;
  /** Whether a middleware takes part in events. */
  readonly handles: boolean;
  readonly label: string;
  readonly at: CallSite;
}

/** Method that handles events, or that runs when a client connects or leaves. */
export interface HandlerPlan {
  readonly method: string | symbol;
  /** `ChatGateway.send`. */
  readonly label: string;
  readonly at: CallSite;
  /** Decorated parameters in order, or null for the positional `(payload, ctx)`. */
  readonly parameters: readonly ParameterDeclaration[] | null;
}

/** Handler of an event with all stages around it. Absent stages are null. */
export interface EventPlan {
  /** Exact names, or null for a RegExp or the catch-all. */
  readonly name: string | null;
  /** RegExp, or null for an exact name or the catch-all. */
  readonly pattern: RegExp | null;
  /** Contract whose kit bound it; null for the plain decorator. */
  readonly contract: Contract | null;
  readonly gateway: GatewayPlan;
  readonly handler: HandlerPlan;
  /** Batteries of gateway and event on arrival, ahead of the bound on calls in flight. */
  readonly arrival: readonly BatteryPlan[] | null;
  /** Batteries of gateway and event with a call in flight, ahead of all middleware. */
  readonly admitted: readonly BatteryPlan[] | null;
  /** Middleware of application and gateway, which sees the payload unparsed. */
  readonly outer: readonly (StepPlan | BatteryPlan)[] | null;
  readonly payload: Schema | null;
  readonly args: Schema | null;
  /** Middleware of the event, then guards, which see the payload parsed. */
  readonly inner: readonly (StepPlan | BatteryPlan)[] | null;
  readonly ack: Schema | null;
  readonly answersByHand: boolean;
  readonly timeoutMs: number;
  readonly reply: ReplyShape;
  readonly docs: MessageDocs;
}

/** Texts about an event for generated documents. */
export interface MessageDocs {
  readonly description: string | null;
  readonly examples: readonly unknown[];
  readonly isDeprecated: boolean;
}

/** Event that the server may send. Absent schemas are null. */
export interface MessagePlan {
  readonly name: string;
  readonly payload: Schema | null;
  readonly args: Schema | null;
  readonly ack: Schema | null;
  readonly docs: MessageDocs;
}

/** Contract of a namespace, without the events that clients send: those are events of the namespace. */
export interface ContractPlan {
  readonly serverToClient: readonly MessagePlan[];
  /** Schemas of the details of errors, by code. */
  readonly errors: ReadonlyMap<string, Schema>;
}

/** What is to be known of a topic in order to publish to it. */
export type PublishedTopic = Pick<
  TopicPlan,
  'name' | 'pattern' | 'payload' | 'history' | 'ttlMs' | 'maxEntries' | 'scope'
>;

/** Topic that clients may subscribe to, or a pattern of many. */
export interface TopicPlan {
  /** Name as declared: `prices/:symbol`. */
  readonly name: string;
  /** Pattern of the names that it stands for. */
  readonly pattern: RegExp;
  /** Schema of a value; null for any. */
  readonly payload: Schema | null;
  /** Number of changes that can be read again. */
  readonly history: number;
  /** Milliseconds after the last change until the topic is forgotten. */
  readonly ttlMs: number;
  /** Whether subscribers get all changes, or the latest one where they are slow. */
  readonly deliver: 'all' | 'latest';
  /** Whether changes are sent as patches where these are smaller. */
  readonly delta: boolean;
  /** Largest number of keys; null for a topic with one value. */
  readonly maxEntries: number | null;
  /** Whether each namespace instance has a topic of this name, or the application has one. */
  readonly scope: 'namespace' | 'app';
  /** Subscription, with the method that authorizes it and all steps around that. */
  readonly subscription: EventPlan;
  readonly docs: MessageDocs;
}

/** Handler of an event that other nodes send. */
export interface ServerSidePlan {
  readonly event: string;
  readonly handler: HandlerPlan;
}

/** Class that is bound to a namespace. */
export interface GatewayPlan {
  readonly target: Class;
  readonly name: string;
  readonly at: CallSite;
  readonly scope: ScopeName;
  readonly connect: readonly HandlerPlan[] | null;
  readonly disconnecting: readonly HandlerPlan[] | null;
  readonly disconnect: readonly HandlerPlan[] | null;
  readonly serverSide: readonly ServerSidePlan[] | null;
}

/** Authenticator of a namespace. */
export interface AuthPlan {
  /** Function or object itself, the class to take from the container, or a maker of one. */
  readonly value: object;
  readonly isClass: boolean;
  readonly isMaker: boolean;
  /** Whether it trusts cookies, which browsers send along with what any page asks for. */
  readonly usesCookies: boolean;
  readonly label: string;
  /** Line of the `@Gateway` or `createApp` that names it. */
  readonly at: CallSite;
}

/** Check of the clients that join the rooms of a pattern. */
export interface RoomGuardPlan {
  /** Pattern as declared: `order/:id`, the text of a RegExp, or `*`. */
  readonly name: string;
  /** Null for `*`: every room that no other pattern matches. */
  readonly pattern: RegExp | null;
  /** Allows by a truthy value, or by a promise of one. */
  readonly check: (ctx: never, params: never) => unknown;
  readonly at: CallSite;
}

/** Namespace, fixed or a pattern of many, with all of its gateways. */
export interface NamespacePlan {
  /** Name as declared: `/chat`, `/team/:team`, or the source of a RegExp. */
  readonly name: string;
  /** Pattern of the names of instances; null for a fixed namespace. */
  readonly pattern: RegExp | null;
  /** Authenticator; null when the namespace is public. */
  readonly auth: AuthPlan | null;
  /** Makes the first `ctx.data` of each socket; null for the empty object of Socket.IO. */
  readonly data: (() => unknown) | null;
  /** Guards of rooms, those of the application first; null where every room is open. */
  readonly rooms: readonly RoomGuardPlan[] | null;
  /** Shape of the answer to unknown events. */
  readonly reply: ReplyShape;
  readonly connect: readonly StepPlan[] | null;
  readonly gateways: readonly GatewayPlan[];
  readonly events: readonly EventPlan[];
  readonly patterns: readonly EventPlan[];
  readonly any: EventPlan | null;
  /** Topics; null where there are none. */
  readonly topics: readonly TopicPlan[] | null;
  /** Contract of the gateways; null where they have none. */
  readonly contract: ContractPlan | null;
}

/** Class that the container may have to make. */
export interface DependencyPlan {
  readonly target: Class;
  readonly scope: ScopeName;
  /** Whether anything is injected into it. */
  readonly isInjected: boolean;
}

/** All declarations of an application, checked and frozen. Metadata is not read again. */
export interface AppPlan {
  readonly namespaces: readonly NamespacePlan[];
  /** Classes that gatewire may have to make. */
  readonly dependencies: readonly DependencyPlan[];
  /** Limits with the values that hold, by the names of their options. */
  readonly limits: Readonly<Record<string, number>> & { readonly handlerTimeoutMs: number };
  /** Further options of the application, in words. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Lists the events of a namespace: exact names, RegExps, the catch-all. */
export function eventsOf(namespace: NamespacePlan): readonly EventPlan[] {
  const { events, patterns, any } = namespace;
  return [...events, ...patterns, ...(any === null ? [] : [any])];
}

/** Lists the middleware and guards of a namespace, those of connecting first; one that serves several events repeats. */
export function stepsOf(namespace: NamespacePlan): readonly StepPlan[] {
  const subscriptions = (namespace.topics ?? []).map(({ subscription }) => subscription);
  const steps = [...eventsOf(namespace), ...subscriptions].flatMap(({ outer, inner }) => [
    ...(outer ?? []),
    ...(inner ?? []),
  ]);
  return [...(namespace.connect ?? []), ...steps.filter((step) => step.kind !== 'battery')];
}
