import type { CallSite } from '../base/call-site.js';
import { Problems, place } from '../base/problems.js';
import { show } from '../base/show.js';
import type { Contract } from '../contract/contract.js';
import type { Place, Problem } from '../errors/problem.js';
import type { Class, ScopeName } from '../metadata/record.js';
import { nameOf } from '../metadata/token.js';
import { compileContract, findForeign, findUnhandled } from './contracts.js';
import { compileDependencies, type Root } from './dependencies.js';
import {
  type CompiledGateway,
  compileGateway,
  type GatewayDefaults,
  gatewayDeclarationOf,
  isAuth,
  isAuthMaker,
} from './gateways.js';
import { scopeOf } from './inherit.js';
import { overlap } from './namespaces.js';
import { compileProviders } from './providers.js';
import { compileRooms } from './rooms.js';
import { compileSteps, isClassWith, orNull } from './steps.js';
import {
  type AppPlan,
  type ContractPlan,
  type EventPlan,
  type NamespacePlan,
  type ReplyShape,
  type RoomGuardPlan,
  type StepPlan,
  stepsOf,
} from './types.js';

/** What an application declares, as far as the plan is concerned. Values are as written. */
export interface AppDeclaration {
  readonly gateways: unknown;
  readonly use?: unknown;
  readonly auth?: unknown;
  readonly providers?: unknown;
  readonly rooms?: unknown;
  readonly reply: ReplyShape;
  readonly limits: AppPlan['limits'];
  readonly settings: AppPlan['settings'];
  /** Tells whether the application's own container has a binding; null when nobody can ask it. */
  readonly isBound: ((token: unknown) => boolean) | null;
  readonly builtIn: ReadonlyMap<unknown, ScopeName>;
  readonly at: CallSite;
}

/** Either a frozen plan, or everything that is wrong. */
export type CompileResult =
  | { readonly plan: AppPlan; readonly problems: readonly [] }
  | { readonly plan: null; readonly problems: readonly Problem[] };

/**
 * Turns declarations into a plan. It reads metadata and nothing else, changes nothing and starts nothing.
 *
 * @param app - the declaration of the application
 * @returns the plan, or all problems
 */
export function compile(app: AppDeclaration): CompileResult {
  const problems = new Problems();
  const where = place(app.at, 'createApp');
  const uses = Array.isArray(app.use) ? app.use : app.use === undefined ? [] : [app.use];
  const steps = compileSteps(
    uses.map((value) => ({ kind: 'middleware', value, at: app.at })),
    'app',
    'createApp',
    problems,
  );
  if (app.auth !== undefined && !isAuth(app.auth)) {
    problems.add('GW_ERR_BUILD_BAD_AUTH', { given: show(app.auth) }, where);
  }
  const rooms = compileRooms(app.rooms, 'createApp', app.at, problems);
  const defaults = { steps, timeoutMs: app.limits.handlerTimeoutMs, reply: app.reply };
  const gateways = compileGateways(app, defaults, problems);
  const namespaces = groupByNamespace(gateways).map((group) =>
    compileNamespace(group, app, { steps, rooms }, problems),
  );
  findOverlaps(gateways, problems);
  const providers = compileProviders(app.providers, problems, app.at);
  if (app.isBound === null) findUnscopable(rootsOf(namespaces), providers.size, problems, where);
  const known = { providers, isBound: app.isBound, builtIn: app.builtIn };
  const dependencies = compileDependencies(rootsOf(namespaces), known, problems);
  if (problems.found.length > 0) return { plan: null, problems: problems.found };
  return {
    plan: Object.freeze({
      namespaces: Object.freeze(namespaces),
      dependencies,
      limits: app.limits,
      settings: app.settings,
    }),
    problems: [],
  };
}

