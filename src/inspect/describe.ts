import type { Schema } from '../contract/schema.js';
import { isTemplate } from '../plan/namespaces.js';
import { type AppPlan, type EventPlan, eventsOf, type NamespacePlan } from '../plan/types.js';
import type {
  AppDescription,
  EventDescription,
  NamespaceDescription,
  PayloadDescription,
  SchemaDescription,
} from './description.js';
import { jsonSchemaOf } from './json-schema.js';
import { type Locate, locator } from './locate.js';
import { argumentsShapeOf, shapeOf } from './shape.js';

/**
 * Turns a plan into plain data that survives JSON.
 *
 * @param root - the folder that files are named from
 */
export function describeApp(plan: AppPlan, root: string): AppDescription {
  const locate = locator(root);
  const namespaces = plan.namespaces.map((namespace) => describeNamespace(namespace, locate));
  return {
    namespaces,
    totals: {
      gateways: sum(namespaces, ({ gateways }) => gateways.length),
      events: sum(namespaces, ({ events }) => events.length),
      namespacesWithoutAuth: sum(namespaces, ({ auth }) => (auth === null ? 1 : 0)),
    },
  };
}

/** Describes one namespace with its gateways and events, exact names first and the catch-all last. */
export function describeNamespace(plan: NamespacePlan, locate: Locate): NamespaceDescription {
  const { auth, gateways } = plan;
  const kind = plan.pattern === null ? 'name' : isTemplate(plan) ? 'parameters' : 'pattern';
  return {
    name: kind === 'pattern' ? String(plan.pattern) : plan.name,
    kind,
    auth: auth && { label: auth.label, at: locate(auth.at) },
    gateways: gateways.map(({ name, scope, at }) => ({ name, scope, at: locate(at) })),
    events: eventsOf(plan).map((event) => describeEvent(event, locate)),
  };
}

/** Describes one handler. */
export function describeEvent(plan: EventPlan, locate: Locate): EventDescription {
  const { name, pattern, gateway, handler, ack, rates, reply, answersByHand, timeoutMs } = plan;
  return {
    name: name ?? (pattern === null ? '*' : String(pattern)),
    kind: name !== null ? 'name' : pattern !== null ? 'pattern' : 'any',
    gateway: gateway.name,
    handler: handler.label,
    at: locate(handler.at),
    payload: describePayload(plan),
    ack: ack && describeSchema(ack, 'output', shapeOf),
    isAnswered: plan.contract === null || ack !== null,
    rates: (rates ?? []).map(({ label }) => label),
    reply,
    answersByHand,
    timeoutMs,
  };
}

function describePayload({ payload, args }: EventPlan): PayloadDescription | null {
  if (payload !== null) return { kind: 'payload', ...describeSchema(payload, 'input', shapeOf) };
  if (args !== null) return { kind: 'args', ...describeSchema(args, 'input', argumentsShapeOf) };
  return null;
}

function describeSchema(given: Schema, side: 'input' | 'output', toShape: typeof shapeOf): SchemaDescription {
  const schema = jsonSchemaOf(given, side);
  return { vendor: given['~standard'].vendor, shape: schema && toShape(schema), schema };
}

function sum<TItem>(items: readonly TItem[], count: (item: TItem) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}
