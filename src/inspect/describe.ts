import type { Schema } from '../contract/contract.js';
import { isTemplate } from '../plan/namespace-names.js';
import {
  type AppPlan,
  type EventPlan,
  eventsOf,
  type MessagePlan,
  type NamespacePlan,
  type TopicPlan,
} from '../plan/types.js';
import type {
  AppDescription,
  EventDescription,
  NamespaceDescription,
  SchemaDescription,
  SentDescription,
  TopicDescription,
} from './description.js';
import { argumentsShapeOf, jsonSchemaOf, shapeOf } from './json-schema.js';
import { type Locate, locator } from './locate.js';
import { clientMessage, serverMessage } from './messages.js';

/**
 * Turns a plan into plain data that survives JSON.
 *
 * @param root - folder that file names are relative to
 */
export function describeApp(plan: AppPlan, root: string): AppDescription {
  const locate = locator(root);
  const namespaces = plan.namespaces.map((namespace) => describeNamespace(namespace, locate));
  return {
    namespaces,
    totals: {
      gateways: sum(namespaces, ({ gateways }) => gateways.length),
      events: sum(namespaces, ({ events }) => events.length),
      sends: sum(namespaces, ({ sends }) => sends.length),
      topics: sum(namespaces, ({ topics }) => topics.length),
      namespacesWithoutAuth: sum(namespaces, ({ auth }) => (auth === null ? 1 : 0)),
    },
  };
}

/** Describes one namespace with its gateways and events: exact names first, the catch-all last. */
export function describeNamespace(plan: NamespacePlan, locate: Locate): NamespaceDescription {
  const { auth, gateways, contract } = plan;
  const kind = plan.pattern === null ? 'name' : isTemplate(plan) ? 'parameters' : 'pattern';
  return {
    name: kind === 'pattern' ? String(plan.pattern) : plan.name,
    kind,
    auth: auth && { label: auth.label, at: locate(auth.at) },
    gateways: gateways.map(({ name, scope, at }) => ({ name, scope, at: locate(at) })),
    events: eventsOf(plan).map((event) => describeEvent(event, locate)),
    sends: (contract?.serverToClient ?? []).map(describeSent),
    topics: (plan.topics ?? []).map((topic) => describeTopic(topic, locate)),
  };
}

/** Describes one handler. */
export function describeEvent(plan: EventPlan, locate: Locate): EventDescription {
  const { gateway, handler, arrival, reply, answersByHand, timeoutMs } = plan;
  const { name, carries, payload, ack } = clientMessage(plan, describeSchema);
  return {
    name,
    kind: plan.name !== null ? 'name' : plan.pattern !== null ? 'pattern' : 'any',
    gateway: gateway.name,
    handler: handler.label,
    at: locate(handler.at),
    carries,
    payload: payload && { kind: plan.args === null ? 'payload' : 'args', ...payload },
    ack: ack?.value ?? null,
    isAnswered: ack !== null,
    rates: ratesOf(arrival),
    reply,
    answersByHand,
    timeoutMs,
  };
}

/** Describes one topic. */
export function describeTopic(plan: TopicPlan, locate: Locate): TopicDescription {
  const { name, payload, history, ttlMs, deliver, maxEntries, scope } = plan;
  const { gateway, handler, arrival } = plan.subscription;
  return {
    name,
    gateway: gateway.name,
    handler: handler.label,
    at: locate(handler.at),
    payload: payload && describeSchema(payload, 'input', 'payload'),
    keyed: maxEntries !== null,
    maxEntries,
    history,
    ttlMs,
    deliver,
    scope,
    rates: ratesOf(arrival),
  };
}

function ratesOf(arrival: EventPlan['arrival']): readonly string[] {
  return (arrival ?? []).filter(({ battery }) => battery.stage === 'rate').map(({ label }) => label);
}

function describeSent(plan: MessagePlan): SentDescription {
  const { name, carries, payload, ack } = serverMessage(plan, describeSchema);
  return {
    name,
    carries,
    payload: payload && { kind: plan.args === null ? 'payload' : 'args', ...payload },
    ack: ack?.value ?? null,
    isAnswered: ack !== null,
  };
}

function describeSchema(
  given: Schema,
  side: 'input' | 'output',
  part: 'payload' | 'args' | 'ack',
): SchemaDescription {
  const schema = jsonSchemaOf(given, side);
  const toShape = part === 'args' ? argumentsShapeOf : shapeOf;
  return { vendor: given['~standard'].vendor, shape: schema && toShape(schema), schema };
}

function sum<TItem>(items: readonly TItem[], count: (item: TItem) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}
