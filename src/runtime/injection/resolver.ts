import type { Container } from 'inversify';
import type { CallSite } from '../../base/call-site.js';
import { Problems } from '../../base/problems.js';
import { constructorLength } from '../../metadata/injections.js';
import type { Class } from '../../metadata/record.js';
import { type Get, type Injectable, nameOf } from '../../metadata/token.js';
import { compileProviders, type Provider } from '../../plan/providers.js';
import type { DependencyPlan } from '../../plan/types.js';
import type { InstanceSource } from '../types.js';
import { disposeInstance } from './instances.js';

/** Values that gatewire itself provides, by token. */
export type BuiltIns = ReadonlyMap<unknown, object>;

/** Members of a container that the runtime uses. */
export interface Resolver {
  /** Makes a singleton at once, and tells how to come by an instance. */
  source(target: Class): InstanceSource;
  get: Get;
  /** Disposes of what was made here, and of nothing else. */
  close(onError: (error: unknown) => void): Promise<void>;
}

/** The source of something that exists once. */
export function singleSource(instance: object): InstanceSource {
  return { instance, of: () => instance };
}

/** The container that an application brings along, if it does. */
export type GivenContainer = Container | ForeignContainer | undefined;

/** Scope that a resolver is made for. */
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
  const { containerResolver } = await import('./container.js');
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

/** A container that gatewire knows nothing about, such as Nest's ModuleRef. */
export interface ForeignContainer {
  /** Returns what is bound to a class or a token, and throws when nothing is. */
  get(token: never): unknown;
}

/** Takes everything from the application's own container, which keeps making and disposing of it. */
export function foreignResolver(container: ForeignContainer, builtIns: BuiltIns): Resolver {
  const get: Get = (token) => (builtIns.get(token) ?? container.get(token as never)) as never;
  return {
    get,
    source(target: Class) {
      const instance = get(target as new () => object);
      if (typeof instance === 'object' && instance !== null) return singleSource(instance);
      throw new Error(`get(${nameOf(target)}) of the application's container returned ${typeof instance}`);
    },
    close: async () => {},
  };
}

/**
 * Makes the classes of an application that injects nothing, each once. It spares such an application the import
 * of inversify, which takes 110 ms: more than socket.io and gatewire together.
 */
export function plainResolver(builtIns: BuiltIns): Resolver {
  const made = new Map<unknown, object>();
  const get: Get = <TValue>(token: Injectable<TValue>): TValue => {
    const builtIn = builtIns.get(token);
    if (builtIn !== undefined) return builtIn as TValue;
    if (typeof token !== 'function' || constructorLength(token) > 0) {
      throw new Error(`nothing in this application injects or provides ${nameOf(token)}`);
    }
    const instance = made.get(token) ?? new (token as unknown as new () => object)();
    made.set(token, instance);
    return instance as TValue;
  };
  return {
    get,
    source: (target: Class) => singleSource(get(target as Class<object>)),
    async close(onError) {
      const instances = [...made.values()].reverse();
      made.clear();
      for (const instance of instances) await disposeInstance(instance, onError);
    },
  };
}
