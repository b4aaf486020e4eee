import type { CallSite } from '../base/call-site.js';
import type { Authenticator, AuthMaker } from '../metadata/context.js';
import { isClassWith } from './steps.js';
import type { AuthPlan } from './types.js';

/** Tells whether a value may be given as `auth`. */
export function isAuth(value: unknown): boolean {
  if (value === false) return true;
  if (typeof value === 'function')
    return isClassWith(value, 'authenticate') || !/^class\b/.test(String(value));
  return isAuthMaker(value) || typeof (value as Partial<Authenticator> | null)?.authenticate === 'function';
}

/** Compiles the authenticator of a namespace. */
export function authPlan(value: object, at: CallSite): AuthPlan {
  const isClass = isClassWith(value, 'authenticate');
  const isMaker = isAuthMaker(value);
  const name = typeof value === 'function' ? value.name : value.constructor?.name;
  const label = isMaker ? value.label : !name || name === 'Object' ? 'auth' : name;
  return Object.freeze({ value, isClass, isMaker, label, at });
}

/** Tells a maker of authenticators from an authenticator. */
function isAuthMaker(value: unknown): value is AuthMaker {
  return typeof value === 'object' && typeof (value as Partial<AuthMaker> | null)?.make === 'function';
}