function compileGateways(
  app: AppDeclaration,
  defaults: GatewayDefaults,
  problems: Problems,
): CompiledGateway[] {
  const where = place(app.at, 'createApp');
  const listed: readonly unknown[] = Array.isArray(app.gateways) ? app.gateways : [];
  if (listed.length === 0) problems.add('GW_ERR_BUILD_NO_GATEWAYS', {}, where);
  return [...new Set(listed)].flatMap((target) => {
    const name = nameOf(target);
    const declarations = typeof target === 'function' ? gatewayDeclarationOf(target as Class) : [];
    const [declaration] = declarations;
    if (declaration === undefined) {
      problems.add('GW_ERR_BUILD_NOT_A_GATEWAY', { given: show(target) }, where);
      return [];
    }
    if (listed.indexOf(target) !== listed.lastIndexOf(target)) {
      problems.add('GW_ERR_BUILD_GATEWAY_TWICE', { gateway: name }, where);
    }
    if (declarations.length > 1) {
      const places = declarations.map(({ at }) => place(at, name));
      problems.add('GW_ERR_BUILD_TWO_NAMESPACES', { gateway: name }, ...places);
    }
    return compileGateway(target as Class, declaration, defaults, problems) ?? [];
  });
}

function groupByNamespace(gateways: readonly CompiledGateway[]): [CompiledGateway, ...CompiledGateway[]][] {
  const groups = new Map<string, [CompiledGateway, ...CompiledGateway[]]>();
  for (const gateway of gateways) {
    const { name, pattern } = gateway.namespace;
    const key = `${name} ${pattern}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [gateway]);
    else group.push(gateway);
  }
  return [...groups.values()];
}

function findOverlaps(gateways: readonly CompiledGateway[], problems: Problems): void {
  const firsts = groupByNamespace(gateways).map(([first]) => first);
  firsts.forEach((one, i) => {
    for (const other of firsts.slice(i + 1)) {
      if (!overlap(one.namespace, other.namespace)) continue;
      problems.add(
        'GW_ERR_BUILD_NAMESPACE_OVERLAP',
        { namespace: one.namespace.name, other: other.namespace.name },
        place(one.plan.at, one.plan.name),
        place(other.plan.at, other.plan.name),
      );
    }
  });
}

function compileNamespace(
  gateways: readonly [CompiledGateway, ...CompiledGateway[]],
  app: AppDeclaration,
  own: { readonly steps: readonly StepPlan[]; readonly rooms: readonly RoomGuardPlan[] },
  problems: Problems,
): NamespacePlan {
  const [{ namespace }] = gateways;
  const auth = agree('auth', gateways, (gateway) => gateway.auth ?? app.auth, problems);
  const authAt = gateways.find((gateway) => gateway.auth !== undefined)?.plan.at ?? app.at;
  const data = agree('data', gateways, (gateway) => gateway.data, problems);
  const all = gateways.flatMap((gateway) => gateway.events);
  findDuplicates(namespace.name, all, problems);
  findServerSideTwins(gateways, problems);
  if (auth === undefined || auth === false) findUserless(namespace.name, all, problems);
  const contract = agree('contract', gateways, (gateway) => gateway.contract, problems) as
    | Contract
    | undefined;
  findForeign(contract ?? null, namespace.name, all, problems);
  const connect = [...own.steps, ...gateways.flatMap((gateway) => gateway.connect)].filter(
    (step) => step.connects,
  );
  return Object.freeze({
    name: namespace.name,
    pattern: namespace.pattern,
    auth: auth === undefined || auth === false ? null : authPlan(auth as object, authAt),
    data: (data as (() => unknown) | undefined) ?? null,
    rooms: orNull([...own.rooms, ...gateways.flatMap((gateway) => gateway.rooms)]),
    reply: gateways.every(({ reply }) => reply === gateways[0].reply) ? gateways[0].reply : app.reply,
    connect: orNull(connect),
    gateways: Object.freeze(gateways.map((gateway) => gateway.plan)),
    events: Object.freeze(all.filter((event) => event.name !== null)),
    patterns: Object.freeze(all.filter((event) => event.pattern !== null)),
    any: all.find(isCatchAll) ?? null,
    contract: contract === undefined ? null : compileNamespaceContract(contract, gateways, all, problems),
  });
}

function compileNamespaceContract(
  contract: Contract,
  gateways: readonly CompiledGateway[],
  events: readonly EventPlan[],
  problems: Problems,
): ContractPlan {
  const places = gateways
    .filter((gateway) => gateway.contract === contract)
    .map(({ plan }) => place(plan.at, plan.name));
  findUnhandled(contract, events, places, problems);
  return compileContract(contract, problems, places[0] as Place);
}

/** What only a container of gatewire's own can do. */
function findUnscopable(roots: readonly Root[], providers: number, problems: Problems, where: Place): void {
  if (providers > 0) problems.add('GW_ERR_BUILD_FOREIGN_CONTAINER', { what: '`providers`' }, where);
  for (const { target, at } of roots) {
    if (scopeOf(target) === 'singleton') continue;
    const name = nameOf(target);
    problems.add('GW_ERR_BUILD_FOREIGN_CONTAINER', { what: `@Scoped of \`${name}\`` }, place(at, name));
  }
}

