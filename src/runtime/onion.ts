import { isThenable } from '../base/thenable.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { Middleware } from '../metadata/steps.js';
import type { StepPlan } from '../plan/types.js';
import type { Stage } from './bound.js';
import type { CallContext, SocketContext } from './context.js';
import type { InstanceSource } from './injection/resolver.js';

/** A step with the instance, or the source of instances, behind it. */
export interface BoundStep {
  readonly plan: StepPlan;
  readonly source: InstanceSource;
}

/** Puts a step around an event. */
export function aroundEvent(step: BoundStep, inner: Stage): Stage {
  return step.plan.kind === 'guard' ? guarded(step, inner) : wrapped(step, 'event', inner);
}

/** Puts middleware around the admission of a client, the first one outermost. */
export function aroundConnect(
  steps: readonly BoundStep[],
  inner: Stage<SocketContext>,
): Stage<SocketContext> {
  return steps.reduceRight<Stage<SocketContext>>((rest, step) => wrapped(step, 'connect', rest), inner);
}

function wrapped<TContext extends SocketContext>(
  { plan, source }: BoundStep,
  method: 'connect' | 'event',
  inner: Stage<TContext>,
): Stage<TContext> {
  return (ctx) => {
    let given: Promise<unknown> | null = null;
    const next = (): Promise<never> => {
      // However often it is called, what is inside runs once.
      given ??= promiseOf(inner, ctx);
      return given as Promise<never>;
    };
    const settle = (answer: unknown): unknown => {
      // At a connect there is no answer to cache: whoever is to come in has to be let through.
      if (answer !== undefined && method === 'event') return answer;
      if (given !== null) return given;
      throw refused(plan);
    };
    const middleware = source.of(ctx) as Middleware;
    const answer = middleware[method]?.(ctx as never, next);
    return isThenable(answer) ? Promise.resolve(answer).then(settle) : settle(answer);
  };
}

function guarded({ plan, source }: BoundStep, inner: Stage): Stage {
  type Checker = { check(ctx: CallContext): unknown };
  const check = plan.isClass
    ? (ctx: CallContext) => (source.of(ctx) as Checker).check(ctx)
    : (plan.value as Checker['check']);
  const pass = (ctx: CallContext, isAllowed: unknown): unknown => {
    if (isAllowed) return inner(ctx);
    throw new GatewireError('FORBIDDEN');
  };
  return (ctx) => {
    const isAllowed = check(ctx);
    return isThenable(isAllowed)
      ? Promise.resolve(isAllowed).then((value) => pass(ctx, value))
      : pass(ctx, isAllowed);
  };
}

function promiseOf<TContext extends SocketContext>(inner: Stage<TContext>, ctx: TContext): Promise<unknown> {
  const promise = new Promise((resolve) => resolve(inner(ctx)));
  // Middleware need not wait for next(); a failure in there must not become an unhandled rejection.
  promise.catch(() => {});
  return promise;
}

/** Fails closed, and the log says who forgot what. */
function refused(plan: StepPlan): GatewireError {
  const cause = new Error(
    `${plan.label} (${plan.at.location ?? 'unknown place'}) neither called next() nor returned an answer; ` +
      'did you forget `await next()`?',
  );
  return new GatewireError('FORBIDDEN', { cause });
}
