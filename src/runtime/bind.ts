import type { Server } from 'socket.io';
import type { AuthMaker } from '../metadata/context.js';
import type { Class } from '../metadata/record.js';
import {
  type AppPlan,
  type AuthPlan,
  type EventPlan,
  type GatewayPlan,
  type NamespacePlan,
  type StepPlan,
  stepsOf,
} from '../plan/types.js';
import { callLimitStage } from './call-limit.js';
import type { Batteries } from './compose.js';
import { aroundEvent, aroundRenewal, type CompiledStep } from './compose.js';
import { connectGate } from './connect-gate.js';
import { bindHook, byHandStage, handlerStage, subscriptionStage } from './handlers.js';
import { type Impersonate, identifier, identifyFirst } from './identity.js';
import type { Resolver } from './injection/resolver.js';
import { singleSource } from './injection/resolver.js';
import { followConnections, hasConnectHooks, mayConnect } from './lifecycle.js';
import { bindServerSide } from './remote/server-side.js';
import type {
  ChainOf,
  CompiledEvent,
  CompiledGateway,
  CompiledNamespace,
  InstanceSource,
  SocketState,
  Stage,
} from './types.js';
import { ackStage, argsStage, Outgoing, payloadStage } from './validate.js';

/** Services that all namespaces of an application share. */
export interface SharedServices
  extends Pick<
    CompiledNamespace,
    | 'app'
    | 'calls'
    | 'expiry'
    | 'revocations'
    | 'failures'
    | 'logger'
    | 'limits'
    | 'operations'
    | 'extensions'
  > {
  readonly checksEmits: boolean;
  /** Authenticator that is asked ahead of those of the application; null where there is none. */
  readonly impersonate: Impersonate | null;
  readonly batteries: Batteries;
}

/** Instances of all classes of a plan, and of what makers made. Making them is the last thing that can fail before the server opens. */
export type Sources = ReadonlyMap<object, InstanceSource>;

/**
 * Makes every gateway, middleware, guard and authenticator of a plan.
 *
 * @param onError - told of each class that could not be made
 */
export async function resolveSources(
  plan: AppPlan,
  resolver: Resolver,
  onError: (target: unknown, error: unknown) => void,
): Promise<Sources> {
  const sources = new Map<object, InstanceSource>();
  const add = (target: Class): void => {
    if (sources.has(target)) return;
    try {
      sources.set(target, resolver.source(target));
    } catch (error) {
      onError(target, error);
    }
  };
  const make = async ({ value, label }: AuthPlan): Promise<void> => {
    if (sources.has(value)) return;
    try {
      sources.set(value, singleSource(await (value as AuthMaker).make(resolver.get)));
    } catch (error) {
      onError(label, error);
    }
  };
  for (const namespace of plan.namespaces) {
    if (namespace.auth?.isClass) add(namespace.auth.value as Class);
    if (namespace.auth?.isMaker) await make(namespace.auth);
    for (const gateway of namespace.gateways) add(gateway.target);
    for (const step of stepsOf(namespace)) if (step.isClass) add(step.value as Class);
  }
  return sources;
}

/** Puts a plan into Socket.IO: one admission, one listener and one table of events per namespace. */
export function bind(
  plan: AppPlan,
  sources: Sources,
  io: Server,
  app: SharedServices,
): readonly CompiledNamespace[] {
  // Socket.IO looks for fixed names first; RegExp parents only, since under a function parent io.of('/x')
  // on the server would let the next client in without auth.
  return plan.namespaces.map((namespace) => bindNamespace(namespace, sources, io, app));
}

