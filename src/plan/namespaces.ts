import type { CallSite } from '../base/call-site.js';
import { type Problems, place } from '../base/problems.js';
import type { Contract } from '../contract/contract.js';
import type { Place } from '../errors/boot-error.js';
import { compileContract, findForeign, findUnhandled } from './contracts.js';
import type { CompiledGateway } from './gateways.js';
import { overlap } from './namespace-names.js';
import { authPlan, orNull } from './steps.js';
import { checkTopicContract, findTopicOverlaps } from './topics.js';
import type { ContractPlan, EventPlan, NamespacePlan, ReplyShape, RoomGuardPlan, StepPlan } from './types.js';

/** Declarations of the application that hold for all of its namespaces. */
export interface NamespaceDefaults {
  readonly steps: readonly StepPlan[];
  readonly rooms: readonly RoomGuardPlan[];
  readonly auth?: unknown;
  readonly allowsEveryOrigin: boolean;
  readonly reply: ReplyShape;
  readonly at: CallSite;
}

/** Joins the gateways of each namespace, and checks them against each other. */
export function compileNamespaces(
  gateways: readonly CompiledGateway[],
  app: NamespaceDefaults,
  problems: Problems,
): readonly NamespacePlan[] {
  const groups = groupByNamespace(gateways);
  const namespaces = groups.map((group) => compileNamespace(group, app, problems));
  findOverlaps(
    groups.map(([first]) => first),
    problems,
  );
  return namespaces;
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

function compileNamespace(
  gateways: readonly [CompiledGateway, ...CompiledGateway[]],
  app: NamespaceDefaults,
  problems: Problems,
): NamespacePlan {
  const [{ namespace }] = gateways;
  const auth = agree('auth', gateways, (gateway) => gateway.auth ?? app.auth, problems);
  const authAt = gateways.find((gateway) => gateway.auth !== undefined)?.plan.at ?? app.at;
  const data = agree('data', gateways, (gateway) => gateway.data, problems);
  const all = gateways.flatMap((gateway) => gateway.events);
  findDuplicates(namespace.name, all, problems);
  findServerSideTwins(gateways, problems);
  const isOpen = auth === undefined || auth === false;
  checkBatteries(all, !isOpen, problems);
  const authenticator = isOpen ? null : authPlan(auth as object, authAt);
  if (authenticator?.usesCookies && app.allowsEveryOrigin) {
    const args = { auth: authenticator.label, namespace: namespace.name };
    problems.add('GW_ERR_BUILD_OPEN_ORIGINS', args, place(authAt, namespace.name));
  }
  const contract = agree('contract', gateways, (gateway) => gateway.contract, problems) as
    | Contract
    | undefined;
  findForeign(contract ?? null, namespace.name, all, problems);
  const topics = gateways.flatMap((gateway) => gateway.topics);
  findTopicOverlaps(namespace.name, topics, problems);
  checkTopicContract(contract ?? null, namespace.name, topics, problems, placesOf(contract, gateways));
  const connect = [...app.steps, ...gateways.flatMap((gateway) => gateway.connect)].filter(
    (step) => step.connects,
  );
  return Object.freeze({
    name: namespace.name,
    pattern: namespace.pattern,
    auth: authenticator,
    data: (data as (() => unknown) | undefined) ?? null,
    rooms: orNull([...app.rooms, ...gateways.flatMap((gateway) => gateway.rooms)]),
    reply: gateways.every(({ reply }) => reply === gateways[0].reply) ? gateways[0].reply : app.reply,
    connect: orNull(connect),
    gateways: Object.freeze(gateways.map((gateway) => gateway.plan)),
    events: Object.freeze(all.filter((event) => event.name !== null)),
    patterns: Object.freeze(all.filter((event) => event.pattern !== null)),
    any: all.find(isCatchAll) ?? null,
    topics: orNull(topics),
    contract: contract === undefined ? null : compileNamespaceContract(contract, gateways, all, problems),
  });
}

function compileNamespaceContract(
  contract: Contract,
  gateways: readonly CompiledGateway[],
  events: readonly EventPlan[],
  problems: Problems,
): ContractPlan {
  const places = placesOf(contract, gateways);
  findUnhandled(contract, events, places, problems);
  return compileContract(contract, problems, places[0] as Place);
}

/** Lists the gateways that have a contract. */
function placesOf(contract: Contract | undefined, gateways: readonly CompiledGateway[]): readonly Place[] {
  return gateways
    .filter((gateway) => gateway.contract === contract)
    .map(({ plan }) => place(plan.at, plan.name));
}

/** Finds the value of an option that the gateways of a namespace agree on; undefined where none has it. */
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

/** Lets batteries check their declarations against the events that these apply to. */
function checkBatteries(events: readonly EventPlan[], hasAuth: boolean, problems: Problems): void {
  for (const { handler, arrival, admitted, outer, inner } of events) {
    for (const step of [arrival, admitted, outer, inner].flatMap((steps) => steps ?? [])) {
      if (step.kind === 'battery')
        step.battery.checkEvent?.(step, { method: handler.label, hasAuth }, problems);
    }
  }
}

function isCatchAll(event: EventPlan): boolean {
  return event.name === null && event.pattern === null;
}

function findOverlaps(firsts: readonly CompiledGateway[], problems: Problems): void {
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
