import { type Problems, place } from '../base/problems.js';
import { show } from '../base/show.js';
import { type Class, lineage, type StepDeclaration } from '../metadata/record.js';
import { nameOf } from '../metadata/token.js';
import type { StepPlan } from './types.js';

/** Checks the middleware and guards of one declaration site, in the order in which they stand. */
export function compileSteps(
  declared: readonly StepDeclaration[],
  level: StepPlan['level'],
  owner: string,
  problems: Problems,
): StepPlan[] {
  return declared.flatMap((step) => {
    if (step.kind === 'guard') return compileGuard(step, level, owner, problems) ?? [];
    return step.kind === 'middleware' ? (compileMiddleware(step, level, owner, problems) ?? []) : [];
  });
}

/** Null where there is nothing, so that the hot path compares once. */
export function orNull<TItem>(items: readonly TItem[]): readonly TItem[] | null {
  return items.length === 0 ? null : Object.freeze([...items]);
}

/** Tells a class with a certain method from a function. */
export function isClassWith(value: unknown, method: string): value is Class {
  return typeof value === 'function' && typeof value.prototype?.[method] === 'function';
}

function compileMiddleware(
  step: StepDeclaration,
  level: StepPlan['level'],
  owner: string,
  problems: Problems,
): StepPlan | null {
  const { value, at } = step;
  const refuse = (reason: string): null => {
    problems.add('GW_ERR_BUILD_BAD_MIDDLEWARE', { given: show(value), reason }, place(at, owner));
    return null;
  };
  const isClass = isClassWith(value, 'connect') || isClassWith(value, 'event');
  if (typeof value === 'function' && !isClass) {
    return refuse('one reader would take a bare function for connect, the other for event');
  }
  const shape = (isClass ? (value as Class).prototype : value) as {
    connect?: unknown;
    event?: unknown;
  } | null;
  if (typeof shape !== 'object' || shape === null) return refuse('it is neither an object nor a class');
  const connects = typeof shape.connect === 'function';
  const handles = typeof shape.event === 'function';
  if (!connects && !handles) return refuse('it has neither connect() nor event()');
  if (level === 'event' && !handles) return refuse('connect() never runs at an event');
  const label = labelOf(value as object, isClass);
  return Object.freeze({
    kind: 'middleware',
    level,
    value: value as object,
    isClass,
    connects,
    handles,
    label,
    at,
  });
}

function compileGuard(
  step: StepDeclaration,
  level: StepPlan['level'],
  owner: string,
  problems: Problems,
): StepPlan | null {
  const { value, at } = step;
  const isClass = isClassWith(value, 'check');
  if (typeof value !== 'function' || (!isClass && isClassSyntax(value))) {
    problems.add('GW_ERR_BUILD_BAD_GUARD', { given: show(value) }, place(at, owner));
    return null;
  }
  const label = `guard ${value.name === '' ? '(anonymous)' : value.name}`;
  return Object.freeze({ kind: 'guard', level, value, isClass, connects: false, handles: true, label, at });
}

/** A class without check() would throw "cannot be invoked without new" at the first event. */
export function isClassSyntax(value: object): boolean {
  return lineage(value as Class).some((one) => /^class\b/.test(Function.prototype.toString.call(one)));
}

function labelOf(value: object, isClass: boolean): string {
  if (isClass) return nameOf(value);
  const name = value.constructor?.name;
  return name === undefined || name === 'Object' ? 'middleware' : name;
}
