import { andThen, isThenable } from '../base/deadline.js';
import type { ParameterDeclaration } from '../metadata/record.js';
import type { HandlerPlan } from '../plan/types.js';
import { EventCall } from './activity.js';
import { answerByHand } from './run-event.js';
import type { Activity, Call, CompiledHook, InstanceSource, SocketState, Stage } from './types.js';

type Method = (...args: readonly unknown[]) => unknown;

/**
 * The innermost stage of an event: calls the method with `(payload, ctx)`, or with what its parameters ask for. Whatever
 * the call has waited for, the client may have left or lost its identity meanwhile.
 */
export function handlerStage({ method, parameters }: HandlerPlan, source: InstanceSource): Stage {
  if (parameters !== null) {
    const handle = callWith(method, parameters, mayStart);
    return (call) => (call.mayStart() ? handle(source.of(call), call) : undefined);
  }
  const { instance } = source;
  if (instance === null) {
    return (call) =>
      call.mayStart() ? methodOf(source.of(call), method)(call.payload, call.ctx) : undefined;
  }
  const handler = methodOf(instance, method);
  return (call) => (call.mayStart() ? handler(call.payload, call.ctx) : undefined);
}

function mayStart(call: Call): boolean {
  return call.mayStart();
}

/**
 * The innermost stage of a subscription: calls the method with `(ctx, second)`, or with what its parameters ask for.
 *
 * @param second - makes the second argument
 */
export function subscriptionStage(
  plan: HandlerPlan,
  source: InstanceSource,
  second: (call: Call) => unknown,
): Stage {
  const { method, parameters } = plan;
  if (parameters !== null) return handlerStage(plan, source);
  return (call) => (call.mayStart() ? methodOf(source.of(call), method)(call.ctx, second(call)) : undefined);
}

/** Around a handler that answers by `@Ack()`: what it returns is no answer. */
export function byHandStage(handler: Stage): Stage {
  return (call) => {
    call.isByHand = true;
    return andThen(handler(call), () => undefined);
  };
}

/**
 * Calls a lifecycle hook with `(ctx, reason)`, or with what its parameters ask for.
 *
 * @param mayRun - asked once more when parameters had to be waited for
 */
export function bindHook(
  { method, parameters, label }: HandlerPlan,
  source: InstanceSource,
  mayRun: (state: SocketState) => boolean,
): CompiledHook {
  if (parameters === null) {
    return {
      label,
      run: (activity, reason) => methodOf(source.of(activity), method)(activity.ctx, reason),
    };
  }
  const handle = callWith<Activity>(method, parameters, ({ state }) => mayRun(state));
  return { label, run: (activity) => handle(source.of(activity), activity) };
}

function methodOf(instance: object, method: string | symbol): Method {
  const handler = (instance as Record<string | symbol, Method>)[method] as Method;
  return handler.bind(instance);
}

function callWith<TActivity extends Activity>(
  method: string | symbol,
  parameters: readonly ParameterDeclaration[],
  mayRun: (activity: TActivity) => boolean,
): (instance: object, activity: TActivity) => unknown {
  return (instance, activity) => {
    const args = readAll(parameters, activity);
    const handler = methodOf(instance, method);
    if (!args.some(isThenable)) return handler(...args);
    return Promise.all(args).then((ready) => (mayRun(activity) ? handler(...ready) : undefined));
  };
}

function readAll(parameters: readonly ParameterDeclaration[], activity: Activity): unknown[] {
  const args: unknown[] = [];
  try {
    for (const parameter of parameters) args.push(read(parameter, activity));
  } catch (error) {
    // Nobody will wait for those before it any more: a rejection of theirs would end the process.
    for (const arg of args) if (isThenable(arg)) Promise.resolve(arg).catch(() => {});
    throw error;
  }
  return args;
}

function read({ source }: ParameterDeclaration, activity: Activity): unknown {
  switch (source.kind) {
    case 'ctx':
      return activity.ctx;
    case 'socket':
      return activity.state.socket;
    case 'user':
      return activity.state.user;
    case 'custom':
      return source.read(activity.ctx as never);
    default:
      return activity instanceof EventCall ? readCall(source, activity) : undefined;
  }
}

function readCall(source: ParameterDeclaration['source'], call: Call): unknown {
  if (source.kind === 'payload') return source.path.reduce(ownProperty, call.payload);
  if (source.kind === 'args') return call.args;
  return (...values: unknown[]) => answerByHand(call, values);
}

/** Own properties only: a path must not reach `constructor` or `__proto__` of what a client sent. */
function ownProperty(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
