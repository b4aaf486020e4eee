import { isThenable } from '../base/deadline.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type { Battery, BatteryHost, BatteryPlan, BatteryStage, OpenBattery } from '../metadata/battery.js';
import type { EventContext } from '../metadata/context.js';
import type { Middleware } from '../metadata/steps.js';
import type { StepPlan } from '../plan/types.js';
import { clientLeft } from './failures.js';
import type { Activity, Call, InstanceSource, Stage } from './types.js';

/** A step with the instance, or the source of instances, behind it. */
export interface CompiledStep {
  readonly plan: StepPlan;
  readonly source: InstanceSource;
}

/** Puts a step around an event. */
export function aroundEvent(step: CompiledStep, inner: Stage): Stage {
  return step.plan.kind === 'guard' ? guarded(step, inner) : wrapped(step, 'event', inner);
}

/** Puts middleware around the admission of a client, the first one outermost. */
export function aroundConnect(steps: readonly CompiledStep[], inner: Stage<Activity>): Stage<Activity> {
  return steps.reduceRight<Stage<Activity>>(
    (rest, step) => whileWanted(wrapped(step, 'connect', rest), whenGivenUp),
    whileWanted(inner, whenGivenUp),
  );
}

/** Puts the same middleware around the renewal of an identity; what has no `renew` has no say. */
export function aroundRenewal(steps: readonly CompiledStep[], inner: Stage<Activity>): Stage<Activity> {
  return steps.reduceRight<Stage<Activity>>(
    (rest, step) => whileWanted(wrapped(step, 'renew', rest), whenAborted),
    whileWanted(inner, whenAborted),
  );
}

/** Calls a function when an activity is of no use any more. @returns a function that makes it forget that */
type WhenUnwanted = (activity: Activity, tell: (reason: Error) => void) => () => void;

/** A client that is refused on its way in is told to have left: no signal is made for each client. */
const whenGivenUp: WhenUnwanted = ({ state }, tell) => state.whenLeaving(tell);

/** A client whose renewal fails stays. */
const whenAborted: WhenUnwanted = ({ signal }, tell) => {
  const onAbort = (): void => tell(signal.reason as Error);
  signal.addEventListener('abort', onAbort);
  return () => signal.removeEventListener('abort', onAbort);
};

/** Fails as soon as it is of no use any more: what is inside may wait for something that takes longer. */
function whileWanted(inner: Stage<Activity>, when: WhenUnwanted): Stage<Activity> {
  return (activity) => {
    if (activity.aborted !== null) throw activity.aborted;
    const { leftBecause } = activity.state;
    if (leftBecause !== null) throw clientLeft(leftBecause);
    const result = inner(activity);
    if (!isThenable(result)) return result;
    return new Promise((resolve, reject) => {
      const forget = when(activity, reject);
      Promise.resolve(result).finally(forget).then(resolve, reject);
    });
  };
}

function wrapped<TActivity extends Activity>(
  { plan, source }: CompiledStep,
  method: keyof Middleware,
  inner: Stage<TActivity>,
): Stage<TActivity> {
  return (activity) => {
    let given: Promise<unknown> | null = null;
    const next = (): Promise<never> => {
      // However often it is called, what is inside runs once.
      given ??= promiseOf(inner, activity);
      return given as Promise<never>;
    };
    const settle = (answer: unknown): unknown => {
      // At a connect there is no answer to cache: a client that is to come in has to be let through.
      if (answer !== undefined && method === 'event') return answer;
      if (given !== null) return given;
      throw refused(plan);
    };
    const middleware = source.of(activity) as Middleware;
    if (method === 'renew' && middleware.renew === undefined) return inner(activity);
    const answer = middleware[method]?.(activity.ctx as never, next);
    return isThenable(answer) ? Promise.resolve(answer).then(settle) : settle(answer);
  };
}

function guarded({ plan, source }: CompiledStep, inner: Stage): Stage {
  type Checker = { check(ctx: EventContext): unknown };
  const check = plan.isClass
    ? (call: Call) => (source.of(call) as Checker).check(call.ctx)
    : (call: Call) => (plan.value as Checker['check'])(call.ctx);
  const pass = (call: Call, isAllowed: unknown): unknown => {
    if (isAllowed) return inner(call);
    throw new GatewireError('FORBIDDEN');
  };
  return (call) => {
    const isAllowed = check(call);
    return isThenable(isAllowed)
      ? Promise.resolve(isAllowed).then((value) => pass(call, value))
      : pass(call, isAllowed);
  };
}

function promiseOf<TActivity extends Activity>(
  inner: Stage<TActivity>,
  activity: TActivity,
): Promise<unknown> {
  const promise = new Promise((resolve) => resolve(inner(activity)));
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

/** Batteries of one application. Each is opened when the first event needs it. */
export class Batteries {
  readonly #open = new Map<Battery, OpenBattery>();
  readonly #stages = new Map<BatteryPlan, BatteryStage>();

  constructor(private readonly host: BatteryHost) {}

  /** The stage of one declaration: it counts once, however many events it applies to. */
  stageOf(plan: BatteryPlan): BatteryStage {
    const stage = this.#stages.get(plan) ?? this.#opened(plan.battery).stage(plan);
    this.#stages.set(plan, stage);
    return stage;
  }

  close(): void {
    for (const battery of this.#open.values()) battery.close?.();
  }

  #opened(battery: Battery): OpenBattery {
    const opened = this.#open.get(battery) ?? battery.open(this.host);
    this.#open.set(battery, opened);
    return opened;
  }
}
