import type { CallSite } from '../base/call-site.js';
import { type Problems, place } from '../base/problems.js';
import { suggest } from '../base/suggest.js';
import { constructorLength, type Injection, injectionsOf } from '../metadata/injections.js';
import type { Class, ScopeName } from '../metadata/record.js';
import { nameOf } from '../metadata/token.js';
import { scopeOf } from './inherit.js';
import type { CheckedProvider } from './providers.js';
import type { DependencyPlan } from './types.js';

/** Class that gatewire itself asks the container for, and the line that names it. */
export interface Root {
  readonly target: Class;
  readonly at: CallSite;
}

/** Facts about the container. */
export interface ContainerKnowledge {
  readonly providers: ReadonlyMap<unknown, CheckedProvider>;
  /** Tells whether the application's own container has a binding; null when the container cannot be asked. */
  readonly isBound: ((token: unknown) => boolean) | null;
  /** Tokens that gatewire provides, with the scope of their values. */
  readonly builtIn: ReadonlyMap<unknown, ScopeName>;
}

const RANK: Readonly<Record<ScopeName, number>> = { singleton: 0, connection: 1, event: 2 };

/** Walks from the gateways through all injections, and reports those that cannot work. */
export function compileDependencies(
  roots: readonly Root[],
  known: ContainerKnowledge,
  problems: Problems,
): readonly DependencyPlan[] {
  // A container that cannot be asked makes its own classes in its own way.
  if (known.isBound === null) return Object.freeze([]);
  const walk = new DependencyWalk(known, known.isBound, problems);
  for (const root of roots) walk.visit(root.target, [], root.at);
  for (const { provider, at } of known.providers.values()) {
    if (provider.useClass !== undefined) walk.visit(provider.useClass, [], at);
  }
  return Object.freeze([...walk.visited.values()]);
}

class DependencyWalk {
  readonly visited = new Map<Class, DependencyPlan>();

  constructor(
    private readonly known: ContainerKnowledge,
    private readonly isBound: (token: unknown) => boolean,
    private readonly problems: Problems,
  ) {}

  visit(target: Class, path: readonly Class[], at: CallSite): void {
    const name = nameOf(target);
    if (path.includes(target)) {
      const circle = [...path.slice(path.indexOf(target)), target].map(nameOf).join(' -> ');
      this.problems.add('GW_ERR_BUILD_CIRCULAR_DEPENDENCY', { path: circle }, place(at, name));
      return;
    }
    if (this.visited.has(target)) return;
    const scope = this.known.providers.get(target)?.scope ?? scopeOf(target);
    const injections = injectionsOf(target);
    this.visited.set(target, Object.freeze({ target, scope, isInjected: injections.length > 0 }));
    this.#checkConstructor(target, injections, at);
    for (const injection of injections) {
      if (!injection.isManaged) continue;
      const where = injection.at ?? at;
      this.#checkInjection(target, scope, injection, where);
      const next = this.#classBehind(injection.token);
      if (next !== null) this.visit(next, [...path, target], where);
    }
  }

  /** Finds the class that gatewire will make for a token; null when there is none. */
  #classBehind(token: unknown): Class | null {
    const { providers, builtIn } = this.known;
    const provider = providers.get(token)?.provider;
    if (provider !== undefined) return provider.useClass ?? null;
    if (typeof token !== 'function' || builtIn.has(token) || this.isBound(token)) return null;
    return token as Class;
  }

  #checkInjection(consumer: Class, scope: ScopeName, injection: Injection, at: CallSite): void {
    const { token } = injection;
    const name = nameOf(consumer);
    const where = place(at, name);
    if (token === undefined) {
      const index = typeof injection.target === 'number' ? injection.target : 0;
      this.problems.add('GW_ERR_BUILD_UNDEFINED_TOKEN', { consumer: name, index }, where);
      return;
    }
    const { providers, builtIn } = this.known;
    const isKnown = typeof token === 'function' || providers.has(token) || builtIn.has(token);
    if (!isKnown && !injection.optional && !this.isBound(token)) {
      const suggestion = suggest(nameOf(token), [...providers.keys()].map(nameOf));
      const args = { consumer: name, token: nameOf(token), suggestion };
      this.problems.add('GW_ERR_BUILD_MISSING_BINDING', args, where);
    }
    const tokenScope = this.#scopeOfToken(token);
    if (RANK[tokenScope] > RANK[scope]) {
      const args = { consumer: name, scope, token: nameOf(token), tokenScope };
      this.problems.add('GW_ERR_BUILD_CAPTURED_SCOPE', args, where);
    }
  }

  #scopeOfToken(token: unknown): ScopeName {
    const { providers, builtIn } = this.known;
    const given = builtIn.get(token) ?? providers.get(token)?.scope;
    if (given !== undefined) return given;
    return typeof token === 'function' && !this.isBound(token) ? scopeOf(token as Class) : 'singleton';
  }

  #checkConstructor(target: Class, injections: readonly Injection[], at: CallSite): void {
    const decorated = new Set(injections.map((injection) => injection.target));
    const name = nameOf(target);
    for (let index = 0; index < constructorLength(target); index++) {
      if (decorated.has(index)) continue;
      this.problems.add('GW_ERR_BUILD_UNINJECTED_PARAMETER', { consumer: name, index }, place(at, name));
    }
  }
}
