import type { AppPlan, EventPlan, NamespacePlan } from '../plan/types.js';
import { describeEvent, describeNamespace } from './describe.js';
import type { EventDescription, NamespaceDescription } from './description.js';
import { locator } from './locate.js';
import { describeCall, describeConnect, type StepDescription } from './steps.js';

/** Everything about one event: what it is, and what runs for it in which order. */
export interface EventInfo {
  readonly namespace: Omit<NamespaceDescription, 'events'>;
  readonly event: EventDescription;
  /** Once for each client, on its way into the namespace. */
  readonly connect: readonly StepDescription[];
  /** For each event. */
  readonly call: readonly StepDescription[];
  /** The limits of the application, by the names of their options. */
  readonly limits: AppPlan['limits'];
  /** Further options of the application, in words. */
  readonly settings: AppPlan['settings'];
}

/**
 * Describes one event with its steps.
 *
 * @param root - the folder that files are named from
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
