import type { CallSite } from '../base/call-site.js';
import { Problems, place } from '../base/problems.js';
import { show } from '../base/show.js';
import type { Place, Problem } from '../errors/boot-error.js';
import type { Class, ScopeName } from '../metadata/record.js';
import { nameOf } from '../metadata/token.js';
import { compileDependencies, type Root } from './dependencies.js';
import {
  type CompiledGateway,
  compileGateway,
  type GatewayDefaults,
  gatewayDeclarationOf,
} from './gateways.js';
import { scopeOf } from './inherit.js';
import { compileNamespaces } from './namespaces.js';
import { compileProviders } from './providers.js';
import { compileRooms } from './rooms.js';
import { compileMiddleware, isAuth } from './steps.js';
import { type AppPlan, type NamespacePlan, type ReplyShape, stepsOf } from './types.js';

/** Declarations of an application, as written. */
export interface AppDeclaration {
  readonly gateways: unknown;
  readonly use?: unknown;
  readonly auth?: unknown;
  /** Whether pages of every site may connect. */
  readonly allowsEveryOrigin: boolean;
  readonly providers?: unknown;
  readonly rooms?: unknown;
  readonly reply: ReplyShape;
  readonly limits: AppPlan['limits'];
  readonly settings: AppPlan['settings'];
  /** Tells whether the application's own container has a binding; null when the container cannot be asked. */
  readonly isBound: ((token: unknown) => boolean) | null;
  readonly builtIn: ReadonlyMap<unknown, ScopeName>;
  readonly at: CallSite;
}

/** Frozen plan, or all problems. */
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
  const steps = uses.flatMap(
    (value) => compileMiddleware({ value, at: app.at }, 'app', 'createApp', problems) ?? [],
  );
  if (app.auth !== undefined && !isAuth(app.auth)) {
    problems.add('GW_ERR_BUILD_BAD_AUTH', { given: show(app.auth) }, where);
  }
  const rooms = compileRooms(app.rooms, 'createApp', app.at, problems);
  const defaults = { steps, timeoutMs: app.limits.handlerTimeoutMs, reply: app.reply };
  const gateways = compileGateways(app, defaults, problems);
  const { auth, allowsEveryOrigin, reply, at } = app;
  const common = { steps, rooms, auth, allowsEveryOrigin, reply, at };
  const namespaces = compileNamespaces(gateways, common, problems);
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

/** Reports declarations that need a container of gatewire. */
function findUnscopable(roots: readonly Root[], providers: number, problems: Problems, where: Place): void {
  if (providers > 0) problems.add('GW_ERR_BUILD_FOREIGN_CONTAINER', { what: '`providers`' }, where);
  for (const { target, at } of roots) {
    if (scopeOf(target) === 'singleton') continue;
    const name = nameOf(target);
    problems.add('GW_ERR_BUILD_FOREIGN_CONTAINER', { what: `@Scoped of \`${name}\`` }, place(at, name));
  }
}

/** Lists the classes that gatewire will ask the container for. */
function rootsOf(namespaces: readonly NamespacePlan[]): readonly Root[] {
  return namespaces.flatMap((namespace) => [
    ...namespace.gateways.map(({ target, at }) => ({ target, at })),
    ...stepsOf(namespace).flatMap(({ isClass, value, at }) =>
      isClass ? { target: value as Class, at } : [],
    ),
    ...(namespace.auth?.isClass ? [{ target: namespace.auth.value as Class, at: namespace.auth.at }] : []),
  ]);
}
