import type { Container } from 'inversify';
import type { CallSite } from '../../base/call-site.js';
import { Problems } from '../../base/problems.js';
import { compileProviders, type Provider } from '../../plan/providers.js';
import type { DependencyPlan } from '../../plan/types.js';
import { type ForeignContainer, foreignResolver } from './foreign-resolver.js';
import { plainResolver } from './plain-resolver.js';
import type { BuiltIns, Resolver } from './resolver.js';

/** The container that an application brings along, if it does. */
export type GivenContainer = Container | ForeignContainer | undefined;

/** What a resolver is made for. */
export interface ResolverNeeds {
  readonly container: GivenContainer;
  readonly providers: readonly Provider[];
  readonly dependencies: readonly DependencyPlan[];
  readonly builtIns: BuiltIns;
  /** The line of createApp. */
  readonly at: CallSite;
}

/** Chooses where instances come from: the application's container, one of gatewire's own, or none where none is needed. */
export async function createResolver(needs: ResolverNeeds): Promise<Resolver> {
  const { container, providers, dependencies, builtIns, at } = needs;
  if (container !== undefined && !isInversify(container)) return foreignResolver(container, builtIns);
  const isPlain = dependencies.every(({ isInjected, scope }) => !isInjected && scope === 'singleton');
  if (container === undefined && providers.length === 0 && isPlain) return plainResolver(builtIns);
  const { containerResolver } = await import('./container-resolver.js');
  return containerResolver({
    parent: container ?? null,
    providers: compileProviders(providers, new Problems(), at),
    dependencies,
    builtIns,
  });
}

/** Tells what the application's own container has; null when it cannot be asked. */
export function bindingsOf(container: GivenContainer): ((token: unknown) => boolean) | null {
  if (container === undefined) return () => false;
  return isInversify(container) ? (token) => container.isBound(token as never) : null;
}

/** By its methods: an application without injection is not to import inversify for the sake of instanceof. */
function isInversify(container: Container | ForeignContainer): container is Container {
  const { bind, isBound } = container as Partial<Container>;
  return typeof bind === 'function' && typeof isBound === 'function';
}
