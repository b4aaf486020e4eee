import { Container } from 'inversify';
import { CurrentContext } from '../../metadata/injectables.js';
import type { Class } from '../../metadata/record.js';
import type { Get } from '../../metadata/token.js';
import type { CheckedProvider } from '../../plan/providers.js';
import type { DependencyPlan } from '../../plan/types.js';
import { runFactories } from './factories.js';
import { disposeInstance } from './instances.js';
import { type BuiltIns, type InstanceSource, type Resolver, singleSource } from './resolver.js';
import { Scopes } from './scopes.js';
import { checkInversify, teachInversify } from './teach.js';

// Unlike inversify's own default, one class is one instance, and needs no registration.
const OPTIONS = { autobind: true, defaultScope: 'Singleton' } as const;

/** What the container is filled with. */
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
  /** What was made here and is disposed of at the end, in the order of making. */
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
