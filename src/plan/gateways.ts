import type { CallSite } from '../base/call-site.js';
import { checkOptions, rules } from '../base/options.js';
import { type Problems, place } from '../base/problems.js';
import { isReservedEvent } from '../base/reserved-names.js';
import { show } from '../base/show.js';
import type { Contract } from '../contract/contract.js';
import type { Place } from '../errors/problem.js';
import type { Authenticator, AuthMaker } from '../metadata/context.js';
import { type Class, type GatewayDeclaration, type HookKind, lineage, recordOf } from '../metadata/record.js';
import { nameOf } from '../metadata/token.js';
import { isContract, messageOf } from './contracts.js';
import { compileEventNames, compileEventOptions, type EventOptions } from './events.js';
import { type InheritedMethod, inheritedMethods, inheritedSteps, scopeOf } from './inherit.js';
import { compileLimits, joinLimits, type LimitPlans } from './limits.js';
import { type NamespaceName, parseNamespace } from './namespaces.js';
import { compileParameters } from './parameters.js';
import { compileRooms } from './rooms.js';
import { compileSteps, isClassWith, orNull } from './steps.js';
import type {
  EventPlan,
  GatewayPlan,
  HandlerPlan,
  ReplyShape,
  RoomGuardPlan,
  ServerSidePlan,
  StepPlan,
} from './types.js';

/** What the application says about all of its gateways. */
export interface GatewayDefaults {
  readonly steps: readonly StepPlan[];
  readonly timeoutMs: number;
  readonly reply: ReplyShape;
}

/** One gateway class, read and checked, before it meets the others of its namespace. */
export interface CompiledGateway {
  readonly namespace: NamespaceName;
  readonly plan: GatewayPlan;
  readonly events: readonly EventPlan[];
  readonly connect: readonly StepPlan[];
  /** As written: undefined means that the gateway says nothing about it. */
  readonly auth: unknown;
  readonly data: (() => unknown) | undefined;
  readonly rooms: readonly RoomGuardPlan[];
  readonly reply: ReplyShape;
  /** Of the kit whose `Gateway` decorates the class. */
  readonly contract: Contract | undefined;
}

interface GivenOptions {
  auth: unknown;
  data: () => unknown;
  rooms: readonly unknown[];
  reply: ReplyShape;
}

const GATEWAY_OPTIONS = {
  auth: { accepts: isAuth, expected: 'an authenticator, or false for public' },
  data: rules.callable,
  rooms: rules.list,
  reply: rules.reply,
};

/** Tells what may be given as `auth`. */
export function isAuth(value: unknown): boolean {
  if (value === false) return true;
  if (typeof value === 'function')
    return isClassWith(value, 'authenticate') || !/^class\b/.test(String(value));
  return isAuthMaker(value) || typeof (value as Partial<Authenticator> | null)?.authenticate === 'function';
}

/** Tells what makes an authenticator from one. */
export function isAuthMaker(value: unknown): value is AuthMaker {
  return typeof value === 'object' && typeof (value as Partial<AuthMaker> | null)?.make === 'function';
}

/** Reads everything that decorators said about a gateway class. */
export function compileGateway(
  target: Class,
  declaration: GatewayDeclaration,
  defaults: GatewayDefaults,
  problems: Problems,
): CompiledGateway | null {
  const name = nameOf(target);
  const where = place(declaration.at, name);
  const namespace = parseNamespace(declaration.namespace, problems, where);
  const given = checkOptions<GivenOptions>(declaration.options, GATEWAY_OPTIONS, '@Gateway', problems, where);
  const declared = inheritedSteps(target);
  const steps = compileSteps(declared, 'gateway', name, problems);
  const limits = compileLimits(declared, 'gateway', name, problems);
  const methods = inheritedMethods(target).filter((method) => isUsable(method, target, problems));
  const hooks = (kind: HookKind) =>
    orNull(
      methods
        .filter((method) => method.hooks.some((hook) => hook.kind === kind))
        .map((method) => compileHandler(method, target, kind !== 'any', problems)),
    );
  const plan: GatewayPlan = Object.freeze({
    target,
    name,
    at: declaration.at,
    scope: scopeOf(target),
    connect: hooks('connect'),
    disconnecting: hooks('disconnecting'),
    disconnect: hooks('disconnect'),
    serverSide: compileServerSide(methods, target, problems),
  });
  const outer = orNull(
    [...defaults.steps, ...steps].filter((step) => step.kind === 'middleware' && step.handles),
  );
  const guards = steps.filter((step) => step.kind === 'guard');
  const reply = given.reply ?? defaults.reply;
  const events = methods.flatMap((method) =>
    compileEvents(method, { plan, outer, guards, limits, timeoutMs: defaults.timeoutMs, reply }, problems),
  );
  const connect = steps.filter((step) => step.connects);
  const contract = contractOf(declaration, problems, where);
  const { auth, data } = given;
  const rooms = compileRooms(given.rooms, name, declaration.at, problems);
  return namespace && { namespace, plan, events, connect, auth, data, rooms, reply, contract };
}

