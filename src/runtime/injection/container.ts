import { Container, inject, injectFromHierarchy, optional, preDestroy, unmanaged } from 'inversify';
import { checkStackOf } from '../../base/stack-check.js';
import { BootError } from '../../errors/boot-error.js';
import { CurrentContext } from '../../metadata/injectables.js';
import { inheritsConstructor, injectionsOf, untoldInjections } from '../../metadata/injections.js';
import { type Class, lineage } from '../../metadata/record.js';
import { type Get, nameOf } from '../../metadata/token.js';
import type { CheckedProvider } from '../../plan/providers.js';
import type { DependencyPlan } from '../../plan/types.js';
import type { Activity, InstanceSource } from '../types.js';
import { runFactories } from './factories.js';
import { disposeInstance } from './instances.js';
import { type BuiltIns, type Resolver, singleSource } from './resolver.js';

// Unlike inversify's own default, one class is one instance, and needs no registration.
const OPTIONS = { autobind: true, defaultScope: 'Singleton' } as const;

/** Content of the container. */
export interface ContainerContents {
  /** The application's own container; ours is a child of it and leaves it as it is. */
  readonly parent: Container | null;
  readonly providers: ReadonlyMap<unknown, CheckedProvider>;
  readonly dependencies: readonly DependencyPlan[];
  readonly builtIns: BuiltIns;
}

/**
 * Makes the one container of an application and runs the factories of its providers.
 *
 * @throws {BootError} GW_ERR_BOOT_STACK, GW_ERR_BOOT_PROVIDER_FAILED or GW_ERR_BOOT_PROVIDER_ORDER, after disposing of what was made
 */
export async function containerResolver(contents: ContainerContents): Promise<Resolver> {
  checkInversify();
  const resolver = new ContainerResolver(contents);
  await resolver.fill();
  return resolver;
}

class ContainerResolver implements Resolver {
  readonly #container: Container;
  readonly #scopes = new Scopes();
  readonly #scoped: ReadonlyMap<Class, DependencyPlan>;
  /** Instances that were made here and are disposed of at the end, in the order of making. */
  readonly #made: unknown[] = [];
  readonly get: Get;

