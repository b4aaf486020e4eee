import type { Class } from '../../metadata/record.js';
import { type Get, nameOf } from '../../metadata/token.js';
import { type BuiltIns, type Resolver, singleSource } from './resolver.js';

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
