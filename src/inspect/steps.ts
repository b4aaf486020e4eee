import type { BatteryPlan } from '../metadata/battery.js';
import type { EventPlan, NamespacePlan, StepPlan } from '../plan/types.js';
import type { Position } from './description.js';
import type { Locate } from './locate.js';

/** Name of a step that is not a battery's. */
export type CoreStage =
  | 'auth'
  | 'middleware'
  | 'connected'
  | 'onConnect'
  | 'payload'
  | 'args'
  | 'guard'
  | 'handler'
  | 'ack'
  | 'reply';

/** Step that a client passes when it connects, or an event when it is handled. */
export interface StepDescription {
  readonly stage: CoreStage | (string & {});
  /** Name of the stage in listings, where a battery brings one. */
  readonly title?: string;
  /** Level at which a middleware, guard or battery was declared; null for the other stages. */
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
  const { arrival, admitted, outer, payload, args, inner, handler, ack } = event;
  const at = locate(handler.at);
  return [
    ...[arrival, admitted, outer].flatMap((steps) => steps ?? []).map((one) => describeStep(one, locate)),
    ...(payload === null ? [] : [step('payload', null, at)]),
    ...(args === null ? [] : [step('args', null, at)]),
    ...(inner ?? []).map((one) => describeStep(one, locate)),
    step('handler', handler.label, at),
    ...(ack === null ? [] : [step('ack', null, at)]),
    step('reply', null, null),
  ];
}

function describeStep(one: StepPlan | BatteryPlan, locate: Locate): StepDescription {
  const { level } = one;
  const at = locate(one.at);
  if (one.kind !== 'battery') return { stage: one.kind, level, label: one.label.replace(/^guard /, ''), at };
  const { stage, title } = one.battery;
  return { stage, title, level, label: one.info, at };
}

function step(stage: StepDescription['stage'], label: string | null, at: Position | null): StepDescription {
  return { stage, level: null, label, at };
}
