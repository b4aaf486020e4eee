import type { EventPlan, NamespacePlan, StepPlan } from './types.js';

/** Every event of a namespace: exact names, RegExps, the catch-all. */
export function eventsOf(namespace: NamespacePlan): readonly EventPlan[] {
  const { events, patterns, any } = namespace;
  return [...events, ...patterns, ...(any === null ? [] : [any])];
}

/** Every step of a namespace, those of connecting first; a step that serves several events stands there several times. */
export function stepsOf(namespace: NamespacePlan): readonly StepPlan[] {
  return [
    ...(namespace.connect ?? []),
    ...eventsOf(namespace).flatMap((event) => [...(event.outer ?? []), ...(event.inner ?? [])]),
  ];
}