function bindNamespace(
  plan: NamespacePlan,
  sources: Sources,
  io: Server,
  app: SharedServices,
): CompiledNamespace {
  const bindEvent = (event: EventPlan) => bindOne(event, sources, app);
  const chainOf: ChainOf = (event, second) => {
    const source = sourceOf(event.gateway.target, sources);
    return bindSteps(event, subscriptionStage(event.handler, source, second), sources, app);
  };
  const internal = app.extensions.flatMap((extension) => extension.events(plan, chainOf));
  const gateways = plan.gateways.map((gateway) => bindGateway(gateway, sources));
  const authSource = plan.auth === null ? null : (sources.get(plan.auth.value) ?? null);
  const steps = (plan.connect ?? []).map((step) => bindStep(step, sources));
  const namespace: CompiledNamespace = {
    ...app,
    plan,
    io: io.of(plan.pattern ?? plan.name),
    exact: new Map([...plan.events.map(bindEvent), ...internal].map((event) => [event.plan.name, event])),
    patterns: plan.patterns.length === 0 ? null : plan.patterns.map(bindEvent),
    any: plan.any === null ? null : bindEvent(plan.any),
    gateways,
    hasConnectHooks: hasConnectHooks(gateways),
    identify: plan.auth === null ? null : identifier(plan.auth, authSource),
    renewal: steps.length === 0 ? null : aroundRenewal(steps, () => undefined),
    serverSide: bindServerSides(plan, sources),
    outgoing: plan.contract && new Outgoing(plan.contract, app.checksEmits),
  };
  const identify = identifyFirst(app.impersonate, namespace.identify);
  namespace.io.use(connectGate({ namespace, steps, identify }));
  followConnections(namespace);
  return namespace;
}

/** Builds the chain of an event from the inside out; what is absent is not in it. */
function bindOne(plan: EventPlan, sources: Sources, app: SharedServices): CompiledEvent {
  let handler = handlerStage(plan.handler, sourceOf(plan.gateway.target, sources));
  if (plan.answersByHand) handler = byHandStage(handler);
  return { plan, run: bindSteps(plan, handler, sources, app, callLimitStage) };
}

/** @param limit - bound on the calls of one connection, which holds for every event */
function bindSteps(
  plan: EventPlan,
  handler: Stage,
  sources: Sources,
  { batteries }: SharedServices,
  limit: (inner: Stage) => Stage = (inner) => inner,
): Stage {
  const around = (steps: EventPlan['outer'], chain: Stage): Stage =>
    (steps ?? []).reduceRight<Stage>(
      (inner, step) =>
        step.kind === 'battery'
          ? batteries.stageOf(step)(inner)
          : aroundEvent(bindStep(step, sources), inner),
      chain,
    );
  let run = around(plan.inner, handler);
  if (plan.payload !== null) run = payloadStage(plan.payload, run);
  if (plan.args !== null) run = argsStage(plan.args, run);
  run = around(plan.outer, run);
  if (plan.ack !== null) run = ackStage(plan.ack, run);
  run = around(plan.admitted, run);
  return around(plan.arrival, limit(run));
}

function bindGateway(plan: GatewayPlan, sources: Sources): CompiledGateway {
  const source = sourceOf(plan.target, sources);
  const hooks = (handlers: GatewayPlan['connect'], mayRun: (state: SocketState) => boolean = () => true) =>
    handlers?.map((handler) => bindHook(handler, source, mayRun)) ?? null;
  return {
    connect: hooks(plan.connect, mayConnect),
    disconnecting: hooks(plan.disconnecting),
    disconnect: hooks(plan.disconnect),
  };
}

function bindServerSides({ gateways }: NamespacePlan, sources: Sources): CompiledNamespace['serverSide'] {
  const bound = gateways.flatMap(({ target, serverSide }) =>
    (serverSide ?? []).map((plan) => bindServerSide(plan, sourceOf(target, sources))),
  );
  return bound.length === 0 ? null : new Map(bound.map((one) => [one.plan.event, one]));
}

function bindStep(plan: StepPlan, sources: Sources): CompiledStep {
  return { plan, source: plan.isClass ? sourceOf(plan.value as Class, sources) : singleSource(plan.value) };
}

function sourceOf(target: Class, sources: Sources): InstanceSource {
  const source = sources.get(target);
  if (source === undefined) throw new TypeError(`${target.name} was not resolved`);
  return source;
}