/** The one value that all gateways of a namespace have, where they have one. */
function agree(
  option: 'auth' | 'data' | 'contract',
  gateways: readonly CompiledGateway[],
  read: (gateway: CompiledGateway) => unknown,
  problems: Problems,
): unknown {
  const saying = gateways.filter((gateway) => read(gateway) !== undefined);
  const values = new Set(saying.map(read));
  if (values.size > 1) {
    const namespace = saying[0]?.namespace.name ?? '';
    const places = saying.map(({ plan }) => place(plan.at, plan.name));
    problems.add('GW_ERR_BUILD_NAMESPACE_DISAGREES', { namespace, option }, ...places);
  }
  return [...values][0];
}

function findDuplicates(namespace: string, events: readonly EventPlan[], problems: Problems): void {
  const seen = new Map<string, EventPlan[]>();
  for (const event of events) {
    const key = isCatchAll(event) ? '' : `\`${event.name ?? String(event.pattern)}\``;
    seen.set(key, [...(seen.get(key) ?? []), event]);
  }
  for (const [event, twins] of seen) {
    if (twins.length < 2) continue;
    const places = twins.map(({ handler }) => place(handler.at, handler.label));
    if (event === '') problems.add('GW_ERR_BUILD_DUPLICATE_CATCH_ALL', { namespace }, ...places);
    else problems.add('GW_ERR_BUILD_DUPLICATE_EVENT', { event, namespace }, ...places);
  }
}

function findServerSideTwins(gateways: readonly CompiledGateway[], problems: Problems): void {
  const seen = new Set<string>();
  for (const { event, handler } of gateways.flatMap(({ plan }) => plan.serverSide ?? [])) {
    if (seen.has(event)) {
      const reason = `is the second handler of \`${event}\` in its namespace`;
      problems.add(
        'GW_ERR_BUILD_SERVER_SIDE',
        { method: handler.label, reason },
        place(handler.at, handler.label),
      );
    }
    seen.add(event);
  }
}

/** Rate limits that count per user where nobody is one. */
function findUserless(namespace: string, events: readonly EventPlan[], problems: Problems): void {
  for (const { rates, handler } of events) {
    for (const { per, at } of rates ?? []) {
      if (per !== 'user') continue;
      const args = { method: handler.label, namespace };
      problems.add('GW_ERR_BUILD_RATE_WITHOUT_USER', args, place(at, handler.label));
    }
  }
}

function isCatchAll(event: EventPlan): boolean {
  return event.name === null && event.pattern === null;
}

function authPlan(value: object, at: CallSite): NamespacePlan['auth'] {
  const isClass = isClassWith(value, 'authenticate');
  const isMaker = isAuthMaker(value);
  const name = typeof value === 'function' ? value.name : value.constructor?.name;
  const label = isMaker ? value.label : !name || name === 'Object' ? 'auth' : name;
  return Object.freeze({ value, isClass, isMaker, label, at });
}

/** The classes that gatewire will ask the container for. */
function rootsOf(namespaces: readonly NamespacePlan[]): readonly Root[] {
  return namespaces.flatMap((namespace) => [
    ...namespace.gateways.map(({ target, at }) => ({ target, at })),
    ...stepsOf(namespace).flatMap(({ isClass, value, at }) =>
      isClass ? { target: value as Class, at } : [],
    ),
    ...(namespace.auth?.isClass ? [{ target: namespace.auth.value as Class, at: namespace.auth.at }] : []),
  ]);
}
