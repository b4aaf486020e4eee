import type { CallSite } from '../base/call-site.js';
import { type Problems, place } from '../base/problems.js';
import { show } from '../base/show.js';
import type { BatteryPlan } from '../metadata/battery.js';
import type { Authenticator, AuthMaker } from '../metadata/context.js';
import { type Class, lineage, type StepDeclaration } from '../metadata/record.js';
import { nameOf } from '../metadata/token.js';
import type { AuthPlan, StepPlan } from './types.js';

/** Class or method whose steps are compiled. */
export interface StepSite {
  readonly level: 'gateway' | 'event';
  /** `ChatGateway`, or `ChatGateway.send`. */
  readonly owner: string;
  /** Namespace as declared. */
  readonly namespace: string;
}

/** Checks the middleware, guards and batteries of one class or method, in the order in which they stand. */
export function compileSteps(
  declared: readonly StepDeclaration[],
  site: StepSite,
  problems: Problems,
): (StepPlan | BatteryPlan)[] {
  return declared.flatMap((step) => {
    if (step.kind === 'battery') return compileBattery(step, site, problems);
    const compileOne = step.kind === 'guard' ? compileGuard : compileMiddleware;
    return compileOne(step, site.level, site.owner, problems) ?? [];
  });
}

/** Tells middleware, and batteries in the place of middleware, from the other steps. */
export function isAround(step: StepPlan | BatteryPlan): boolean {
  if (step.kind === 'battery') return step.battery.position === 'middleware';
  return step.kind === 'middleware' && step.handles;
}

/** Tells a guard from the other steps. */
export function isGuard(step: StepPlan | BatteryPlan): step is StepPlan {
  return step.kind === 'guard';
}

/** Freezes a list; null for an empty one, so that the hot path compares once. */
export function orNull<TItem>(items: readonly TItem[]): readonly TItem[] | null {
  return items.length === 0 ? null : Object.freeze([...items]);
}

/** Tells a class with a certain method from a function. */
export function isClassWith(value: unknown, method: string): value is Class {
  return typeof value === 'function' && typeof value.prototype?.[method] === 'function';
}

type Declared = Pick<StepDeclaration, 'value' | 'at'>;

/** Checks one middleware; null when it is unusable and a problem was added. */
export function compileMiddleware(
  { value, at }: Declared,
  level: StepPlan['level'],
  owner: string,
  problems: Problems,
): StepPlan | null {
  const refuse = (reason: string): null => {
    problems.add('GW_ERR_BUILD_BAD_MIDDLEWARE', { given: show(value), reason }, place(at, owner));
    return null;
  };
  const isClass = isClassWith(value, 'connect') || isClassWith(value, 'event');
  if (typeof value === 'function' && !isClass) {
    return refuse('a bare function does not say whether it is for connect or for event');
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
  { value, at }: Declared,
  level: StepPlan['level'],
  owner: string,
  problems: Problems,
): StepPlan | null {
  const isClass = isClassWith(value, 'check');
  if (typeof value !== 'function' || (!isClass && isClassSyntax(value))) {
    problems.add('GW_ERR_BUILD_BAD_GUARD', { given: show(value) }, place(at, owner));
    return null;
  }
  const label = `guard ${value.name === '' ? '(anonymous)' : value.name}`;
  return Object.freeze({ kind: 'guard', level, value, isClass, connects: false, handles: true, label, at });
}

function compileBattery(
  { battery, value, at }: Extract<StepDeclaration, { kind: 'battery' }>,
  { level, owner, namespace }: StepSite,
  problems: Problems,
): BatteryPlan {
  const compiled = battery.compile(value, problems, place(at, owner));
  return Object.freeze({ ...compiled, kind: 'battery', battery, level, namespace, at });
}

/** Tells a class from a function: one without check() would throw "cannot be invoked without new" at the first event. */
export function isClassSyntax(value: object): boolean {
  return lineage(value as Class).some((one) => /^class\b/.test(Function.prototype.toString.call(one)));
}

function labelOf(value: object, isClass: boolean): string {
  if (isClass) return nameOf(value);
  const name = value.constructor?.name;
  return name === undefined || name === 'Object' ? 'middleware' : name;
}

/** Tells whether a value may be given as `auth`. */
export function isAuth(value: unknown): boolean {
  if (value === false) return true;
  if (typeof value === 'function')
    return isClassWith(value, 'authenticate') || !/^class\b/.test(String(value));
  return isAuthMaker(value) || typeof (value as Partial<Authenticator> | null)?.authenticate === 'function';
}

/** Compiles the authenticator of a namespace. */
export function authPlan(value: object, at: CallSite): AuthPlan {
  const isClass = isClassWith(value, 'authenticate');
  const isMaker = isAuthMaker(value);
  const name = typeof value === 'function' ? value.name : value.constructor?.name;
  const label = isMaker ? value.label : !name || name === 'Object' ? 'auth' : name;
  const usesCookies = isMaker && value.usesCookies === true;
  return Object.freeze({ value, isClass, isMaker, usesCookies, label, at });
}

/** Tells a maker of authenticators from an authenticator. */
function isAuthMaker(value: unknown): value is AuthMaker {
  return typeof value === 'object' && typeof (value as Partial<AuthMaker> | null)?.make === 'function';
}