/** The `@Gateway` of a class or of the nearest base that has one. */
export function gatewayDeclarationOf(target: Class): readonly GatewayDeclaration[] {
  return lineage(target).reduce<readonly GatewayDeclaration[]>((inherited, owner) => {
    const own = recordOf(owner)?.gateways ?? [];
    return own.length > 0 ? own : inherited;
  }, []);
}

function contractOf(
  { contract }: GatewayDeclaration,
  problems: Problems,
  where: Place,
): Contract | undefined {
  if (contract === null) return undefined;
  if (isContract(contract)) return contract;
  problems.add('GW_ERR_BUILD_BAD_CONTRACT', { given: show(contract) }, where);
  return undefined;
}

interface GatewaySurroundings {
  readonly plan: GatewayPlan;
  readonly outer: readonly StepPlan[] | null;
  readonly guards: readonly StepPlan[];
  readonly limits: LimitPlans;
  readonly timeoutMs: number;
  readonly reply: ReplyShape;
}

function compileEvents(
  method: InheritedMethod,
  around: GatewaySurroundings,
  problems: Problems,
): EventPlan[] {
  const any = method.hooks.filter((hook) => hook.kind === 'any');
  if (method.events.length + any.length === 0) return [];
  const handler = compileHandler(method, around.plan.target, false, problems);
  const steps = compileSteps(method.steps, 'event', handler.label, problems);
  const isGuard = (step: StepPlan) => step.kind === 'guard';
  const inner = orNull([
    ...steps.filter((step) => !isGuard(step)),
    ...around.guards,
    ...steps.filter(isGuard),
  ]);
  const answersByHand = handler.parameters?.some((parameter) => parameter.source.kind === 'ack') ?? false;
  const limits = joinLimits(around.limits, compileLimits(method.steps, 'event', handler.label, problems));
  const base = { gateway: around.plan, ...limits, outer: around.outer, inner, answersByHand };
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

/** The `@OnServerSideEmit` handlers: no client is behind them, so nothing of a client is theirs to have. */
function compileServerSide(
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
          refuse(`listens to ${show(event)}, which is no name for an event`);
        }
        if (scopeOf(target) !== 'singleton')
          refuse('belongs to a class that is made for each client or event');
        if (handler.parameters !== null) refuse('decorates its parameters, which only a client could fill');
        return Object.freeze({ event: String(event), handler: Object.freeze({ ...handler, at }) });
      }),
  );
  return orNull(plans);
}

function compileHandler(
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
    at: (method.events[0] ?? method.hooks[0])?.at as CallSite,
    parameters: compileParameters(method.parameters, implementation, label, isHook, problems),
  });
}

/** Finds decorators that could never do anything. */
function isUsable(method: InheritedMethod, target: Class, problems: Problems): boolean {
  const label = labelOf(method, target);
  const handled = [
    ...method.events.map((event) => ({ decorator: 'OnEvent', at: event.at })),
    ...method.hooks.map((hook) => ({ decorator: HOOK_DECORATORS[hook.kind], at: hook.at })),
  ];
  const steps = method.steps.map((step) => ({
    decorator: STEP_DECORATORS[step.kind],
    at: step.at,
  }));
  if (method.isStatic || typeof methodOf(target, method.key) !== 'function') {
    for (const { decorator, at } of [...handled, ...steps]) {
      problems.add('GW_ERR_BUILD_NOT_A_METHOD', { decorator, member: label }, place(at, label));
    }
    return false;
  }
  const handlesEvents = method.events.length > 0 || method.hooks.some((hook) => hook.kind === 'any');
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

const STEP_DECORATORS = {
  middleware: 'Use',
  guard: 'Guard',
  rate: 'RateLimit',
  concurrency: 'Concurrency',
} as const;

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
