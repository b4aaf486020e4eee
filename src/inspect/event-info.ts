import { isReservedEvent } from '../base/reserved-names.js';
import type { BatteryPlan } from '../metadata/battery.js';
import type { AppPlan, EventPlan, NamespacePlan, StepPlan, TopicPlan } from '../plan/types.js';
import { describeEvent, describeNamespace, describeTopic } from './describe.js';
import type { EventDescription, NamespaceDescription, Position, TopicDescription } from './description.js';
import { type Locate, locator } from './locate.js';

/** Description of one event, or of the subscription to a topic, with all steps that run for it, in their order. */
export interface EventInfo {
  readonly namespace: Omit<NamespaceDescription, 'events' | 'sends' | 'topics'>;
  readonly event: EventDescription;
  /** Topic whose subscription the event is; absent for other events. */
  readonly topic?: TopicDescription;
  /** Steps that run once for each client that connects. */
  readonly connect: readonly StepDescription[];
  /** Steps that run for each event. */
  readonly call: readonly StepDescription[];
  /** Limits of the application, by the names of their options. */
  readonly limits: AppPlan['limits'];
  /** Further options of the application, as text. */
  readonly settings: AppPlan['settings'];
}

/**
 * Describes one event, or the subscription to a topic, with its steps.
 *
 * @param root - folder that file names are relative to
 */
export function describeEventInfo(
  { limits, settings }: AppPlan,
  namespace: NamespacePlan,
  subject: EventPlan | TopicPlan,
  root: string,
): EventInfo {
  const locate = locator(root);
  const { events: _events, sends: _sends, topics: _topics, ...rest } = describeNamespace(namespace, locate);
  const topic = 'subscription' in subject ? subject : null;
  const event = 'subscription' in subject ? subject.subscription : subject;
  return {
    namespace: rest,
    // A contract declares no acknowledgement of a subscription, and there is one.
    event: describeEvent(topic === null ? event : { ...event, name: topic.name, contract: null }, locate),
    ...(topic === null ? null : { topic: describeTopic(topic, locate) }),
    connect: describeConnect(namespace, locate),
    call: describeCall(event, locate),
    limits,
    settings,
  };
}

/**
 * Finds the namespace that serves a name, as Socket.IO does: fixed names first, then patterns in order. A pattern is
 * also found by its source.
 */
export function findNamespace({ namespaces }: AppPlan, name: string): NamespacePlan | null {
  return (
    namespaces.find((one) => one.name === name && one.pattern === null) ??
    namespaces.find((one) => one.name === name || String(one.pattern) === name) ??
    namespaces.find((one) => one.pattern?.test(name)) ??
    null
  );
}

/**
 * Finds the handler that runs for an event: exact names first, then RegExps in order, then the catch-all. A RegExp is
 * also found by its source, the catch-all by `*`.
 */
export function findEvent({ events, patterns, any }: NamespacePlan, name: string): EventPlan | null {
  const written =
    events.find((one) => one.name === name) ?? patterns.find((one) => String(one.pattern) === name);
  if (written !== undefined) return written;
  if (isReservedEvent(name)) return null;
  return patterns.find((one) => one.pattern?.test(name)) ?? any;
}

/** Finds the topic with a name, such as `prices/BTC`, or with a pattern, such as `prices/:symbol`. */
export function findTopic({ topics }: NamespacePlan, name: string): TopicPlan | null {
  const all = topics ?? [];
  return all.find((one) => one.name === name) ?? all.find(({ pattern }) => pattern.test(name)) ?? null;
}

/** Name of a step that is not a battery's. */
export type CoreStage =
  | 'auth'
  | 'middleware'
  | 'connected'
  | 'onConnect'
  | 'payload'
  | 'args'
  | 'guard'
  | 'handler'
  | 'ack'
  | 'reply';

/** Step that a client passes when it connects, or an event when it is handled. */
export interface StepDescription {
  readonly stage: CoreStage | (string & {});
  /** Name of the stage in listings, where a battery brings one. */
  readonly title?: string;
  /** Level at which a middleware, guard or battery was declared; null for the other stages. */
  readonly level: StepPlan['level'] | null;
  /** Name of the class or function; null for a stage without one. */
  readonly label: string | null;
  /** Position of its declaration; null for a step of gatewire itself. */
  readonly at: Position | null;
}

/** Describes the steps of a client that connects to a namespace, in order. */
export function describeConnect(namespace: NamespacePlan, locate: Locate): readonly StepDescription[] {
  const { auth, connect, gateways } = namespace;
  const hooks = gateways.flatMap((gateway) => gateway.connect ?? []);
  return [
    ...(auth === null ? [] : [step('auth', auth.label, locate(auth.at))]),
    ...(connect ?? []).map((one) => describeStep(one, locate)),
    step('connected', null, null),
    ...hooks.map(({ label, at }) => step('onConnect', label, locate(at))),
  ];
}

/** Describes the steps of an event, in order. */
export function describeCall(event: EventPlan, locate: Locate): readonly StepDescription[] {
  const { arrival, admitted, outer, payload, args, inner, handler, ack } = event;
  const at = locate(handler.at);
  return [
    ...[arrival, admitted, outer].flatMap((steps) => steps ?? []).map((one) => describeStep(one, locate)),
    ...(payload === null ? [] : [step('payload', null, at)]),
    ...(args === null ? [] : [step('args', null, at)]),
    ...(inner ?? []).map((one) => describeStep(one, locate)),
    step('handler', handler.label, at),
    ...(ack === null ? [] : [step('ack', null, at)]),
    step('reply', null, null),
  ];
}

function describeStep(one: StepPlan | BatteryPlan, locate: Locate): StepDescription {
  const { level } = one;
  const at = locate(one.at);
  if (one.kind !== 'battery') return { stage: one.kind, level, label: one.label.replace(/^guard /, ''), at };
  const { stage, title } = one.battery;
  return { stage, title, level, label: one.info, at };
}

function step(stage: StepDescription['stage'], label: string | null, at: Position | null): StepDescription {
  return { stage, level: null, label, at };
}
