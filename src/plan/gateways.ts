import { checkOptions, rules } from '../base/options.js';
import { type Problems, place } from '../base/problems.js';
import { show } from '../base/show.js';
import type { Contract } from '../contract/contract.js';
import type { Place } from '../errors/boot-error.js';
import { type Class, type GatewayDeclaration, type HookKind, lineage, recordOf } from '../metadata/record.js';
import { nameOf } from '../metadata/token.js';
import { isContract } from './contracts.js';
import { compileEvents } from './events.js';
import { compileHandler, compileServerSide, isUsable } from './handlers.js';
import { inheritedMethods, inheritedSteps, scopeOf } from './inherit.js';
import { type NamespaceName, parseNamespace } from './namespace-names.js';
import { compileRooms } from './rooms.js';
import { compileSteps, isAround, isAuth, isGuard, orNull } from './steps.js';
import { compileTopics } from './topics.js';
import type { EventPlan, GatewayPlan, ReplyShape, RoomGuardPlan, StepPlan, TopicPlan } from './types.js';

/** Options of the application that hold for all of its gateways. */
export interface GatewayDefaults {
  readonly steps: readonly StepPlan[];
  readonly timeoutMs: number;
  readonly reply: ReplyShape;
}

/** Gateway class, read and checked by itself; the other gateways of its namespace are not known yet. */
export interface CompiledGateway {
  readonly namespace: NamespaceName;
  readonly plan: GatewayPlan;
  readonly events: readonly EventPlan[];
  readonly topics: readonly TopicPlan[];
  readonly connect: readonly StepPlan[];
  /** Option as written; undefined where the gateway does not have it. */
  readonly auth: unknown;
  readonly data: (() => unknown) | undefined;
  readonly rooms: readonly RoomGuardPlan[];
  readonly reply: ReplyShape;
  /** Contract of the kit whose `Gateway` decorates the class. */
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

/** Compiles the records that decorators made of a gateway class. */
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
  const declared = namespace?.name ?? show(declaration.namespace);
  const site = { level: 'gateway', owner: name, namespace: declared } as const;
  const steps = compileSteps(inheritedSteps(target), site, problems);
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
  const around = {
    plan,
    outer: orNull([...defaults.steps, ...steps].filter(isAround)),
    guards: steps.filter(isGuard),
    batteries: steps.filter((step) => step.kind === 'battery'),
    namespace: declared,
    timeoutMs: defaults.timeoutMs,
    reply: given.reply ?? defaults.reply,
  };
  const events = methods.flatMap((method) => compileEvents(method, around, problems));
  const topics = methods.flatMap((method) => compileTopics(method, around, problems));
  const connect = steps.filter((step) => step.kind !== 'battery').filter((step) => step.connects);
  const contract = contractOf(declaration, problems, where);
  const { auth, data } = given;
  const rooms = compileRooms(given.rooms, name, declaration.at, problems);
  const own = { plan, events, topics, connect, auth, data, rooms, reply: around.reply, contract };
  return namespace && { namespace, ...own };
}

/** Finds the `@Gateway` of a class, or of the nearest base that has one. */
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
