import type { ScopeName, StepDeclaration } from '../metadata/record.js';
import { type Class, lineage, type MethodRecord, recordOf } from '../metadata/record.js';

/** Record of one method, merged from a class and its bases. */
export interface InheritedMethod extends Omit<MethodRecord, 'isStatic'> {
  readonly key: string | symbol;
  readonly isStatic: boolean;
  readonly owner: Class;
}

/**
 * Merges the records of a class and its bases. An override without decorators keeps those of the method it
 * overrides; one with handlers of its own replaces them, so that an event can be renamed. Steps add up, base
 * first: a guard of a base class cannot be lost by overriding.
 */
export function inheritedMethods(target: Class): readonly InheritedMethod[] {
  const merged = new Map<string | symbol, InheritedMethod>();
  for (const owner of lineage(target)) {
    for (const [key, own] of recordOf(owner)?.methods ?? []) {
      const base = merged.get(key);
      const handles = own.events.length + own.hooks.length + own.topics.length > 0;
      merged.set(key, {
        key,
        isStatic: own.isStatic,
        owner: handles || base === undefined ? owner : base.owner,
        events: handles ? own.events : (base?.events ?? []),
        hooks: handles ? own.hooks : (base?.hooks ?? []),
        topics: handles ? own.topics : (base?.topics ?? []),
        steps: [...(base?.steps ?? []), ...own.steps],
        parameters: own.parameters.length > 0 ? own.parameters : (base?.parameters ?? []),
      });
    }
  }
  return [...merged.values()];
}

/** Lists the steps on a class and its bases, base first. */
export function inheritedSteps(target: Class): readonly StepDeclaration[] {
  return lineage(target).flatMap((owner) => recordOf(owner)?.steps ?? []);
}

/** Finds the scope that a class declares, or the nearest base with one. */
export function scopeOf(target: Class): ScopeName {
  return lineage(target)
    .map((owner) => recordOf(owner)?.scopes[0]?.scope)
    .reduce<ScopeName>((inherited, own) => own ?? inherited, 'singleton');
}
