import { BootError, problem } from '../errors/boot-error.js';

/**
 * Refuses to run as a standard (TC39) decorator. Those pass a context object where the experimental
 * ones pass the name of the member; going on would write a record that nobody finds again.
 */
export function assertExperimental(decorator: string, second: unknown): void {
  if (typeof second === 'object' && second !== null && 'kind' in second) {
    throw new BootError([problem('GW_ERR_BUILD_STANDARD_DECORATORS', { decorator })]);
  }
}
