import type { ConcurrencyPlan, EventPlan, NamespacePlan, RatePlan, StepPlan } from '../plan/types.js';
import type { Position } from './description.js';
import type { Locate } from './locate.js';

/** One stage on the way of a client or of an event. */
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
  /** Where a middleware or guard was declared; null for the other stages. */
  readonly level: StepPlan['level'] | null;
  /** The class or function of the stage; null where it has none. */
  readonly label: string | null;
  /** The line that declares it; null for what gatewire does by itself. */
  readonly at: Position | null;
}

/** What a client passes once, on its way into a namespace, in order. */
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

/** What one event passes each time, in order. */
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
