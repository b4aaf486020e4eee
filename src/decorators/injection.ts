import { CallSite } from '../base/call-site.js';
import { type Class, editRecord } from '../metadata/record.js';
import type { Injectable } from '../metadata/token.js';
import { assertExperimental } from './experimental.js';

/**
 * Injects a value into a constructor parameter or a property. Nothing is read from emitted types,
 * so tsx, esbuild, swc and vite need no plugin. The container learns of it when the application starts: a class
 * that your own inversify container makes before that takes inversify's `inject`, which gatewire reads too.
 *
 * @param token - a class, a `token<T>()`, a symbol or a string
 * @example
 * constructor(@inject(Messages) private readonly messages: Messages) {}
 */
export function inject<TValue>(token: Injectable<TValue>): ParameterDecorator & PropertyDecorator {
  const at = new CallSite(inject);
  return (target: object, key: string | symbol | undefined, index?: unknown) => {
    assertExperimental('inject', key, at);
    const owner = (typeof target === 'function' ? target : target.constructor) as Class;
    editRecord(owner).injections.push({
      target: typeof index === 'number' ? index : (key as string | symbol),
      token,
      at,
    });
  };
}

/**
 * Gives a class a shorter lifetime than the application: one instance per client and namespace, or one per event.
 * When it ends, methods with inversify's `@preDestroy`, `Symbol.asyncDispose` and `Symbol.dispose` are called.
 *
 * @param scope - `'connection'` or `'event'`
 * @example
 * @Scoped('connection')
 * class Cart { readonly items: Item[] = []; }
 */
export function Scoped(scope: 'connection' | 'event'): ClassDecorator {
  const at = new CallSite(Scoped);
  return (target: unknown, second?: unknown) => {
    assertExperimental('Scoped', second, at);
    editRecord(target as Class).scopes.unshift({ scope, at });
  };
}
