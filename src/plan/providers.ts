import type { CallSite } from '../base/call-site.js';
import { type Problems, place } from '../base/problems.js';
import { show } from '../base/show.js';
import type { Class, ScopeName } from '../metadata/record.js';
import { type Get, type Injectable, nameOf } from '../metadata/token.js';
import { scopeOf } from './inherit.js';

/** Source of an injected value that is not a class, or that differs from its class. */
export interface ProviderOptions {
  readonly provide: Injectable;
  /** Class to make instead. */
  readonly useClass?: Class;
  /** Value that exists already. */
  readonly useValue?: unknown;
  /** Makes the value once, when the application starts; a promise is awaited. */
  readonly useFactory?: (get: Get) => unknown;
}

/** Class to make once, or the options of a provider. */
export type Provider = Class | ProviderOptions;

/** Provider whose form is checked. */
export interface CheckedProvider {
  readonly provider: ProviderOptions;
  readonly scope: ScopeName;
  readonly at: CallSite;
}

const FORMS = ['useClass', 'useValue', 'useFactory'] as const;

/** Checks the list of providers. */
export function compileProviders(
  given: unknown,
  problems: Problems,
  at: CallSite,
): ReadonlyMap<unknown, CheckedProvider> {
  const providers = new Map<unknown, CheckedProvider>();
  const where = place(at, 'createApp');
  for (const one of Array.isArray(given) ? given : []) {
    const provider = (typeof one === 'function' ? { provide: one, useClass: one } : one) as ProviderOptions;
    const reason = fault(provider);
    if (reason !== null) {
      problems.add('GW_ERR_BUILD_BAD_PROVIDER', { given: show(one), reason }, where);
      continue;
    }
    if (providers.has(provider.provide)) {
      problems.add('GW_ERR_BUILD_DUPLICATE_PROVIDER', { token: nameOf(provider.provide) }, where);
    }
    const scope = provider.useClass === undefined ? 'singleton' : scopeOf(provider.useClass);
    providers.set(provider.provide, { provider, scope, at });
  }
  return providers;
}

function fault(provider: ProviderOptions): string | null {
  if (typeof provider !== 'object' || provider === null) return 'is neither a class nor an object';
  const { provide } = provider;
  if (typeof provide !== 'function' && typeof provide !== 'symbol' && typeof provide !== 'string') {
    return 'has no usable `provide`: a class, token<T>(), symbol or string';
  }
  const forms = FORMS.filter((form) => Object.hasOwn(provider, form));
  if (forms.length !== 1)
    return `has ${forms.length === 0 ? 'none' : 'more than one'} of ${FORMS.join(', ')}`;
  if (provider.useClass !== undefined && typeof provider.useClass !== 'function')
    return 'has a `useClass` that is not a class';
  if (Object.hasOwn(provider, 'useFactory') && typeof provider.useFactory !== 'function') {
    return 'has a `useFactory` that is not a function';
  }
  return null;
}
