import type { CallSite } from '../base/call-site.js';
import type { Contract } from '../contract/contract.js';
import type { Schema } from '../contract/schema.js';
import type { BatteryPlan } from '../metadata/battery.js';
import type { Class, ParameterDeclaration, ScopeName } from '../metadata/record.js';

/** Shape of acknowledgements: `{ ok, data }`, or the bare value. */
export type ReplyShape = 'envelope' | 'raw';

/** One stage around a connect or an event. */
export interface StepPlan {
  readonly kind: 'middleware' | 'guard';
  /** Where it was declared: for the whole application, a gateway or one event. */
  readonly level: 'app' | 'gateway' | 'event';
  /** The object or function itself, or the class to take from the container. */
  readonly value: object;
  readonly isClass: boolean;
  /** Which stages a middleware takes part in. */
  readonly connects: boolean;
  readonly handles: boolean;
  readonly label: string;
  readonly at: CallSite;
}

/** A method that runs when a client comes or goes, or that handles events. */
export interface HandlerPlan {
  readonly method: string | symbol;
  /** `ChatGateway.send`. */
  readonly label: string;
  readonly at: CallSite;
  /** Decorated parameters in order, or null for the positional `(payload, ctx)`. */
  readonly parameters: readonly ParameterDeclaration[] | null;
}

/** One handler together with everything around it. Absent stages are null. */
export interface EventPlan {
  /** Exact names, or null for a RegExp or the catch-all. */
  readonly name: string | null;
  /** RegExp, or null for an exact name or the catch-all. */
  readonly pattern: RegExp | null;
  /** The contract whose kit bound it; null for the plain decorator. */
  readonly contract: Contract | null;
  readonly gateway: GatewayPlan;
  readonly handler: HandlerPlan;
  /** Batteries of gateway and event on arrival, ahead of the bound on calls in flight. */
  readonly arrival: readonly BatteryPlan[] | null;
  /** Batteries of gateway and event with a call in flight, ahead of all middleware. */
  readonly admitted: readonly BatteryPlan[] | null;
  /** Middleware of application and gateway: it sees the payload unparsed. */
  readonly outer: readonly (StepPlan | BatteryPlan)[] | null;
  readonly payload: Schema | null;
  readonly args: Schema | null;
  /** Middleware of the event, then guards: they see the payload parsed. */
  readonly inner: readonly (StepPlan | BatteryPlan)[] | null;
  readonly ack: Schema | null;
  readonly answersByHand: boolean;
  readonly timeoutMs: number;
  readonly reply: ReplyShape;
  readonly docs: MessageDocs;
}

/** What is said about an event for those who read generated documents. */
export interface MessageDocs {
  readonly description: string | null;
  readonly examples: readonly unknown[];
  readonly isDeprecated: boolean;
}

/** One event that the server may send. Absent schemas are null. */
export interface MessagePlan {
  readonly name: string;
  readonly payload: Schema | null;
  readonly args: Schema | null;
  readonly ack: Schema | null;
  readonly docs: MessageDocs;
}

/** What the contract of a namespace says besides the events that clients send, which are the namespace's. */
export interface ContractPlan {
  readonly serverToClient: readonly MessagePlan[];
  /** Schemas of the details, by code. */
  readonly errors: ReadonlyMap<string, Schema>;
}

/** A handler of what other nodes send. */
export interface ServerSidePlan {
  readonly event: string;
  readonly handler: HandlerPlan;
}

/** One class bound to a namespace. */
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

/** Whoever says who a connection is. */
export interface AuthPlan {
  /** The function or object itself, the class to take from the container, or what makes one. */
  readonly value: object;
  readonly isClass: boolean;
  readonly isMaker: boolean;
  readonly label: string;
  /** The `@Gateway` or `createApp` that names it. */
  readonly at: CallSite;
}

/** Who may join the rooms of a pattern. */
export interface RoomGuardPlan {
  /** As declared: `order/:id`, the text of a RegExp, or `*`. */
  readonly name: string;
  /** Null for `*`: every room that no other pattern matches. */
  readonly pattern: RegExp | null;
  /** Agrees by anything truthy, or a promise of it. */
  readonly check: (ctx: never, params: never) => unknown;
  readonly at: CallSite;
}

/** One namespace, fixed or a pattern of many, with all of its gateways. */
export interface NamespacePlan {
  /** As declared: `/chat`, `/team/:team`, or the source of a RegExp. */
  readonly name: string;
  /** What names of instances look like, or null for a fixed namespace. */
  readonly pattern: RegExp | null;
  /** The authenticator as given, or null when everybody may come in. */
  readonly auth: AuthPlan | null;
  /** Makes the first `ctx.data` of each socket; null where it is Socket.IO's own empty object. */
  readonly data: (() => unknown) | null;
  /** Who may join which rooms, those of the application first; null where every room is open. */
  readonly rooms: readonly RoomGuardPlan[] | null;
  /** Shape of the answer to events that nobody handles. */
  readonly reply: ReplyShape;
  readonly connect: readonly StepPlan[] | null;
  readonly gateways: readonly GatewayPlan[];
  readonly events: readonly EventPlan[];
  readonly patterns: readonly EventPlan[];
  readonly any: EventPlan | null;
  /** Null where the gateways have none. */
  readonly contract: ContractPlan | null;
}

/** A class that the container may have to make. */
export interface DependencyPlan {
  readonly target: Class;
  readonly scope: ScopeName;
  /** Whether anything is injected into it. */
  readonly isInjected: boolean;
}

/** Everything that the declarations say, checked and frozen. Nothing reads metadata after it. */
export interface AppPlan {
  readonly namespaces: readonly NamespacePlan[];
  /** Every class that gatewire may have to make. */
  readonly dependencies: readonly DependencyPlan[];
  /** Every limit with the value that holds, by the name of its option. */
  readonly limits: Readonly<Record<string, number>> & { readonly handlerTimeoutMs: number };
  /** Further options of the application, in words. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Every event of a namespace: exact names, RegExps, the catch-all. */
export function eventsOf(namespace: NamespacePlan): readonly EventPlan[] {
  const { events, patterns, any } = namespace;
  return [...events, ...patterns, ...(any === null ? [] : [any])];
}

/** Middleware and guards of a namespace, those of connecting first; one that serves several events stands there several times. */
export function stepsOf(namespace: NamespacePlan): readonly StepPlan[] {
  const steps = eventsOf(namespace).flatMap(({ outer, inner }) => [...(outer ?? []), ...(inner ?? [])]);
  return [...(namespace.connect ?? []), ...steps.filter((step) => step.kind !== 'battery')];
}
