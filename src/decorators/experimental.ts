import type { CallSite } from '../base/call-site.js';
import { BootError, problem } from '../errors/boot-error.js';

/**
 * Refuses to run as a standard (TC39) decorator. Those pass a context object where the experimental
 * ones pass the name of the member; going on would write a record that nobody finds again.
 *
 * @param second - second argument of the decorator
 * @param at - line of the decorator
 */
export function assertExperimental(decorator: string, second: unknown, at: CallSite | undefined): void {
  if (typeof second !== 'object' || second === null || !('kind' in second)) return;
  const { name = '' } = second as { readonly name?: unknown };
  const places = at === undefined ? [] : [{ location: at.location, label: String(name) }];
  throw new BootError([problem('GW_ERR_BUILD_STANDARD_DECORATORS', { decorator }, places)]);
}
