import type { ConcurrencyPlan, EventPlan, NamespacePlan, RatePlan, StepPlan } from '../plan/types.js';
import type { Position } from './description.js';
import type { Locate } from './locate.js';

/** Step that a client passes when it connects, or an event when it is handled. */
export interface StepDescription {
  readonly stage:
    | 'auth'
    | 'rate'
    | 'concurrency'
    | 'middleware'
    | 'connected'
    | 'onConnect'
    | 'payload'
    | 'args'
    | 'guard'
    | 'handler'
    | 'ack'
    | 'reply';
  /** Level at which a middleware, guard or limit was declared; null for the other stages. */
  readonly level: StepPlan['level'] | null;
  /** Name of the class or function; null for a stage without one. */
  readonly label: string | null;
  /** Position of its declaration; null for a step of gatewire itself. */
  readonly at: Position | null;
}

/** Describes the steps of a client that connects to a namespace, in order. */
export function describeConnect(namespace: NamespacePlan, locate: Locate): readonly StepDescription[] {
  const { auth, connect, gateways } = namespace;
  const hooks = gateways.flatMap((gateway) => gateway.connect ?? []);
  return [
    ...(auth === null ? [] : [step('auth', auth.label, locate(auth.at))]),
    ...(connect ?? []).map((one) => describeStep(one, locate)),
    step('connected', null, null),
    ...hooks.map(({ label, at }) => step('onConnect', label, locate(at))),
  ];
}

/** Describes the steps of an event, in order. */
export function describeCall(event: EventPlan, locate: Locate): readonly StepDescription[] {
  const { rates, concurrencies, outer, payload, args, inner, handler, ack } = event;
  const at = locate(handler.at);
  return [
    ...(rates ?? []).map((one) => describeLimit('rate', one, locate)),
    ...(concurrencies ?? []).map((one) => describeLimit('concurrency', one, locate)),
    ...(outer ?? []).map((one) => describeStep(one, locate)),
    ...(payload === null ? [] : [step('payload', null, at)]),
    ...(args === null ? [] : [step('args', null, at)]),
    ...(inner ?? []).map((one) => describeStep(one, locate)),
    step('handler', handler.label, at),
    ...(ack === null ? [] : [step('ack', null, at)]),
    step('reply', null, null),
  ];
}

function describeLimit(
  stage: 'rate' | 'concurrency',
  { level, label, per, at }: RatePlan | ConcurrencyPlan,
  locate: Locate,
): StepDescription {
  const whose = typeof per === 'function' ? 'key' : per;
  return { stage, level, label: `${label} per ${whose}`, at: locate(at) };
}

function describeStep({ kind, level, label, at }: StepPlan, locate: Locate): StepDescription {
  return { stage: kind, level, label: label.replace(/^guard /, ''), at: locate(at) };
}

function step(stage: StepDescription['stage'], label: string | null, at: Position | null): StepDescription {
  return { stage, level: null, label, at };
}
