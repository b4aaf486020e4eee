import { isReservedEvent } from '../base/reserved-names.js';
import type { AppPlan, EventPlan, NamespacePlan } from '../plan/types.js';

/**
 * Finds the namespace that serves a name, as Socket.IO does: fixed names first, then patterns in order. A pattern
 * is also found by how it is written.
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
 * Finds the handler that would run for an event: exact names first, then RegExps in order, then the catch-all.
 * A RegExp is also found by how it is written, the catch-all by `*`.
 */
export function findEvent({ events, patterns, any }: NamespacePlan, name: string): EventPlan | null {
  const written =
    events.find((one) => one.name === name) ?? patterns.find((one) => String(one.pattern) === name);
  if (written !== undefined) return written;
  if (isReservedEvent(name)) return null;
  return patterns.find((one) => one.pattern?.test(name)) ?? any;
}
