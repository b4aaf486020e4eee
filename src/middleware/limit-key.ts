import type { OptionRule } from '../base/options.js';

/** Choice of whose events are counted together: one of fixed words, or a function that returns the key. */
export type LimitKey<TContext, TFixed extends string> = TFixed | ((ctx: TContext) => string);

/** Makes the rule of an option `per` with these fixed words. */
export function limitKeyRule(...fixed: readonly string[]): OptionRule {
  return {
    accepts: (value) => typeof value === 'function' || fixed.includes(value as string),
    expected: `${fixed.map((word) => `'${word}'`).join(', ')} or a function of ctx`,
  };
}

/** Describes an option `per` in listings. */
export function limitKeyWords(per: LimitKey<never, string>): string {
  return typeof per === 'function' ? 'per key' : `per ${per}`;
}
