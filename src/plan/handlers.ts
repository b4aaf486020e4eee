import type { CallSite } from '../base/call-site.js';
import { type Problems, place } from '../base/problems.js';
import { isReservedEvent } from '../base/reserved-names.js';
import { show } from '../base/show.js';
import type { Class, ParameterDeclaration, StepDeclaration } from '../metadata/record.js';
import { nameOf } from '../metadata/token.js';
import { type InheritedMethod, scopeOf } from './inherit.js';
import { orNull } from './steps.js';
import type { HandlerPlan, ServerSidePlan } from './types.js';

/** Compiles a method that handles events or, as a hook, clients that connect or leave. */
export function compileHandler(
  method: InheritedMethod,
  target: Class,
  isHook: boolean,
  problems: Problems,
): HandlerPlan {
  const label = labelOf(method, target);
  const implementation = methodOf(target, method.key) as { readonly length: number };
  return Object.freeze({
    method: method.key,
    label,
    at: (method.events[0] ?? method.hooks[0] ?? method.topics[0])?.at as CallSite,
    parameters: compileParameters(method.parameters, implementation, label, isHook, problems),
  });
}

/** Reports decorators that have no effect. @returns whether the method handles anything */
export function isUsable(method: InheritedMethod, target: Class, problems: Problems): boolean {
  const label = labelOf(method, target);
  const handled = [
    ...method.events.map((event) => ({ decorator: 'OnEvent', at: event.at })),
    ...method.hooks.map((hook) => ({ decorator: HOOK_DECORATORS[hook.kind], at: hook.at })),
    ...method.topics.map((topic) => ({ decorator: 'OnSubscribe', at: topic.at })),
  ];
  const steps = method.steps.map((step) => ({ decorator: decoratorOf(step), at: step.at }));
  if (method.isStatic || typeof methodOf(target, method.key) !== 'function') {
    for (const { decorator, at } of [...handled, ...steps]) {
      problems.add('GW_ERR_BUILD_NOT_A_METHOD', { decorator, member: label }, place(at, label));
    }
    return false;
  }
  const handlesEvents =
    method.events.length + method.topics.length > 0 || method.hooks.some((hook) => hook.kind === 'any');
  if (!handlesEvents) {
    for (const { decorator, at } of steps) {
      problems.add('GW_ERR_BUILD_STEP_WITHOUT_EVENT', { decorator, method: label }, place(at, label));
    }
  }
  if (handled.length > 0) return true;
  for (const { decorator, at } of method.parameters) {
    problems.add('GW_ERR_BUILD_PARAMETER_WITHOUT_HANDLER', { decorator, method: label }, place(at, label));
  }
  return false;
}

/** Compiles the `@OnServerSideEmit` handlers. They have no client, and so no parameters of one. */
export function compileServerSide(
  methods: readonly InheritedMethod[],
  target: Class,
  problems: Problems,
): readonly ServerSidePlan[] | null {
  const plans = methods.flatMap((method) =>
    method.hooks
      .filter(({ kind }) => kind === 'server')
      .map(({ event, at }) => {
        const handler = compileHandler(method, target, true, problems);
        const refuse = (reason: string) =>
          problems.add(
            'GW_ERR_BUILD_SERVER_SIDE',
            { method: handler.label, reason },
            place(at, handler.label),
          );
        if (typeof event !== 'string' || event === '' || isReservedEvent(event)) {
          refuse(`listens to ${show(event)}, which is not the name of an event`);
        }
        if (scopeOf(target) !== 'singleton')
          refuse('belongs to a class that is made for each client or event');
        if (handler.parameters !== null) refuse('decorates its parameters, whose values only a client has');
        return Object.freeze({ event: String(event), handler: Object.freeze({ ...handler, at }) });
      }),
  );
  return orNull(plans);
}

function decoratorOf(step: StepDeclaration): string {
  if (step.kind === 'battery') return step.battery.decorator;
  return step.kind === 'guard' ? 'Guard' : 'Use';
}

const HOOK_DECORATORS = {
  connect: 'OnConnect',
  disconnecting: 'OnDisconnecting',
  disconnect: 'OnDisconnect',
  any: 'OnAnyEvent',
  server: 'OnServerSideEmit',
} as const;

/** Looks a member up without running a getter. */
function methodOf(target: Class, key: string | symbol): unknown {
  for (let owner: object | null = target.prototype; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) return descriptor.value;
  }
  return undefined;
}

function labelOf(method: InheritedMethod, target: Class): string {
  return `${nameOf(target)}.${String(method.key)}`;
}

const IN_HOOKS = new Set(['ctx', 'socket', 'user', 'custom']);

/**
 * Orders the decorated parameters of a method.
 *
 * @param method - its number of parameters shows whether one was left out
 * @returns the parameters by position, or null when none is decorated
 */
function compileParameters(
  declared: readonly ParameterDeclaration[],
  method: { readonly length: number },
  label: string,
  isHook: boolean,
  problems: Problems,
): readonly ParameterDeclaration[] | null {
  if (declared.length === 0) return null;
  const ordered: ParameterDeclaration[] = [];
  for (const parameter of declared) {
    const { index, decorator, source, at } = parameter;
    if (ordered[index] !== undefined) {
      problems.add('GW_ERR_BUILD_PARAMETER_TWICE', { method: label, index }, place(at, label));
    }
    if (isHook && !IN_HOOKS.has(source.kind)) {
      problems.add('GW_ERR_BUILD_PARAMETER_MISPLACED', { decorator, method: label }, place(at, label));
    }
    ordered[index] = parameter;
  }
  const [first] = declared;
  for (let index = 0; index < Math.max(ordered.length, method.length); index++) {
    if (ordered[index] === undefined && first !== undefined) {
      problems.add('GW_ERR_BUILD_BARE_PARAMETER', { method: label, index }, place(first.at, label));
    }
  }
  return Object.freeze(ordered);
}
