import { constructorLength } from '../../metadata/injections.js';
import type { Class } from '../../metadata/record.js';
import { type Get, type Injectable, nameOf } from '../../metadata/token.js';
import { disposeInstance } from './instances.js';
import { type BuiltIns, type Resolver, singleSource } from './resolver.js';

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
