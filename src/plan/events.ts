import type { CallSite } from '../base/call-site.js';
import { checkOptions, rules } from '../base/options.js';
import { type Problems, place } from '../base/problems.js';
import { isReservedEvent, MAX_NAME } from '../base/reserved-names.js';
import { show } from '../base/show.js';
import type { Contract, EventDefinition, Schema } from '../contract/contract.js';
import type { Battery, BatteryPlan } from '../metadata/battery.js';
import type { EventDeclaration } from '../metadata/record.js';
import { definitionOf, messageOf } from './contracts.js';
import { compileHandler } from './handlers.js';
import type { InheritedMethod } from './inherit.js';
import { compileSteps, isAround, isGuard, orNull } from './steps.js';
import type { EventPlan, GatewayPlan, HandlerPlan, MessageDocs, ReplyShape, StepPlan } from './types.js';
import { checkSendable } from './unsendable.js';

/** Parts of a gateway that all of its events share. */
export interface EventSurroundings {
  readonly plan: GatewayPlan;
  readonly outer: EventPlan['outer'];
  readonly guards: readonly StepPlan[];
  readonly batteries: readonly BatteryPlan[];
  readonly namespace: string;
  readonly timeoutMs: number;
  readonly reply: ReplyShape;
}

/** Compiles the events of one method, the catch-all among them. */
export function compileEvents(
  method: InheritedMethod,
  around: EventSurroundings,
  problems: Problems,
): EventPlan[] {
  const any = method.hooks.filter((hook) => hook.kind === 'any');
  if (method.events.length + any.length === 0) return [];
  const handler = compileHandler(method, around.plan.target, false, problems);
  const answersByHand = handler.parameters?.some((parameter) => parameter.source.kind === 'ack') ?? false;
  const base = { ...compileChain(method, around, handler, problems), answersByHand };
  const plan = (
    name: string | null,
    pattern: RegExp | null,
    at: CallSite,
    contract: Contract | null,
    options: EventOptions,
  ): EventPlan =>
    Object.freeze({
      ...base,
      ...options,
      name,
      pattern,
      contract,
      handler: Object.freeze({ ...handler, at }),
    });
  const named = method.events.flatMap((event) => {
    const options = compileEventOptions(event, around, handler.label, problems);
    return compileEventNames(event, handler.label, problems).map((name) =>
      name instanceof RegExp
        ? plan(null, name, event.at, null, options)
        : plan(name, null, event.at, event.contract, options),
    );
  });
  const bare = { ...messageOf('', {}), timeoutMs: around.timeoutMs, reply: around.reply };
  return [...named, ...any.map((hook) => plan(null, null, hook.at, null, bare))];
}

/** Compiles the steps around a method: those of the application, of the gateway, and its own. */
export function compileChain(
  method: InheritedMethod,
  around: EventSurroundings,
  { label }: HandlerPlan,
  problems: Problems,
): Pick<EventPlan, 'gateway' | 'arrival' | 'admitted' | 'outer' | 'inner'> {
  const site = { level: 'event', owner: label, namespace: around.namespace } as const;
  const steps = compileSteps(method.steps, site, problems);
  const batteries = [...around.batteries, ...steps.filter((step) => step.kind === 'battery')];
  const at = (position: Battery['position']) =>
    orNull(batteries.filter(({ battery }) => battery.position === position));
  return {
    gateway: around.plan,
    arrival: at('arrival'),
    admitted: at('admitted'),
    outer: around.outer,
    inner: orNull([...steps.filter(isAround), ...around.guards, ...steps.filter(isGuard)]),
  };
}

/** Options of one `@OnEvent`, checked and with defaults. */
interface EventOptions {
  readonly payload: Schema | null;
  readonly args: Schema | null;
  readonly ack: Schema | null;
  readonly timeoutMs: number;
  readonly reply: ReplyShape;
  readonly docs: MessageDocs;
}

interface GivenOptions {
  payload: Schema;
  args: Schema;
  ack: Schema;
  timeoutMs: number;
  reply: ReplyShape;
  description: string;
  examples: readonly unknown[];
  deprecated: boolean;
}

const EVENT_OPTIONS = {
  payload: rules.schema,
  args: rules.schema,
  ack: rules.schema,
  timeoutMs: rules.milliseconds,
  reply: rules.reply,
  description: rules.text,
  examples: rules.list,
  deprecated: rules.boolean,
};

/** Checks the options of an event; what is absent comes from the gateway or the application. */
function compileEventOptions(
  event: EventDeclaration,
  defaults: { readonly timeoutMs: number; readonly reply: ReplyShape },
  label: string,
  problems: Problems,
): EventOptions {
  const where = place(event.at, label);
  const given = checkOptions<GivenOptions>(event.options, EVENT_OPTIONS, '@OnEvent', problems, where);
  if (given.payload !== undefined && given.args !== undefined) {
    const args = { option: 'args', given: 'set beside `payload`', expected: 'one of the two' };
    problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
  }
  const definition = definitionOf(event);
  const message = messageOf('', definition ?? (given as EventDefinition));
  // Those of a contract are checked with it.
  if (definition === null)
    checkSendable(event.names.map(String).join(', '), 'client', message, problems, where);
  const { payload, args, ack, docs } = message;
  return {
    payload,
    args,
    ack,
    docs,
    timeoutMs: given.timeoutMs ?? defaults.timeoutMs,
    reply: given.reply ?? defaults.reply,
  };
}

/** Checks the names of an event and returns the usable ones. */
function compileEventNames(
  event: EventDeclaration,
  label: string,
  problems: Problems,
): readonly (string | RegExp)[] {
  const where = place(event.at, label);
  const refuse = (name: unknown, reason: string): false => {
    problems.add('GW_ERR_BUILD_BAD_EVENT_NAME', { event: show(name), reason }, where);
    return false;
  };
  if (event.names.length === 0) refuse('', 'is missing: the array is empty');
  return event.names.filter((name): name is string | RegExp => {
    if (name instanceof RegExp) {
      if (!name.global && !name.sticky) return true;
      return refuse(name, 'has the flag g or y, which remembers where it stopped');
    }
    if (typeof name !== 'string') return refuse(name, 'is neither a string nor a RegExp');
    if (name === '') return refuse(name, 'is empty');
    if (name.length > MAX_NAME.event) return refuse(name, `has more than ${MAX_NAME.event} characters`);
    if (!isReservedEvent(name)) return true;
    problems.add('GW_ERR_BUILD_RESERVED_EVENT', { event: name }, where);
    return false;
  });
}