  constructor(private readonly contents: ContainerContents) {
    const { parent, dependencies } = contents;
    this.#container = new Container(parent === null ? OPTIONS : { ...OPTIONS, parent });
    this.#scoped = new Map(
      dependencies.filter(({ scope }) => scope !== 'singleton').map((one) => [one.target, one]),
    );
    this.get = (token) => {
      teachInversify(token);
      return this.#container.get(token as never) as never;
    };
  }

  async fill(): Promise<void> {
    const container = this.#container;
    container
      .bind(CurrentContext)
      .toDynamicValue(() => this.#scopes.current('CurrentContext').ctx)
      .inTransientScope();
    for (const [token, value] of this.contents.builtIns)
      container.bind(token as never).toConstantValue(value);
    for (const dependency of this.contents.dependencies) this.#prepare(dependency);
    for (const [token, { provider }] of this.contents.providers) {
      const { useClass } = provider;
      if (Object.hasOwn(provider, 'useValue'))
        container.bind(token as never).toConstantValue(provider.useValue);
      else if (useClass !== undefined && useClass !== token) {
        container
          .bind(token as never)
          .toDynamicValue(() => container.get(useClass as never))
          .inTransientScope();
      }
    }
    const isReady = await runFactories([...this.contents.providers.values()], this.get, (token, value) => {
      container.bind(token as never).toConstantValue(value);
      this.#made.push(value);
    });
    if (isReady !== null) {
      await this.close(() => {});
      throw isReady;
    }
  }

  source(target: Class): InstanceSource {
    if (!this.#scoped.has(target)) return singleSource(this.get(target as new () => object));
    const make = (): object => this.get(target as new () => object);
    return { instance: null, of: (activity) => this.#scopes.within(activity, make) };
  }

  async close(onError: (error: unknown) => void): Promise<void> {
    for (const instance of this.#made.splice(0).reverse()) await disposeInstance(instance, onError);
    try {
      await this.#container.unbindAllAsync(); // runs @preDestroy of the singletons
    } catch (error) {
      onError(error);
    }
  }

  #prepare({ target, scope }: DependencyPlan): void {
    const container = this.#container;
    teachInversify(target);
    if (scope === 'singleton') {
      container.onActivation(target as never, (_context, instance: unknown) => {
        this.#made.push(instance);
        return instance as never;
      });
      return;
    }
    const implementation = Symbol(target.name);
    container
      .bind(implementation)
      .to(target as never)
      .inTransientScope();
    container
      .bind(target as never)
      .toDynamicValue(
        () => this.#scopes.take(target, scope, () => container.get<object>(implementation)) as never,
      )
      .inTransientScope();
  }
}

/**
 * Knows for whom the container is making something. There is one container, and no child of it per client or
 * event: those cost 24 to 110 microseconds each. A `get` is synchronous, so a plain variable set around it
 * tells the bindings of scoped classes where their instance belongs.
 */
export class Scopes {
  #current: Activity | null = null;

  /** Makes something for an activity. */
  within<TResult>(activity: Activity, make: () => TResult): TResult {
    const before = this.#current;
    this.#current = activity;
    try {
      return make();
    } finally {
      this.#current = before;
    }
  }

  /** Returns the activity that something is being made for. */
  current(asker: string): Activity {
    if (this.#current !== null) return this.#current;
    throw new Error(`${asker} exists for a client or an event only, and was asked for outside of both`);
  }

  /** Returns the instance of a scoped class for the present activity. */
  take(target: Class, scope: 'connection' | 'event', make: () => object): object {
    const activity = this.current(nameOf(target));
    // What lives as long as the stay must not see the one event that happened to need it first.
    const owner = scope === 'connection' ? activity.state.stay : activity;
    return owner.instances.take(target, () => this.within(owner, make));
  }
}

const taught = new WeakSet<Class>();

/** Tells inversify what gatewire's `@inject` recorded about a class and about everything that it needs. */
export function teachInversify(target: unknown): void {
  if (typeof target !== 'function' || taught.has(target as Class)) return;
  const known = target as Class;
  taught.add(known);
  for (const owner of lineage(known)) {
    for (const { target: key, token } of untoldInjections(owner)) {
      const decorate = inject(token as never) as (...args: unknown[]) => void;
      if (typeof key === 'number') decorate(owner, undefined, key);
      else decorate(owner.prototype, key);
    }
  }
  // inversify does not look at the base class by itself: the parameters would be undefined.
  if (inheritsConstructor(known)) injectFromHierarchy()(known);
  for (const { token } of injectionsOf(known)) teachInversify(token);
}

/**
 * Checks that inversify writes its metadata where and as gatewire reads it.
 *
 * @throws {BootError} GW_ERR_BOOT_STACK
 */
export function checkInversify(): void {
  const problems = checkStackOf('@inversifyjs/core', specimens);
  if (problems.length > 0) throw new BootError(problems);
}

function specimens() {
  class Decorated {
    end(): void {}
  }
  for (const decorate of [inject(Decorated), optional()]) decorate(Decorated, undefined, 0);
  unmanaged()(Decorated, undefined, 1);
  preDestroy()(Decorated.prototype, 'end', {});
  const read = (key: string) => [key, Reflect.getOwnMetadata(key, Decorated)] as const;
  const metadata = Object.fromEntries(Reflect.getOwnMetadataKeys(Decorated).map(read));
  const record = Object.assign({}, ...Object.values(metadata));
  const [injected, left] = record.constructorArguments ?? [];
  return {
    Class: metadata,
    ClassMetadata: record,
    ClassMetadataLifecycle: record.lifecycle ?? {},
    ClassElementMetadata: injected,
    ClassElementMetadataKind: { unmanaged: left?.kind },
  };
}
