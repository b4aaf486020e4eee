import { isReservedEvent } from '../base/reserved-names.js';
import type { AppPlan, EventPlan, NamespacePlan } from '../plan/types.js';
import { describeEvent, describeNamespace } from './describe.js';
import type { EventDescription, NamespaceDescription } from './description.js';
import { locator } from './locate.js';
import { describeCall, describeConnect, type StepDescription } from './steps.js';

/** Description of one event with all steps that run for it, in their order. */
export interface EventInfo {
  readonly namespace: Omit<NamespaceDescription, 'events'>;
  readonly event: EventDescription;
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
 * Describes one event with its steps.
 *
 * @param root - folder that file names are relative to
 */
export function describeEventInfo(
  { limits, settings }: AppPlan,
  namespace: NamespacePlan,
  event: EventPlan,
  root: string,
): EventInfo {
  const locate = locator(root);
  const { events: _, ...rest } = describeNamespace(namespace, locate);
  return {
    namespace: rest,
    event: describeEvent(event, locate),
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
