import { type Problems, place } from '../base/problems.js';
import type { ParameterDeclaration } from '../metadata/record.js';

const IN_HOOKS = new Set(['ctx', 'socket', 'user', 'custom']);

/**
 * Orders the decorated parameters of a method.
 *
 * @param method - its number of parameters shows whether one was left out
 * @returns the parameters by position, or null when none is decorated
 */
export function compileParameters(
  declared: readonly ParameterDeclaration[],
  method: { readonly length: number },
  label: string,
  isHook: boolean,
  problems: Problems,
): readonly ParameterDeclaration[] | null {
  if (declared.length === 0) return null;
  const ordered: ParameterDeclaration[] = [];
  for (const parameter of declared) {
    const { index, decorator, source, at } = parameter;
    if (ordered[index] !== undefined) {
      problems.add('GW_ERR_BUILD_PARAMETER_TWICE', { method: label, index }, place(at, label));
    }
    if (isHook && !IN_HOOKS.has(source.kind)) {
      problems.add('GW_ERR_BUILD_PARAMETER_MISPLACED', { decorator, method: label }, place(at, label));
    }
    ordered[index] = parameter;
  }
  const [first] = declared;
  for (let index = 0; index < Math.max(ordered.length, method.length); index++) {
    if (ordered[index] === undefined && first !== undefined) {
      problems.add('GW_ERR_BUILD_BARE_PARAMETER', { method: label, index }, place(first.at, label));
    }
  }
  return Object.freeze(ordered);
}
