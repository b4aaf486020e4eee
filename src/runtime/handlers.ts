import { andThen, isThenable } from '../base/thenable.js';
import type { ParameterDeclaration } from '../metadata/record.js';
import type { HandlerPlan } from '../plan/types.js';
import type { BoundHook, Stage } from './bound.js';
import { answerByHand } from './call.js';
import { CallContext, type SocketContext } from './context.js';
import type { InstanceSource } from './injection/resolver.js';

type Method = (...args: readonly unknown[]) => unknown;

/** The innermost stage of an event: calls the method with `(payload, ctx)`, or with what its parameters ask for. */
export function handlerStage({ method, parameters }: HandlerPlan, source: InstanceSource): Stage {
  if (parameters !== null) return (ctx) => callWith(source.of(ctx), method, parameters, ctx);
  const { instance } = source;
  if (instance === null) return (ctx) => methodOf(source.of(ctx), method)(ctx.payload, ctx);
  const handler = methodOf(instance, method);
  return (ctx) => handler(ctx.payload, ctx);
}

/** Around a handler that answers by `@Ack()`: what it returns is no answer. */
export function byHandStage(handler: Stage): Stage {
  return (ctx) => {
    ctx.isByHand = true;
    return andThen(handler(ctx), () => undefined);
  };
}

/** Calls a lifecycle hook with `(ctx, reason)`, or with what its parameters ask for. */
export function bindHook({ method, parameters, label }: HandlerPlan, source: InstanceSource): BoundHook {
  const run =
    parameters === null
      ? (ctx: SocketContext, reason: string) => methodOf(source.of(ctx), method)(ctx, reason)
      : (ctx: SocketContext) => callWith(source.of(ctx), method, parameters, ctx);
  return { label, run };
}

function methodOf(instance: object, method: string | symbol): Method {
  const handler = (instance as Record<string | symbol, Method>)[method] as Method;
  return handler.bind(instance);
}

function callWith(
  instance: object,
  method: string | symbol,
  parameters: readonly ParameterDeclaration[],
  ctx: SocketContext,
): unknown {
  const args = readAll(parameters, ctx);
  const handler = methodOf(instance, method);
  return args.some(isThenable) ? Promise.all(args).then((ready) => handler(...ready)) : handler(...args);
}

function readAll(parameters: readonly ParameterDeclaration[], ctx: SocketContext): unknown[] {
  const args: unknown[] = [];
  try {
    for (const parameter of parameters) args.push(read(parameter, ctx));
  } catch (error) {
    // Nobody will wait for those before it any more: a rejection of theirs would end the process.
    for (const arg of args) if (isThenable(arg)) Promise.resolve(arg).catch(() => {});
    throw error;
  }
  return args;
}

function read({ source }: ParameterDeclaration, ctx: SocketContext): unknown {
  switch (source.kind) {
    case 'ctx':
      return ctx;
    case 'socket':
      return ctx.socket;
    case 'user':
      return ctx.user;
    case 'custom':
      return source.read(ctx as never);
    default:
      return ctx instanceof CallContext ? readCall(source, ctx) : undefined;
  }
}

function readCall(source: ParameterDeclaration['source'], call: CallContext): unknown {
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
